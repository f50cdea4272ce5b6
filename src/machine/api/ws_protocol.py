"""Uvicorn's WebSocket protocol, with an end to patience."""

from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LINGER_SECONDS: Final = 12.0


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
                self.loop.call_later(LINGER_SECONDS, self.transport.abort)
            else:
                self.transport.abort()
