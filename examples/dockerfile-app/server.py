"""Answers with its greeting, its release and a variable of its config."""
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        with open("greeting.txt", encoding="utf-8") as file:
            greeting = file.read().strip()
        name = os.environ.get("NAME", "nobody")
        text = f"{greeting}, {name}: release {os.environ.get('DEIS_RELEASE')}, uid {os.getuid()}\n"
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
port = int(os.environ["PORT"])
print(f"listening on {port}")
ThreadingHTTPServer(("0.0.0.0", port), Page).serve_forever()
