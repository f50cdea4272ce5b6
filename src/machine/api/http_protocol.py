"""Uvicorn's HTTP protocol, with an end to patience: heads are bounded in size and time, and answers have to be read.

Without it a stranger could send a head without end, which is kept in memory, or keep a connection for nothing.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from machine.api.asgi import with_defaults
from machine.api.errors import problem
from machine.api.outermost import SECURITY_HEADERS

HEAD_SECONDS: Final = 10.0
"""For the head of a request, from the connection or from its first byte."""
READ_SECONDS: Final = 60.0
"""For a client that takes nothing of its answer."""
MAX_HEAD_BYTES: Final = 64 * 1024
"""Of a head; the same for what comes after a body, or between its pieces, and is none of it."""
_CLOSE: Final = (b"connection", b"close")


class PromptHttpProtocol(HttpToolsProtocol):
    """Give it to uvicorn as `http=`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unparsed = 0  # bytes since the parser last made something of them
        self._too_large = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None

    # --- heads ---

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return  # what is left of a request that was refused
        self._unparsed += len(data)
        super().data_received(data)
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return  # it is over, or a WebSocket's by now, which has no further heads to wait for
        if self._unparsed > MAX_HEAD_BYTES:
            self._refuse_large()
        elif self.cycle is None or self.cycle.response_complete:
            self._await_head()

    def on_headers_complete(self) -> None:
        self._unparsed = 0
        self._head_timer = _cancelled(self._head_timer)
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD_BYTES:
            self._too_large = True
            raise ValueError("the head is too large")  # ends the parser's work; see send_400_response
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unparsed = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What cannot be read. The answer looks like all others of this machine."""
        if self._too_large:
            self._refuse_large()
        else:
            self._refuse(400, msg, "Send HTTP/1.1.")

    def _refuse_large(self) -> None:
        self._refuse(431, "The head of the request is too large.", f"The limit is {MAX_HEAD_BYTES} bytes.")

    def _refuse(self, status: int, detail: str, hint: str) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.write(refusal(status, detail, hint))
        self.transport.close()

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    # --- answers ---

    def pause_writing(self) -> None:
        super().pause_writing()
        _cancelled(self._read_timer)
        self._read_timer = self.loop.call_later(READ_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._read_timer = _cancelled(self._read_timer)

    # --- the end ---

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_timer = _cancelled(self._head_timer)
        self._read_timer = _cancelled(self._read_timer)
        super().connection_lost(exc)


def refusal(status: int, detail: str, hint: str = "") -> bytes:
    """A problem as the bytes of a whole response, for what never becomes a request."""
    response = problem(status, detail, hint=hint)
    head = [b"HTTP/1.1 %d %s" % (status, _PHRASES[status])]
    head += [name + b": " + value for name, value in with_defaults([*response.raw_headers, _CLOSE], SECURITY_HEADERS)]
    return b"\r\n".join([*head, b"", bytes(response.body)])


_PHRASES: Final = {400: b"Bad Request", 431: b"Request Header Fields Too Large"}


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    """No timer any more."""
    if timer is not None:
        timer.cancel()
    return None
