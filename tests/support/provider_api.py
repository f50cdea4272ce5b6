"""A provider's API for comments, as a real server on loopback: what is posted there can be listed there."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Step = int | tuple[int, Mapping[str, str], Any] | Literal["take and drop", "drop", "take and hold"]
"""How one POST is answered: with a status, with a status, headers and JSON, or not at all."""


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class ProviderApi:
    """Its state, for the test to set and to look at."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    """Their texts, as they were taken."""
    steps: list[Step] = field(default_factory=list)
    """For the next POSTs; with none left, all are taken."""
    lookup_status: int = 200
    let_go: threading.Event = field(default_factory=threading.Event)

    def posts(self) -> list[Asked]:
        return [one for one in self.asked if one.method == "POST"]


@contextmanager
def provider_api() -> Iterator[ProviderApi]:
    """Serve until the block is left."""
    api = ProviderApi()

    class Handler(_Handler):
        state = api

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield api
    finally:
        api.let_go.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    state: ProviderApi

    def do_GET(self) -> None:
        self._note(None)
        listed = [{"id": number, "body": text} for number, text in enumerate(self.state.comments)]
        self._answer(self.state.lookup_status, {}, listed)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self._note(body)
        step = self.state.steps.pop(0) if self.state.steps else 201
        if isinstance(step, tuple):
            self._answer(*step)
            return
        if step in (201, "take and drop", "take and hold"):
            self.state.comments.append(str(body["body"]))
        if step == "take and hold":
            self.state.let_go.wait(60)
        if isinstance(step, int):
            page = f"https://there.example/comments/{len(self.state.comments)}"
            self._answer(step, {}, {"id": 1, "html_url": page} if step < 300 else {"message": "No."})
        else:
            self.close_connection = True

    def _note(self, body: Any) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.state.asked.append(Asked(self.command, self.path, headers, body))

    def _answer(self, status: int, headers: Mapping[str, str], content: Any) -> None:
        sent = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {**headers, "content-type": "application/json", "content-length": str(len(sent))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
