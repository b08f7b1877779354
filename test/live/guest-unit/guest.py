"""Where the guest's modules are, and small helpers of these tests."""
import http.server
import os
import socket
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
GUEST = os.path.join(HERE, "..", "..", "..", "components", "server", "guest")
APPLY = os.path.join(GUEST, "apply")
sys.path.insert(0, APPLY)
sys.dont_write_bytecode = True


def folder(test) -> str:
    """A folder that is gone after the test."""
    made = tempfile.TemporaryDirectory(prefix="pulumi-lgtm-test-")
    test.addCleanup(made.cleanup)
    return made.name


def read(path) -> str:
    return read_bytes(path).decode()


def read_bytes(path) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def environment(test, **values) -> None:
    """Variables of the environment for one test; None takes one away."""
    before = {name: os.environ.get(name) for name in values}

    def put(wanted):
        for name, value in wanted.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
    put(values)
    test.addCleanup(put, before)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(test, answer, bodies=False) -> str:
    """An HTTP server on the loopback; `answer(method, path, headers)`, with `bodies` and the body, gives (status, body). Returns its address."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def handle_any(self):
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = answer(self.command, self.path, self.headers, *([sent] if bodies else []))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = handle_any

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    return "http://127.0.0.1:%d" % server.server_address[1]


def program(test, name: str, script: str) -> str:
    """Puts a stand-in of a program first on PATH, a shell script; returns its folder, in which it may keep notes."""
    place = folder(test)
    path = os.path.join(place, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\nhere=%s\n%s" % (place, script))
    os.chmod(path, 0o755)
    environment(test, PATH="%s:%s" % (place, os.environ["PATH"]))
    return place
