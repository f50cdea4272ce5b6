"""The daemon's HTTP interface, as the command line uses it. Heavy: commands import it when they run."""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Final

import httpx2

from machine.cli.config import Endpoint
from machine.cli.output import FAILED, UNREACHABLE, USAGE, CliError

_READ_TRIES: Final = 3
_READ_PAUSE_SECONDS: Final = 0.3
_NO_CONTENT: Final = 204
_USAGE_STATUSES: Final = frozenset({400, 404, 413, 422})


class Unreachable(CliError):
    """Nobody answered at the daemon's address, or the connection broke."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint, exit_code=UNREACHABLE, code="unreachable")


class ApiProblem(CliError):
    """The daemon refused a request: its own words, from the problem details."""

    def __init__(self, status: int, body: object) -> None:
        said = body if isinstance(body, Mapping) else {}
        message = str(said.get("detail") or said.get("title") or f"The daemon answered with status {status}.")
        hint = str(said.get("hint") or "")
        if status == 401 and not hint:
            hint = "The token is wrong, expired or revoked: make one with `machine token create --name cli`."
        super().__init__(
            message,
            hint=hint,
            exit_code=USAGE if status in _USAGE_STATUSES else FAILED,
            code=str(said.get("code") or f"http_{status}"),
        )
        self.status = status


class Api:
    """Requests to one daemon. Reads are repeated a few times when the connection breaks, writes never.

    Making one blocks: it reads files.
    """

    def __init__(self, find: Callable[[], Endpoint]) -> None:
        self._find = find
        self.endpoint = find()
        self._client = _client_for(self.endpoint)
        self._former: httpx2.AsyncClient | None = None
        """Of the endpoint before, for what is still under way there."""

    async def __aenter__(self) -> "Api":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in filter(None, (self._former, self._client)):
            await client.aclose()

    async def relocate(self) -> None:
        """Look again where the daemon is: a restarted one may have another port and another token. Raises CliError."""
        found = await asyncio.to_thread(self._find)
        if found != self.endpoint:
            client = await asyncio.to_thread(_client_for, found)
            outdated, self._former = self._former, self._client
            self._client, self.endpoint = client, found
            if outdated is not None:
                await outdated.aclose()

    async def get(self, path: str, **query: object) -> Any:
        """GET `path`; query values that are None are left out. Raises ApiProblem, Unreachable."""
        asked = {name: value for name, value in query.items() if value not in (None, ())}
        for left in range(_READ_TRIES - 1, -1, -1):
            try:
                return await self._send("GET", path, query=asked)
            except _Broken as error:
                if not left:
                    raise self._unreachable(f"it closed the connection ({error})") from error
            await asyncio.sleep(_READ_PAUSE_SECONDS)
        raise AssertionError("unreachable: the last try returns or raises")

    async def post(self, path: str, body: object = None, *, timeout_seconds: float = 30) -> Any:
        """POST `body` as JSON. Raises ApiProblem, Unreachable (also when nobody knows whether it was done)."""
        try:
            return await self._send("POST", path, body=body, timeout_seconds=timeout_seconds)
        except _Broken as error:
            raise Unreachable(
                f"The connection to {self.endpoint.url} broke before the daemon answered ({error}).",
                hint="It may have taken the request: look with `machine tasks list` before you repeat it.",
            ) from error

    async def put(self, path: str, body: object) -> Any:
        """PUT `body` as JSON; doing it twice is harmless. Raises ApiProblem, Unreachable."""
        return await self._write("PUT", path, body=body)

    async def delete(self, path: str) -> Any:
        """DELETE `path`. Raises ApiProblem, Unreachable."""
        return await self._write("DELETE", path)

    async def upload_text(self, path: str, content: bytes, *, timeout_seconds: float = 30, **query: object) -> Any:
        """POST `content` as plain text. Raises ApiProblem, Unreachable."""
        return await self._write("POST", path, content=content, query=query, timeout_seconds=timeout_seconds)

    async def _write(self, method: str, path: str, **what: Any) -> Any:
        try:
            return await self._send(method, path, **what)
        except _Broken as error:
            raise self._unreachable(f"it closed the connection ({error})") from error

    async def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        content: bytes | None = None,
        timeout_seconds: float = 30,
    ) -> Any:
        try:
            response = await self._client.request(
                method,
                path,
                params=query,
                json=body,
                content=content,
                headers={"Content-Type": "text/plain"} if content is not None else None,
                timeout=httpx2.Timeout(timeout_seconds, connect=5),
            )
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise self._unreachable(str(error) or type(error).__name__) from error
        except httpx2.TransportError as error:
            raise _Broken(str(error) or type(error).__name__) from error
        try:
            answer = None if response.status_code == _NO_CONTENT else response.json()
        except ValueError:
            if response.is_success:
                raise self._no_daemon() from None
            answer = None
        if not response.is_success:
            raise ApiProblem(response.status_code, answer)
        return answer

    def _no_daemon(self) -> Unreachable:
        hint = "A proxy or another program may answer there: check MACHINE_URL."
        return Unreachable(f"What {self.endpoint.url} says is no answer of a daemon.", hint=hint)

    def _unreachable(self, why: str) -> Unreachable:
        hint = "Start it with `machine serve`; `machine doctor` checks what is in the way."
        if not self.endpoint.local:
            hint = "Check MACHINE_URL, and that the daemon runs there (`machine serve`)."
        return Unreachable(f"No daemon answers at {self.endpoint.url}: {why}.", hint=hint)


class _Broken(Exception):
    """The connection broke after the request was sent."""


def _client_for(endpoint: Endpoint) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        base_url=endpoint.url,
        headers={"Authorization": f"Bearer {endpoint.token}"},
        # A proxy of the environment has no business between this program and its own machine.
        trust_env=not endpoint.on_loopback,
        verify=endpoint.url.startswith("https:"),
    )
