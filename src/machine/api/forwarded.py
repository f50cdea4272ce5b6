"""Whose request a proxy passes on: of the proxies that the settings name, what they say of it is believed."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from machine.api.asgi import address

Network = IPv4Network | IPv6Network
_MOST_HOPS: Final = 20


class BehindProxies:
    """Plain ASGI. Where a request comes from one of `proxies`, its client is the last address in `X-Forwarded-For` that
    is none of them: what stands before that anybody may have written."""

    def __init__(self, app: ASGIApp, proxies: Sequence[Network]) -> None:
        self._app = app
        self._proxies = tuple(proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and self._is_proxy(client := _address(address(scope))):
            scope = {**scope, "client": (str(self._behind(client, scope)), 0)}
        await self._app(scope, receive, send)

    def _behind(self, client: IPv4Address | IPv6Address | None, scope: Scope) -> IPv4Address | IPv6Address | None:
        lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
        for hop in reversed(",".join(lines).split(",")[-_MOST_HOPS:]):
            if not self._is_proxy(client) or (before := _address(hop)) is None:
                break
            client = before
        return client

    def _is_proxy(self, known: IPv4Address | IPv6Address | None) -> bool:
        return known is not None and any(known in network for network in self._proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """None for what is no address. One of IPv4 is the same in IPv6's clothes."""
    try:
        known = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(known, "ipv4_mapped", None) or known
