"""Replies to where events came from: sent once, tried again with patience, and never twice.

A reply is written down as under way before it goes out. Whoever finds it so later (after a crash, or an answer that
never came) asks the provider whether it is there before it is sent again.
"""

import asyncio
import logging
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import Clock
from machine.domain.errors import BadRequest, Conflict, MachineError, NotDelivered, NotFound, Unanswered
from machine.domain.reply import Reply, ReplyState
from machine.engine.reply_calls import Prepared, ReplyCalls
from machine.engine.reply_text import Silence, said_of, without
from machine.ports import HttpAnswer, Outgoing, ReplyStore, TaskStore
from machine.webhooks.replies import Call
from machine.webhooks.reply_answers import Again, Refused, Sent, judged, looked_up

LOOK_SECONDS: Final = 1.0
"""Also the least time between two replies to one server: GitHub asks for a second."""
AT_ONCE: Final = 4
DELAYS_SECONDS: Final = (5.0, 15.0, 45.0, 120.0, 300.0, 900.0, 2100.0)
"""After each attempt that failed; one more attempt than these is made, over about an hour."""
MAX_ATTEMPTS: Final = len(DELAYS_SECONDS) + 1
JITTER: Final = 0.2
TROUBLE_AFTER: Final = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Stuck:
    """Whether the reply is there cannot be found out."""

    why: str


