"""How the machine speaks to other systems over HTTP."""

from collections.abc import Mapping
from typing import Any, Protocol

from machine.ports.values import Value


class HttpAnswer(Value):
    """What a server answered. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool
    """False: the body was longer than is read."""


class Outgoing(Protocol):
    """Sends one request at a time; follows no redirect, so what is in the headers goes to no other host."""

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        json: Mapping[str, Any] | None = None,
        content: bytes | None = None,
    ) -> HttpAnswer:
        """`content` is a body as it is, in place of `json`.

        Raises BadRequest for what cannot be a request, NotDelivered when none of it went out, Unanswered when nobody
        knows whether it arrived.
        """
        ...
