"""A push gateway for tests: gateway.py DIR [PORT].

It listens on 127.0.0.1, writes its port to DIR/port, and for each request a
line of JSON to DIR/log: the path, the status that it answers with, the body, and
which connection it came by, as a number.
DIR/mode.PUSHKEY, else DIR/mode, says what it does, whose line comes first:

  ok         nothing is rejected
  NUMBER     that status
  reject     the pushkey is
  rubbish    200, with an answer that is no JSON
  hold       nothing, until the mode is another; its line has the status 0
"""
import http.server
import json
import os
import sys
import threading
import time

directory = sys.argv[1]
writing = threading.Lock()


def mode(pushkey):
    for name in "mode." + pushkey, "mode":
        try:
            with open(os.path.join(directory, name)) as f:
                return f.read().strip()
        except FileNotFoundError:
            pass
    return "ok"


def log(path, status, body, connection=None):
    line = json.dumps({"path": path, "status": status, "body": body,
                       "connection": connection})
    with writing, open(os.path.join(directory, "log"), "a") as f:
        f.write(line + "\n")


class Gateway(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        pushkey = body["notification"]["devices"][0]["pushkey"]
        what = mode(pushkey)
        if what == "hold":
            log(self.path, 0, body)
            while mode(pushkey) == "hold":
                time.sleep(0.02)
            self.close_connection = True
            return
        status = int(what) if what.isdigit() else 200
        rejected = [pushkey] if what == "reject" else []
        answer = "rubbish" if what == "rubbish" else json.dumps(
            {"rejected": rejected})
        log(self.path, status, body, self.client_address[1])
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    # Who was held and is gone is no news.
    def handle_error(self, request, address):
        pass


port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
server = Server(("127.0.0.1", port), Gateway)
with open(os.path.join(directory, "port.new"), "w") as f:
    f.write(str(server.server_port))
os.rename(os.path.join(directory, "port.new"), os.path.join(directory, "port"))
server.serve_forever()
