"""An application service for tests: service.py DIR [PORT].

It listens on 127.0.0.1, writes its port to DIR/port, and for each request a
line of JSON to DIR/log: method, path, authorization, the status that it answers
with, and the body as it came.  DIR/mode says what it does, whose line comes
first:

  ok         200, with {} or what DIR/answer holds
  NUMBER     that status
  old        404 but for the paths of old
  hold       nothing, until the mode is another; its line has the status 0

DIR/hook, if there is one, is a shell command, run with the path as $1 before
the answer.
"""
import http.server
import json
import os
import subprocess
import sys
import threading
import time

directory = sys.argv[1]
writing = threading.Lock()


def content(name, otherwise):
    try:
        with open(os.path.join(directory, name)) as f:
            return f.read().strip()
    except FileNotFoundError:
        return otherwise


def log(line):
    with writing, open(os.path.join(directory, "log"), "a") as f:
        f.write(json.dumps(line) + "\n")


class Service(http.server.BaseHTTPRequestHandler):
    def answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        line = {"method": self.command, "path": self.path,
                "authorization": self.headers.get("Authorization"),
                "body": self.rfile.read(size).decode()}
        what = content("mode", "ok")
        if what == "hold":
            log(dict(line, status=0))
            while content("mode", "ok") == "hold":
                time.sleep(0.02)
            return
        status = int(what) if what.isdigit() else 200
        if what == "old" and self.path.startswith("/_matrix/app/v1/"):
            status = 404
        if os.path.exists(os.path.join(directory, "hook")):
            subprocess.run(["sh", os.path.join(directory, "hook"), self.path])
        log(dict(line, status=status))
        answer = content("answer", "{}").encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_PUT = do_POST = answer

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    # Who was held and is gone is no news.
    def handle_error(self, request, address):
        pass


port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
server = Server(("127.0.0.1", port), Service)
with open(os.path.join(directory, "port.new"), "w") as f:
    f.write(str(server.server_port))
os.rename(os.path.join(directory, "port.new"), os.path.join(directory, "port"))
server.serve_forever()
