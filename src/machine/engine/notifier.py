"""Telling channels what became of tasks: once, tried again with patience, and given up in the end.

A notice is written down as under way before it goes out. A webhook's is sent again under the same id, by which its
receiver knows it; in Slack nobody could tell the second from the first, so what may have arrived is not sent again.
"""

import asyncio
import logging
import random
from datetime import timedelta
from typing import Final

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import Clock
from machine.domain.errors import BadRequest, Conflict, MachineError, NotDelivered, NotFound, Unanswered
from machine.domain.ids import new_id
from machine.domain.notification import Channel, ChannelKind, Notice, NoticeState
from machine.engine.channel_secrets import ChannelSecrets
from machine.engine.notification_text import Message, Writing
from machine.ports import NotificationStore, Outgoing, TaskStore

LOOK_SECONDS: Final = 1.0
AT_ONCE: Final = 4
DELAYS_SECONDS: Final = (5.0, 30.0, 120.0, 600.0)
"""After each attempt that failed; one more attempt than these is made, within a quarter of an hour."""
MAX_ATTEMPTS: Final = len(DELAYS_SECONDS) + 1
JITTER: Final = 0.2
_ANOTHER_TIME: Final = frozenset({408, 425, 429})

_log = logging.getLogger(__name__)


class Notifier:
    """Attends to notices that are due: a few channels at once, one notice at a time to each."""

    def __init__(
        self,
        *,
        store: NotificationStore,
        tasks: TaskStore,
        secrets: ChannelSecrets,
        outgoing: Outgoing,
        writing: Writing,
        clock: Clock,
    ) -> None:
        self._store = store
        self._tasks = tasks
        self._secrets = secrets
        self._outgoing = outgoing
        self._writing = writing
        self._now = clock
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def watch(self) -> None:
        """Go on for as long as the machine runs."""
        try:
            while True:
                try:
                    await self.look()
                except MachineError as error:
                    _log.warning("could not look for notices that are due: %s", error.message)
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for attending in list(self._busy.values()):
                await cancel_and_wait(attending)

    async def look(self) -> tuple[asyncio.Task[None], ...]:
        """Begin with what is due, as far as there is room; returns what was begun."""
        begun = []
        for notice in await self._store.due(self._now()):
            if notice.channel not in self._busy and len(self._busy) < AT_ONCE:
                self._busy[notice.channel] = spawn(self._attend(notice), name=f"notice {notice.notice_id}")
                begun.append(self._busy[notice.channel])
        return tuple(begun)

    async def test(self, channel: Channel) -> str:
        """Send a test; returns what is wrong, empty when it arrived."""
        try:
            url, secret = await self._secrets.of(channel)
            message = self._writing.of_test(channel, new_id("test"), secret, self._now())
            why, _ = await self._sent(url, message)
        except MachineError as error:
            return error.message
        return why

    async def _attend(self, notice: Notice) -> None:
        try:
            await self._tell(notice)
        except Conflict:
            _log.info("the notice %s was changed meanwhile", notice.notice_id)
        except MachineError as error:
            _log.warning("notice %s: %s", notice.notice_id, error.message)
        except Exception:
            _log.exception("notice %s could not be sent", notice.notice_id)
            await self._give_up(notice, "A fault of the machine itself; its log says more.")
        finally:
            del self._busy[notice.channel]

    async def _tell(self, notice: Notice) -> None:
        channel = next((one for one in await self._store.channels() if one.name == notice.channel), None)
        if channel is None or not channel.enabled:
            await self._give_up(notice, "The channel was switched off.")
            return
        was_cut_off = notice.state is NoticeState.SENDING
        if was_cut_off and channel.kind is ChannelKind.SLACK:
            await self._give_up(notice, "The machine ended while it was sent: nobody knows whether it arrived.")
            return
        try:
            task = await self._tasks.get(notice.task_id)
            url, secret = await self._secrets.of(channel)
        except (NotFound, BadRequest) as error:
            await self._give_up(notice, error.message)
            return
        now = self._now()
        attempts = notice.attempts + 1
        next_at = now + timedelta(seconds=_delay(attempts))
        begun = notice.changed(now, state=NoticeState.SENDING, attempts=attempts, next_at=next_at)
        await self._store.save(notice, begun)
        why, again = await self._sent(url, self._writing.of_task(channel, notice, task, secret, now))
        await self._conclude(channel, begun, why, again)

    async def _conclude(self, channel: Channel, begun: Notice, why: str, again: bool | None) -> None:
        """`again`: whether another attempt may help; None when nobody knows whether this one arrived."""
        now = self._now()
        if not why:
            await self._store.save(begun, begun.changed(now, state=NoticeState.SENT, last_error=""))
            return
        may = channel.kind is ChannelKind.WEBHOOK if again is None else again
        if may and begun.attempts < MAX_ATTEMPTS:
            await self._store.save(begun, begun.changed(now, state=NoticeState.DUE, last_error=why))
        else:
            await self._give_up(begun, why)

    async def _sent(self, url: str, message: Message) -> tuple[str, bool | None]:
        """(what is wrong, whether another attempt may help). Nothing of the answer is kept but its status."""
        try:
            answer = await self._outgoing.send("POST", url, headers=message.headers, content=message.body)
        except BadRequest as error:
            return error.message, False
        except NotDelivered as error:
            return error.message, True
        except Unanswered as error:
            return error.message, None
        if 200 <= answer.status < 300:
            return "", False
        return f"It was answered with {answer.status}.", answer.status >= 500 or answer.status in _ANOTHER_TIME

    async def _give_up(self, notice: Notice, why: str) -> None:
        await self._store.save(notice, notice.changed(self._now(), state=NoticeState.GIVEN_UP, last_error=why))
        _log.warning("the notice of %s to %s is given up: %s", notice.task_id, notice.channel, why)


def _delay(attempt: int) -> float:
    seconds = DELAYS_SECONDS[min(attempt, len(DELAYS_SECONDS)) - 1]
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret hangs on it
