"""The one writer of a connection: it alone sends, and it alone reads the sources, at the pace of the client."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from machine.api.state import ApiState
from machine.api.ws_messages import ack, error
from machine.api.ws_sources import Begun, FeedSource, TaskSource, TooSlow
from machine.domain.principal import Principal

SEND_SECONDS: Final = 10.0
"""How long one frame may take to go out before the client counts as too slow."""
MAX_ANSWERS: Final = 128
MAX_SUBSCRIPTIONS: Final = 200
_BREATH: Final = 64
"""Frames after which others get their turn on the event loop, even if the socket takes everything at once."""

Answer = str | Callable[[], list[str]]


class Writer:
    """Sends answers first, then what subscriptions bring, then the feed; a page of each in turn."""

    def __init__(self, state: ApiState, socket: WebSocket, principal: Principal) -> None:
        self._state = state
        self._socket = socket
        self._principal = principal
        self._wake = asyncio.Event()
        self._feed = FeedSource(state.tasks, state.hub, self._wake.set)
        self._tasks: dict[str, TaskSource] = {}
        self._answers: deque[Answer] = deque()
        self._answered = asyncio.Event()
        self._sent = 0

    # --- for the reader ---

    async def begin(self, feed_after: int | None) -> Begun:
        """Begin the feed after that event where it can be replayed, and else after the newest there is."""
        return await self._feed.begin(feed_after)

    def say(self, frame: Answer) -> None:
        """Queue an answer; a function is called when its turn comes, between frames."""
        self._answers.append(frame)
        self._wake.set()

    async def room(self) -> None:
        """Wait until few enough answers wait: who does not read them is not read from either."""
        while len(self._answers) >= MAX_ANSWERS:
            self._answered.clear()
            await self._answered.wait()

    def subscribe(self, message_id: str | int, task_id: str, after: int) -> None:
        """Bring a task's events after `after`; a subscription that there is already begins anew."""

        def now() -> list[str]:
            if task_id not in self._tasks and len(self._tasks) >= MAX_SUBSCRIPTIONS:
                hint = "Unsubscribe from tasks that nobody looks at."
                return [error(message_id, "too_many_subscriptions", f"The limit is {MAX_SUBSCRIPTIONS}.", hint)]
            owed: list[str] = []
            if (before := self._tasks.get(task_id)) is not None:
                owed = before.owed(up_to=after)
                before.close()
            self._tasks[task_id] = TaskSource(self._state.tasks, self._state.hub, task_id, after, self._wake.set)
            return [*owed, ack(message_id)]

        self.say(now)

    def unsubscribe(self, message_id: str | int, task_id: str) -> None:
        """Leave a task to the feed again, without a gap in the feed."""

        def now() -> list[str]:
            source = self._tasks.pop(task_id, None)
            if source is None:
                return [ack(message_id)]
            source.close()
            return [*source.owed(), ack(message_id)]

        self.say(now)

    def replay_feed(self, message_id: str | int, after: int) -> None:
        """Bring what the feed had before this connection."""

        def now() -> list[str]:
            self._feed.replay(after)
            return [ack(message_id)]

        self.say(now)

    def close(self) -> None:
        """Leave the hub."""
        self._feed.close()
        for source in self._tasks.values():
            source.close()

    # --- writing ---

    async def run(self) -> None:
        """Write until cancelled. Raises TooSlow, and what the socket raises when the client is gone."""
        while True:
            self._wake.clear()
            if not await self._round():
                await self._wake.wait()

    async def _round(self) -> bool:
        """One page of everything; whether there may be more at once."""
        busy = False
        await self._flush()
        for source in tuple(self._tasks.values()):
            if self._tasks.get(source.task_id) is source:
                frames = await source.next()
                await self._send(frames)
                busy = busy or bool(frames)
                await self._flush()
        frames, more = await self._feed.next(self._principal, self._tasks)
        await self._send(frames)
        return busy or more

    async def _flush(self) -> None:
        while self._answers:
            answer = self._answers.popleft()
            await self._send([answer] if isinstance(answer, str) else answer())
        self._answered.set()

    async def _send(self, frames: list[str]) -> None:
        for frame in frames:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await self._socket.send({"type": "websocket.send", "text": frame})
            except TimeoutError as late:
                raise TooSlow from late
            except RuntimeError as closed:  # the server has broken off with a client that talks nonsense
                raise WebSocketDisconnect(1006) from closed
            self._sent += 1
            if self._sent % _BREATH == 0:
                await asyncio.sleep(0)
