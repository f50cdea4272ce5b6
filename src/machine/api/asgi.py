"""Small helpers for middlewares that speak plain ASGI."""

from collections.abc import Iterable

from starlette.types import Message, Receive, Scope, Send

Headers = list[tuple[bytes, bytes]]


def header(scope: Scope, name: bytes) -> str | None:
    """The one value of a header; None when it is missing. A header that came twice counts as wrong: `""`."""
    values = [value for key, value in scope["headers"] if key == name]
    if not values:
        return None
    return values[0].decode("latin-1") if len(values) == 1 else ""


def address(scope: Scope) -> str:
    """Where the connection comes from."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def cookie(scope: Scope, name: str) -> str | None:
    """The value of a cookie, taken apart as plain text; the first one of that name counts."""
    for value in (value for key, value in scope["headers"] if key == b"cookie"):
        for part in value.decode("latin-1").split(";"):
            key, _, content = part.strip().partition("=")
            if key == name:
                return str(content)
    return None


def bearer(scope: Scope) -> str | None:
    """The token of `Authorization: Bearer …`; `""` for any other use of that header."""
    value = header(scope, b"authorization")
    if value is None:
        return None
    scheme, _, token = value.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def is_visit(scope: Scope) -> bool:
    """Whether a browser goes to an address that could be a page, rather than a program asking for data."""
    wants_page = "text/html" in (header(scope, b"accept") or "")
    return wants_page and scope["method"] in ("GET", "HEAD") and not scope["path"].startswith("/api/")


def with_defaults(headers: Headers, defaults: Iterable[tuple[bytes, bytes]]) -> Headers:
    """`headers`, and those of `defaults` whose names are not among them."""
    there = {name.lower() for name, _ in headers}
    return [*headers, *((name, value) for name, value in defaults if name not in there)]


async def refuse_websocket(receive: Receive, send: Send, response: Message, body: bytes) -> None:
    """Answer a WebSocket's handshake with an HTTP response instead of accepting it."""
    await receive()
    await send({**response, "type": "websocket.http.response.start"})
    await send({"type": "websocket.http.response.body", "body": body, "more_body": False})
