"""Web pages for tests of previews, kind ones and others: pages.py DIR.

It listens on 127.0.0.1 and, at the same port, on 127.0.0.2, where nobody should
come; writes the port to DIR/port, and to DIR/log a line for each request: the
address it came to and the path.  /hold/NAME is answered when there is a file
DIR/NAME; of /file/NAME that file is the page.
"""
import http.server
import gzip
import os
import struct
import sys
import threading
import time
import zlib

directory = sys.argv[1]
writing = threading.Lock()


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data +
            struct.pack(">I", zlib.crc32(kind + data)))


def png(width, height, more=b""):
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + b"\0" * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) +
            chunk(b"tEXt", b"Comment\0" + more) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def page(text, *heads):
    return ("<!doctype html><html><head>" + "".join(heads) + "</head><body>" +
            text + "</body></html>").encode()


def title(text):
    return "<title>" + text + "</title>"


def og(name, value):
    return '<meta property="og:%s" content="%s">' % (name, value)


HTML = "text/html; charset=utf-8"
# Path: type, body.
PAGES = {
    "/graph": (HTML, page("x", title("not this"), og("title", "A &amp; B"),
               og("description", "It is   fine"), og("type", "article"),
               og("site_name", "Pages"), og("image", "../cat.png#x"),
               og("image:width", "99"), og("url", "/graph#x"),
               og("image:alt", "a cat"),
               og("video", "javascript:alert(1)"),
               og("audio", "/sound.ogg"))),
    "/utf8": (HTML, page("日本", title("Größe"))),
    "/latin1": ("text/html; charset=ISO-8859-1",
                "<title>Gr\xf6\xdfe</title>".encode("latin1")),
    "/sjis": ("text/html", "<meta charset=Shift_JIS><title>日本"
              .encode("shift_jis") + b"</title>"),
    "/broken": (HTML, b"<title>a\xff\xc3b\xed\xa0\x80</title>"),
    "/plain": (HTML, page("<h1>Heading</h1><p>Some text.</p>"
                          "<img src='cat.png' width='300'>")),
    "/silent": (HTML, b""),
    "/deep": (HTML, b"<div>" * 150000 + b"<p>the bottom"),
    "/huge": (HTML, b"<title>t</title><meta property=og:description "
              b"content='" + b"x" * 900000 + b"'>"),
    "/long": (HTML, page("x" * 2000000, title("long"))),
    "/controls": (HTML, page("", og("title", "a&#27;[31m&#10;b&#x202e;c"))),
    "/svgimage": (HTML, page("", title("s"), og("image", "/pic.svg"))),
    "/liar": (HTML, page("", title("l"), og("image", "/text.png"))),
    "/bigimage": (HTML, page("", title("b"), og("image", "/big.png"))),
    "/noimage": (HTML, page("", title("n"), og("image", "/404.png"))),
    "/insideimage": (HTML, page("", title("i"),
                     og("image", "http://127.0.0.2:PORT/cat.png"))),
    "/fileimage": (HTML, page("", title("f"),
                   og("image", "file:///etc/passwd"))),
    "/slowimage": (HTML, page("", title("w"), og("image", "/slow.png"))),
    "/endlessimage": (HTML, page("", title("e"),
                      og("image", "/endless.png"))),
    "/script": ("text/javascript", b"alert(1)"),
    "/pdf": ("application/pdf", b"%PDF-1.4"),
    "/cat.png": ("image/png", png(48, 32)),
    "/cat2.png": ("image/png", png(48, 32)),
    "/big.png": ("image/png", png(16, 16, b"x" * 200000)),
    "/pic.svg": ("image/svg+xml", b"<svg xmlns='x'><script/></svg>"),
    "/text.png": ("image/png", b"this is no picture at all"),
    "/some.gif": ("image/gif", b"GIF89a\x05\x00\x04\x00\0\0\0;"),
    "/some.jpg": ("image/jpeg", b"\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x11\x08"
                  b"\0\2\0\4\3\1\x11\0"),
    "/empty.png": ("image/png", b""),
}
REDIRECTS = {
    "/to/graph": "/graph",
    "/to/inside": "http://127.0.0.2:PORT/graph",
    "/to/ten": "http://10.0.0.1:PORT/",
    "/to/file": "file:///etc/passwd",
    "/to/ftp": "ftp://127.0.0.1/x",
    "/to/port": "http://127.0.0.1:22/",
    "/to/user": "http://user:pw@127.0.0.1:PORT/graph",
    "/to/loop": "/to/loop",
    "/to/denied": "http://denied.example/",
    "/to/nowhere": "",
}


