"""What the servers have in common that tests tell something: see outside.sh."""
import http.server
import os
import sys
import threading

directory = sys.argv[1]
writing = threading.Lock()


def content(name, otherwise=None):
    """What DIR/name holds."""
    try:
        with open(os.path.join(directory, name)) as f:
            return f.read().strip()
    except FileNotFoundError:
        return otherwise


def log(line):
    """Another line for DIR/log."""
    with writing, open(os.path.join(directory, "log"), "a") as f:
        f.write(line + "\n")


class Handler(http.server.BaseHTTPRequestHandler):
    def send(self, status, answer):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    # Who was held and is gone is no news.
    def handle_error(self, request, address):
        pass


def serve(handler):
    """On 127.0.0.1, at the port that was asked for or any; DIR/port says which."""
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    server = Server(("127.0.0.1", port), handler)
    new = os.path.join(directory, "port.new")
    with open(new, "w") as f:
        f.write(str(server.server_port))
    os.rename(new, os.path.join(directory, "port"))
    server.serve_forever()
