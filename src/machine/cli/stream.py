"""A task's events over the WebSocket: each exactly once, in order, across lost connections and restarts."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from machine.cli.calls import path_of
from machine.cli.client import Api, ApiProblem, Unreachable
from machine.cli.output import UNREACHABLE, CliError

Event = dict[str, Any]

ENDINGS: Final = frozenset({"task.completed", "task.failed", "task.cancelled"})
_MAX_MESSAGE_BYTES: Final = 64 * 1024 * 1024
_FIRST_PAUSE_SECONDS: Final = 0.25
_LONGEST_PAUSE_SECONDS: Final = 2.0
_STEADY_SECONDS: Final = 5.0
"""A connection that lasted this long was a good one: the next pause is short again."""
_MAX_EARLY: Final = 5000
_EARLY_SECONDS: Final = 5.0
_REFUSALS: Final = frozenset({1008, 4400, 4401, 4403, 4404})


@dataclass(frozen=True)
class Notice:
    """Something about the connection that a person may want to know."""

    text: str


@dataclass(frozen=True)
class Over:
    """The task has ended, and nothing more of it is there to be read."""

    status: str
    text: str


class _Stands:
    """The subscription stands."""


class EventStream:
    """Events of one task after `after`, until its last. `after` moves with what was handed out."""

    def __init__(self, api: Api, task_id: str, *, after: int = 0, patience_seconds: float = 60) -> None:
        self.task_id = task_id
        self.after = after
        self._newest = 0
        self._api = api
        self._patience_seconds = patience_seconds
        self._subscribed_once = False
        self._subscribed = False
        self._early: dict[int, Event] = {}

    @property
    def in_replay(self) -> bool:
        """Whether the daemon had more than was handed out when it was last asked: what stands open may be settled."""
        return self.after < self._newest

    async def read(self) -> AsyncIterator[Event | Notice | Over]:
        """The events, with notices between them.

        Ends after the task's last event, or `Over` where that is not to be had. Raises CliError when the daemon
        refuses, or when for longer than the patience neither an event came nor a connection held.
        """
        lost_at: float | None = None
        told = False
        pause = _FIRST_PAUSE_SECONDS
        while True:
            opened_at = time.monotonic()
            try:
                async for item in self._one_connection():
                    if isinstance(item, _Stands):
                        if told:
                            yield Notice("connected again")
                        told = False
                        continue
                    if isinstance(item, dict):
                        lost_at = None
                    yield item
                    if isinstance(item, Over) or (isinstance(item, dict) and item["type"] in ENDINGS):
                        return
            except _Lost as error:
                reason = error
            now = time.monotonic()
            if self._subscribed and now - opened_at > _STEADY_SECONDS:
                lost_at, pause = None, _FIRST_PAUSE_SECONDS
            lost_at = lost_at or now
            if now - lost_at > self._patience_seconds:
                raise self._given_up(reason)
            if not (told or reason.wanted):
                told = True
                yield Notice(f"connection lost ({reason}); trying again, nothing gets lost")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _one_connection(self) -> AsyncIterator[Event | Notice | Over | _Stands]:
        """Events until the connection ends with `_Lost`."""
        self._subscribed = False
        self._early.clear()
        try:
            if self._subscribed_once:
                await self._api.relocate()
            if (found := await self._look()) is not None:
                yield found
            if isinstance(found, Over):
                return
            async for message in self._messages():
                if message.get("type") == "ack":
                    self._subscribed = self._subscribed_once = True
                    yield _Stands()
                elif message.get("task_id") == self.task_id and isinstance(message.get("seq"), int):
                    for event in self._in_order(message):
                        yield event
        except ConnectionClosed as error:
            code = error.rcvd.code if error.rcvd else 1006
            if code in _REFUSALS:
                said = error.rcvd.reason if error.rcvd else ""
                raise CliError(f"The daemon refused the connection ({code} {said}).", code="refused") from error
            raise _Lost(f"the daemon closed it, code {code}") from error
        except (OSError, WebSocketException) as error:
            raise _Lost(str(error) or type(error).__name__) from error
        except ApiProblem as error:
            if not self._may_pass(error):
                raise
            raise _Lost(error.message) from error
        except CliError as error:
            if error.exit_code != UNREACHABLE or not self._subscribed_once:
                raise
            raise _Lost(error.message) from error
        raise _Lost("the daemon closed it")

    async def _look(self) -> Notice | Over | None:
        """Ask what is stored: output is not kept for ever, and nothing may come of what would be waited for."""
        path = path_of("tasks", self.task_id)
        status = (await self._api.get(path))["status"]
        page = await self._api.get(f"{path}/events", after=self.after, limit=1)
        self._newest = page["last_seq"]
        if page["events"]:
            before = page["events"][0]["seq"] - 1
            if before <= self.after:
                return None
            self.after = before
            return Notice("what the task wrote before this is no longer kept")
        if f"task.{status}" not in ENDINGS:
            return None
        what = "there is nothing more to show" if self._newest <= self.after else "its output is no longer kept"
        return Over(status, f"the task is {status}; {what}")

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        """What the daemon sends after hello and subscribe, up to the end of the connection."""
        session = await self._api.post("/api/sessions")
        endpoint = self._api.endpoint
        url = f"ws{endpoint.url.removeprefix('http')}/ws/{session['session_id']}"
        proxy: Literal[True] | None = None if endpoint.on_loopback else True
        async with connect(url, max_size=_MAX_MESSAGE_BYTES, max_queue=64, proxy=proxy, close_timeout=2) as socket:
            await socket.send(json.dumps({"type": "hello", "token": endpoint.token}))
            wanted = {"type": "subscribe", "id": "1", "task_id": self.task_id, "after": self.after}
            await socket.send(json.dumps(wanted))
            while True:
                try:
                    text = await asyncio.wait_for(socket.recv(), _EARLY_SECONDS if self._early else None)
                except TimeoutError as error:
                    raise _Lost(f"event {self.after + 1} is missing", wanted=True) from error
                message = json.loads(text)
                if message.get("type") == "error":
                    raise _refused(message)
                if message.get("type") == "lagged":
                    raise _Lost("too slow for the daemon; reading on from the last event", wanted=True)
                yield message

    def _in_order(self, event: Event) -> Iterator[Event]:
        """The events that come next, now that `event` is here.

        One that was seen is left out. The feed can be quicker than the subscription: what is early waits for its turn.
        """
        if event["seq"] > self.after:
            self._early[event["seq"]] = event
        while (following := self._early.pop(self.after + 1, None)) is not None:
            self.after += 1
            yield following
        if len(self._early) > _MAX_EARLY:
            raise _Lost(f"event {self.after + 1} is missing", wanted=True)

    def _may_pass(self, error: ApiProblem) -> bool:
        """A daemon that starts or drains refuses for a moment; its new token may not be written yet."""
        if not self._subscribed_once:
            return False
        return error.status in (502, 503, 504) or (error.status == 401 and self._api.endpoint.local)

    def _given_up(self, reason: "_Lost") -> CliError:
        return Unreachable(
            f"The daemon at {self._api.endpoint.url} cannot be followed any more: {reason}.",
            hint=f"The task is kept. Once the daemon runs again: machine tasks follow {self.task_id}",
        )


class _Lost(Exception):
    """This connection is over, another may follow. `wanted`: nothing is wrong, nobody needs to be told."""

    def __init__(self, why: str, *, wanted: bool = False) -> None:
        super().__init__(why)
        self.wanted = wanted


def _refused(message: dict[str, Any]) -> CliError:
    body = message.get("error") if isinstance(message.get("error"), dict) else message
    return ApiProblem(int(body.get("status") or 400), body) if isinstance(body, dict) else ApiProblem(400, None)
