"""Which names and which pages may talk to the machine: Host allow-list and Origin check, as well as the login."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from machine.api.asgi import bearer, header, refuse_websocket
from machine.api.errors import problem
from machine.api.public import READING, WITHOUT_HOST_CHECK, is_public
from machine.settings import Settings

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_ANY: Final = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not bound to: these are no names of a machine
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class OwnNames:
    """The names under which this machine may be spoken to. Ports do not matter: they are mapped and forwarded."""

    def __init__(self, settings: Settings) -> None:
        self._public = _public(settings.public_url)
        named = [*_LOOPBACK, settings.host, *settings.allowed_hosts]
        if self._public is not None:
            named.append(self._public[1][0])
        self._names = frozenset(_hosts(named))

    def knows(self, host: str | None) -> bool:
        """Whether the Host header names this machine."""
        name = _host(host or "")
        return name is not None and name in self._names

    def is_own_page(self, origin: str, host: str | None) -> bool:
        """Whether `origin` is a page of this machine: the very host and port that the request was sent to.

        The scheme may be either where TLS ends at a proxy, except under PUBLIC_URL, which says it.
        """
        scheme, separator, netloc = origin.partition("://")
        if not separator or scheme not in _DEFAULT_PORTS:
            return False
        there = _authority(scheme, netloc)
        if there is None:
            return False
        if self._public is not None:
            own_scheme, own = self._public
            if (scheme, there) == (own_scheme, own):
                return True
            if own_scheme == "https" and there[0] == own[0]:
                return False
        return there == _authority(scheme, host or "")


class OriginGuard:
    """Plain ASGI: refuses foreign hosts, and foreign pages wherever something could be changed."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._names = OwnNames(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        response = problem(403, refusal[1], code=refusal[0], hint=refusal[2])
        if scope["type"] == "http":
            await response(scope, receive, send)
        else:
            start = {"type": "", "status": 403, "headers": response.raw_headers}
            await refuse_websocket(receive, send, start, bytes(response.body))

    def _refusal(self, scope: Scope) -> tuple[str, str, str] | None:
        if scope["type"] == "http" and scope["path"] in WITHOUT_HOST_CHECK and scope["method"] in READING:
            return None
        host = header(scope, b"host")
        if not self._names.knows(host):
            hint = "Use a name of this machine, or add yours to ALLOWED_HOSTS or PUBLIC_URL."
            return "host_not_allowed", f"This machine does not go by the name {(host or '')[:100]!r}.", hint
        if scope["type"] == "http" and scope["method"] in READING:
            return None
        origin = header(scope, b"origin")
        if origin is None:
            return self._without_origin(scope)
        if not self._names.is_own_page(origin, host):
            hint = (
                "Open the dashboard under the address that the machine is reached by; behind a proxy, set PUBLIC_URL."
            )
            return "origin_not_allowed", f"The page {origin[:100]!r} may not do this here.", hint
        return None

    def _without_origin(self, scope: Scope) -> tuple[str, str, str] | None:
        """No browser sends such a request, so it has to bring a token. A webhook proves itself by its signature."""
        if bearer(scope) or scope["path"].startswith("/webhooks/"):
            return None
        closed = scope["type"] == "websocket" or not is_public(scope["method"], scope["path"])
        if closed and header(scope, b"cookie") is None:
            return None  # nobody is logged in by it: the login says so, and a WebSocket has to say hello with a token
        hint = (
            "Send `Authorization: Bearer <token>`; `machine token create` makes one. Browsers send Origin themselves."
        )
        return "origin_missing", "A request without Origin is accepted with a token only.", hint


def _public(url: str | None) -> tuple[str, tuple[str, int]] | None:
    """(scheme, (name, port)) of PUBLIC_URL. One that is no http or https address counts as none."""
    parts = urlsplit(url or "")
    if parts.scheme not in _DEFAULT_PORTS or (authority := _authority(parts.scheme, parts.netloc)) is None:
        return None
    return parts.scheme, authority


def _hosts(given: Iterable[str]) -> Iterable[str]:
    for text in given:
        bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
        name = text.lower() if bare_ipv6 else _host(text)
        if name is not None and name not in _ANY:
            yield name


def _host(text: str) -> str | None:
    authority = _authority("http", text)
    return authority[0] if authority is not None else None


def _authority(scheme: str, netloc: str) -> tuple[str, int] | None:
    """(name, port) of a Host header or of an origin's; None when it is no such thing."""
    if not netloc or any(character in netloc for character in "@/\\?# \t,") or not netloc.isascii():
        return None
    try:
        parts = urlsplit(f"//{netloc}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not name or netloc.endswith(":"):
        return None
    return name.rstrip("."), port if port is not None else _DEFAULT_PORTS[scheme]


def is_public_https(settings: Settings, host: str) -> bool:
    """Whether a request for `host` came through PUBLIC_URL and that is https: then cookies are for https only."""
    public = _public(settings.public_url)
    return public is not None and public[0] == "https" and _host(host) == public[1][0]
