"""Somebody else's server, as a real one on loopback: it keeps what is posted to it, to the byte."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

Step = int | Literal["drop"]
"""How one POST is answered: with a status, or, once it was read, not at all."""


@dataclass
class Posted:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Its state, for the test to set and to look at."""

    url: str = ""
    posts: list[Posted] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    """For the next POSTs; with none left, all are taken."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Serve until the block is left."""
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            state.posts.append(Posted(self.path, headers, body))
            step = state.steps.pop(0) if state.steps else 200
            if step == "drop":
                self.close_connection = True
                return
            self.send_response(int(step))
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
