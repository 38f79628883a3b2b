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
import json
import time

import outside


def mode(pushkey):
    return outside.content("mode." + pushkey) or outside.content("mode", "ok")


def log(path, status, body, connection=None):
    outside.log(json.dumps({"path": path, "status": status, "body": body,
                            "connection": connection}))


class Gateway(outside.Handler):
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
        self.send(status, answer.encode())


outside.serve(Gateway)
