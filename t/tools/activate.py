#!/usr/bin/env python3
"""activate.py - a small one of what systemd is: programs started by their sockets.

usage: activate.py DIR NAME=PROGRAM...

Opens DIR/NAME.sock for each, writes "ready" and waits.  When somebody connects
and PROGRAM does not run it is started, with the socket as standard input, and
MXCGI_LONG where NAME ends in .long.  Its ends are told: NAME STATUS, a line each,
the status as the shell has it.  On SIGTERM all of them are ended.
"""

import os
import select
import signal
import socket
import subprocess
import sys


def listen(path):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(path)
    sock.listen(4096)
    return sock


def start(name, program, sock):
    env = dict(os.environ, MXCGI_ON_DEMAND="1")
    if name.endswith(".long"):
        env["MXCGI_LONG"] = "1"
    return subprocess.Popen([program], stdin=sock, env=env)


def end_all(running):
    for child in running.values():
        child.terminate()
    for child in running.values():
        child.wait()


def reap(running):
    for name, child in list(running.items()):
        if child.poll() is not None:
            status = child.returncode
            print(name, status if status >= 0 else 128 - status, flush=True)
            del running[name]


def main():
    directory = sys.argv[1]
    programs = dict(arg.split("=", 1) for arg in sys.argv[2:])
    sockets = {name: listen(f"{directory}/{name}.sock") for name in programs}
    names = {sock.fileno(): name for name, sock in sockets.items()}
    running = {}
    wake, ring = os.pipe()
    for fd in (wake, ring):
        os.set_blocking(fd, False)
    signal.set_wakeup_fd(ring)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    print("ready", flush=True)
    while True:
        idle = [sock for name, sock in sockets.items() if name not in running]
        ready, _, _ = select.select([wake] + idle, [], [])
        if wake in ready and signal.SIGTERM in os.read(wake, 512):
            end_all(running)
            return
        reap(running)
        for sock in ready:
            if sock != wake:
                name = names[sock.fileno()]
                running[name] = start(name, programs[name], sock)


main()
