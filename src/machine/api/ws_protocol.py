"""Uvicorn's WebSocket protocol, with an end to patience."""

from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from machine.api.http_protocol import refusal

LINGER_SECONDS: Final = 12.0
MAX_PIECES: Final = 4096
"""Of one message. Its size is bounded, but pieces may be empty."""


class PromptWebSocketProtocol(WebSocketsSansIOProtocol):
    """Give it to uvicorn as `ws=`.

    Closing an asyncio transport first sends what is buffered. A client that never reads would keep its socket and that
    buffer for ever: once we are done with it, the connection is cut.
    """

    async def run_asgi(self) -> None:
        """Serve the connection; afterwards nothing of it stays."""
        try:
            await super().run_asgi()
        finally:
            if self.writable.is_set():
                self.loop.call_later(LINGER_SECONDS, self._cut)
            else:
                self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """The first bytes are a whole head; one that the library cannot read would be waited on for ever."""
        super().data_received(data)
        if not self.handshake_initiated and not self.transport.is_closing():
            self.transport.write(refusal(400, "This is no handshake of a WebSocket.", "Send fewer, shorter headers."))
            self.transport.close()

    def handle_ping(self) -> None:
        """Answer it, but keep no answers for a client that does not read them."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def handle_cont(self, event: Frame) -> None:
        super().handle_cont(event)
        if len(self.frames) > MAX_PIECES:
            self._fail(1009, "too many pieces")

    def send_receive_event_to_app(self) -> None:
        """Text that is no UTF-8 ends the connection, and leaves no stack in the log as it would in the library."""
        if self.curr_msg_data_type == "text":
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self._fail(1007, "text has to be UTF-8")
                return
        super().send_receive_event_to_app()

    def _cut(self) -> None:
        if not self.disconnected:  # a transport that is gone cannot be aborted once more
            self.transport.abort()

    def _fail(self, code: int, reason: str) -> None:
        if self.close_sent:
            return
        self.frames = []
        self.conn.fail(code, reason)
        self.handle_parser_exception()