class Pages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def begin(self, status, kind, more=()):
        self.send_response(status)
        if kind:
            self.send_header("Content-Type", kind)
        for name, value in more:
            self.send_header(name, value)
        self.end_headers()

    def send(self, status, kind, body, more=()):
        port = str(self.server.server_port).encode()
        body = body.replace(b"PORT", port)
        self.begin(status, kind,
                   list(more) + [("Content-Length", str(len(body)))])
        self.wfile.write(body)

    def endless(self, kind, first, piece, pause):
        self.begin(200, kind)
        self.wfile.write(first)
        while True:
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(pause)

    def numbered(self, path):
        number = int(path.split("/")[2].partition(".")[0])
        if path.endswith(".png"):
            self.send(200, "image/png", png(8, number, path.encode()))
        else:
            self.send(200, HTML, page("", title("%d" % number),
                      og("image", path + ".png")))

    def wait_for(self, name):
        while not os.path.exists(os.path.join(directory, name)):
            time.sleep(0.02)
        self.send(200, HTML, page("", title(name)))

    def read_file(self, name):
        with open(os.path.join(directory, name), "rb") as f:
            self.send(200, HTML, f.read())

    def do_GET(self):
        path = self.path.partition("?")[0]
        with writing, open(os.path.join(directory, "log"), "a") as f:
            f.write("%s %s %s\n" % (self.connection.getsockname()[0],
                    self.path, self.headers.get("Accept-Encoding", "-")))
        if path in PAGES:
            self.send(200, *PAGES[path])
        elif path in REDIRECTS:
            to = REDIRECTS[path].replace("PORT", str(self.server.server_port))
            self.send(302, "text/html", b"<title>moved</title>",
                      [("Location", to)] if to else [])
        elif path == "/endless":
            self.endless(HTML, b"<title>endless</title>", b"x" * 65536, 0)
        elif path == "/endless.png":
            self.endless("image/png", png(8, 8), b"x" * 65536, 0)
        elif path == "/slow":
            self.endless(HTML, b"<title>slow</title>", b"x", 0.1)
        elif path == "/slow.png":
            self.endless("image/png", png(8, 8), b"x", 0.1)
        elif path == "/gzip":
            self.send(200, HTML, gzip.compress(b"<title>bomb</title>" +
                      b" " * 50000000), [("Content-Encoding", "gzip")])
        elif path == "/heads":
            self.begin(200, HTML, [("X-Head", "x" * 1000)] * 90)
        elif path.startswith("/number/"):
            self.numbered(path)
        elif path.startswith("/hold/"):
            self.wait_for(path[6:])
        elif path.startswith("/file/"):
            self.read_file(path[6:])
        else:
            self.send(404, HTML, page("", title("not here")))

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64

    # Who has had enough is no news.
    def handle_error(self, request, address):
        pass


def listen():
    for _ in range(20):
        here = Server(("127.0.0.1", 0), Pages)
        try:
            return here, Server(("127.0.0.2", here.server_port), Pages)
        except OSError:
            here.server_close()
    raise SystemExit("no port that is free at both addresses")


here, there = listen()
threading.Thread(target=there.serve_forever, daemon=True).start()
with open(os.path.join(directory, "port.new"), "w") as f:
    f.write(str(here.server_port))
os.rename(os.path.join(directory, "port.new"), os.path.join(directory, "port"))
here.serve_forever()
