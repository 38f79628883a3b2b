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
import json
import os
import subprocess
import time

from outside import Handler, content, directory, log, serve


class Service(Handler):
    def answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        line = {"method": self.command, "path": self.path,
                "authorization": self.headers.get("Authorization"),
                "body": self.rfile.read(size).decode()}
        what = content("mode", "ok")
        if what == "hold":
            log(json.dumps(dict(line, status=0)))
            while content("mode", "ok") == "hold":
                time.sleep(0.02)
            return
        status = int(what) if what.isdigit() else 200
        if what == "old" and self.path.startswith("/_matrix/app/v1/"):
            status = 404
        if os.path.exists(os.path.join(directory, "hook")):
            subprocess.run(["sh", os.path.join(directory, "hook"), self.path])
        log(json.dumps(dict(line, status=status)))
        self.send(status, content("answer", "{}").encode())

    do_GET = do_PUT = do_POST = answer


serve(Service)
