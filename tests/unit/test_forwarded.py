"""Whose address counts for a request that came through proxies."""

from ipaddress import ip_network
from typing import NoReturn

import pytest
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from machine.api.asgi import address
from machine.api.forwarded import BehindProxies
from machine.settings import read_settings

PROXIES = (ip_network("10.0.0.0/24"), ip_network("fd00::/64"))


async def seen(client: str | None, *lines: str) -> str:
    """The address that the program sees."""
    found = []

    async def program(scope: Scope, _receive: Receive, _send: Send) -> None:
        found.append(address(scope))

    headers = [(b"x-forwarded-for", line.encode()) for line in lines]
    scope = {"type": "http", "client": client and (client, 4711), "headers": headers}
    await BehindProxies(program, PROXIES)(scope, _never, _never)
    return found[0]


async def _never(*_: object) -> NoReturn:
    raise AssertionError("nothing is read or sent here")


@pytest.mark.parametrize(
    ("client", "lines", "counts"),
    [
        ("10.0.0.2", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.2", ["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.2", ["198.51.100.1", "203.0.113.7, 10.0.0.3"], "203.0.113.7"),
        ("10.0.0.2", ["10.0.0.4, 10.0.0.3"], "10.0.0.4"),
        ("fd00::2", ["2001:db8::7"], "2001:db8::7"),
        ("::ffff:10.0.0.2", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", ["203.0.113.7, nonsense"], "10.0.0.2"),
        ("10.0.0.2", ["1, " * 9000 + "203.0.113.7"], "203.0.113.7"),
        ("203.0.113.9", ["10.0.0.2"], "203.0.113.9"),
        ("10.0.1.2", ["198.51.100.1"], "10.0.1.2"),
        (None, ["198.51.100.1"], ""),
    ],
)
async def test_what_a_named_proxy_says_counts_and_what_others_say_does_not(
    client: str | None, lines: list[str], counts: str
) -> None:
    assert await seen(client, *lines) == counts


def test_proxies_are_named_by_addresses_and_networks() -> None:
    given = read_settings({"TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/24"})
    assert [str(one) for one in given.trusted_proxies] == ["127.0.0.1/32", "10.0.0.0/24"]
    assert read_settings({"TRUSTED_PROXIES": ""}).trusted_proxies == ()
    with pytest.raises(ValidationError, match="trusted_proxies"):
        read_settings({"TRUSTED_PROXIES": "proxy.example"})
