"""One HTTP request, bounded in time and size, and an honest word about whether it went out."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Final

import httpx2

from machine.domain.errors import BadRequest, NotDelivered, Unanswered
from machine.domain.version import VERSION
from machine.ports import HttpAnswer

CONNECT_SECONDS: Final = 10.0
STEP_SECONDS: Final = 30.0
WHOLE_SECONDS: Final = 60.0
MAX_BODY_BYTES: Final = 16 * 1024 * 1024
_NOTHING_WENT_OUT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)

_NUMBER: Final = re.compile(r"\[Errno -?\d+\] ")


class HttpOutgoing:
    """The port `Outgoing`. Certificates are verified; proxies are those that the environment names."""

    def __init__(self) -> None:
        self._client: httpx2.AsyncClient | None = None
        self._making = asyncio.Lock()

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        json: Mapping[str, Any] | None = None,
        content: bytes | None = None,
    ) -> HttpAnswer:
        client = await self._made()
        try:
            request = client.build_request(method, url, headers=dict(headers), json=json, content=content)
        except (httpx2.InvalidURL, ValueError, TypeError) as error:
            # Not the error's own words: it may quote a header, and a token is in one.
            raise BadRequest(f"No request can be made of this: {type(error).__name__}.") from None
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                answer = await client.send(request, stream=True)
                try:
                    return await _read(answer)
                finally:
                    await answer.aclose()
        except _NOTHING_WENT_OUT as error:
            raise NotDelivered(f"{request.url.host} cannot be reached: {_said(error)}.") from error
        except (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol) as error:
            raise BadRequest(f"No request can be made of this: {type(error).__name__}.") from error
        except (httpx2.HTTPError, TimeoutError) as error:
            raise Unanswered(f"{request.url.host} did not answer: {_said(error)}.") from error

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            await self._client.aclose()

    async def _made(self) -> httpx2.AsyncClient:
        async with self._making:
            if self._client is None:
                # Reading the certificates takes a tenth of a second and blocks.
                self._client = await asyncio.to_thread(_client)
            return self._client


def _client() -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        follow_redirects=False,
        timeout=httpx2.Timeout(STEP_SECONDS, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=20, max_keepalive_connections=0),
        headers={"User-Agent": f"claude-code-agent/{VERSION}", "Accept-Encoding": "identity"},
    )


async def _read(answer: httpx2.Response) -> HttpAnswer:
    body = bytearray()
    whole = True
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            whole = False
            break
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return HttpAnswer(status=answer.status_code, headers=headers, body=bytes(body[:MAX_BODY_BYTES]), whole=whole)


def _said(error: Exception) -> str:
    """Without the number that the system has for it, which tells nobody anything."""
    return _NUMBER.sub("", str(error)).rstrip(".")[:200] or type(error).__name__