class WebhookReplies:
    """Attends to replies that are due: a few servers at once, one reply at a time to each."""

    def __init__(
        self,
        *,
        store: ReplyStore,
        tasks: TaskStore,
        calls: ReplyCalls,
        outgoing: Outgoing,
        clock: Clock,
        public_url: str | None,
    ) -> None:
        self._store = store
        self._tasks = tasks
        self._calls = calls
        self._outgoing = outgoing
        self._now = clock
        self._public_url = public_url
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._under_way: set[str] = set()

    async def watch(self) -> None:
        """Go on for as long as the machine runs. What is under way when it ends is looked up at the next start."""
        try:
            while True:
                try:
                    await self.look()
                except MachineError as error:
                    _log.warning("could not look for replies that are due: %s", error.message)
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for attending in list(self._busy.values()):
                await cancel_and_wait(attending)

    async def look(self) -> tuple[asyncio.Task[None], ...]:
        """Begin with what is due, as far as there is room; returns what was begun."""
        begun = []
        for reply in await self._store.due(self._now()):
            place = self._calls.place_of(reply)
            if place in self._busy or reply.task_id in self._under_way or len(self._busy) >= AT_ONCE:
                continue
            self._under_way.add(reply.task_id)
            self._busy[place] = spawn(self._attend(place, reply), name=f"reply of {reply.task_id}")
            begun.append(self._busy[place])
        return tuple(begun)

    async def of(self, task_id: str) -> Reply | None:
        """The reply of a task, if there is or was to be one."""
        return await self._store.of(task_id)

    async def retry(self, task_id: str) -> Reply:
        """Try one again that was given up. Raises NotFound, Conflict."""
        reply = await self._store.of(task_id)
        if reply is None:
            raise NotFound(f"Task {task_id} has no reply.", hint="Only triggers with reply: true make one, at its end.")
        if reply.state is not ReplyState.GIVEN_UP:
            raise Conflict(f"The reply of task {task_id} is {reply.state}.", hint="One that was given up can be tried.")
        now = self._now()
        again = reply.changed(now, state=ReplyState.DUE, attempts=0, next_at=now, last_error="")
        return await self._store.save(reply, again)

    async def trouble(self, webhook: str) -> str | None:
        """A sentence when several replies of a webhook were given up in a row; None when all is well."""
        newest = await self._store.newest_ends(webhook, limit=TROUBLE_AFTER)
        if len(newest) < TROUBLE_AFTER or any(one.state is ReplyState.SENT for one in newest):
            return None
        return f"Its last {TROUBLE_AFTER} replies or more were given up. The last one: {newest[0].last_error}"

    async def _attend(self, place: str, reply: Reply) -> None:
        try:
            await self._make(reply)
        except MachineError as error:
            _log.warning("reply of %s: %s", reply.task_id, error.message)
        except Exception:
            _log.exception("reply of %s could not be made", reply.task_id)
            await self._fault(reply.task_id)
        finally:
            self._under_way.discard(reply.task_id)
            del self._busy[place]

    async def _fault(self, task_id: str) -> None:
        try:
            if (stored := await self._store.of(task_id)) is not None:
                await self._give_up(stored, "A fault of the machine itself; its log says more.")
        except MachineError as error:
            _log.warning("reply of %s: %s", task_id, error.message)

    async def _make(self, reply: Reply) -> None:
        task = await self._tasks.get(reply.task_id)
        said = said_of(task, self._public_url)
        if isinstance(said, Silence):
            await self._note(reply, state=ReplyState.NOT_WANTED, last_error=said.why)
            return
        try:
            prepared = await self._calls.prepared(reply, task, said)
        except BadRequest as error:
            await self._give_up(reply, error.message)
            return
        now = self._now()
        begun = reply.changed(
            now,
            state=ReplyState.SENDING,
            attempts=reply.attempts + 1,
            unsure=True,
            next_at=now + timedelta(seconds=_delay(reply.attempts + 1)),
        )
        await self._store.save(reply, begun)
        outcome = await self._attempt(prepared, look_first=reply.unsure, by_hand=reply.attempts == 0)
        await self._conclude(begun, prepared, outcome)

    async def _attempt(self, prepared: Prepared, *, look_first: bool, by_hand: bool) -> Sent | Again | Refused | _Stuck:
        """One attempt. `by_hand`: a person wants it sent, who has looked where the program cannot look."""
        try:
            if look_first:
                found = await self._look_up(prepared)
                if isinstance(found, Again) or (isinstance(found, _Stuck) and not by_hand):
                    return found
                if found is True:
                    return Sent()
            return judged(prepared.call, await self._send(prepared.call), self._now())
        except BadRequest as error:
            return Refused(error.message)
        except NotDelivered as error:
            return Again(error.message, unsure=look_first)
        except Unanswered as error:
            return Again(error.message, unsure=True)

    async def _look_up(self, prepared: Prepared) -> bool | Again | _Stuck:
        if prepared.call.lookup is None:
            return _Stuck("nobody knows whether it arrived, and there is no way to look")
        found = looked_up(prepared.call, await self._send(prepared.call.lookup), self._now())
        if isinstance(found, Refused):
            return _Stuck(f"nobody knows whether it arrived, and looking fails: {found.why}")
        return found

    async def _send(self, call: Call) -> HttpAnswer:
        return await self._outgoing.send(call.method, call.url, headers=call.headers, json=call.json)

    async def _conclude(self, begun: Reply, prepared: Prepared, outcome: Sent | Again | Refused | _Stuck) -> None:
        host = urlsplit(prepared.call.url).hostname
        match outcome:
            case Sent():
                await self._note(begun, state=ReplyState.SENT, unsure=False, last_error="", url=outcome.url)
                _log.info("task %s replied at %s", begun.task_id, host)
            case Again() if begun.attempts < MAX_ATTEMPTS:
                why = without(outcome.why, prepared.secrets)
                next_at = max(begun.next_at, self._now() + timedelta(seconds=outcome.after_seconds))
                await self._note(begun, state=ReplyState.DUE, unsure=outcome.unsure, last_error=why, next_at=next_at)
                _log.info("reply of %s at %s, attempt %d: %s", begun.task_id, host, begun.attempts, why)
            case _:
                unsure = isinstance(outcome, _Stuck) or (isinstance(outcome, Again) and outcome.unsure)
                await self._give_up(begun, without(outcome.why, prepared.secrets), unsure=unsure)

    async def _give_up(self, reply: Reply, why: str, *, unsure: bool | None = None) -> None:
        unsure = reply.unsure if unsure is None else unsure
        await self._note(reply, state=ReplyState.GIVEN_UP, unsure=unsure, last_error=why)
        _log.warning("reply of %s (webhook %s) is given up: %s", reply.task_id, reply.webhook, why)
        if (trouble := await self.trouble(reply.webhook)) is not None:
            _log.error("webhook %s: %s", reply.webhook, trouble)

    async def _note(self, reply: Reply, **changes: object) -> None:
        await self._store.save(reply, reply.changed(self._now(), **changes))


def _delay(attempt: int) -> float:
    """Seconds after the attempt with this number, give or take, so that those who failed together do not come back
    together."""
    seconds = DELAYS_SECONDS[min(attempt, len(DELAYS_SECONDS)) - 1]
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret hangs on it
