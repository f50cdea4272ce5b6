"""Making trouble: each kind is done to the real processes and taken back."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack

from tests.fault.chaos.plan import Kind, Trouble
from tests.support.fleet import Fleet, Member

from machine.domain.aio import spawn

Say = Callable[[str], None]


class Troubles:
    """Does what a plan says to a fleet. Nobody is in two troubles at once; several may be in one each.

    Who is still in one, on a busy computer, is spared the next.
    """

    def __init__(self, fleet: Fleet, say: Say) -> None:
        self.done = self.spared = 0
        self._fleet = fleet
        self._say = say
        self._postgres, self._redis = asyncio.Lock(), asyncio.Lock()

    async def make(self, plan: Sequence[Trouble]) -> None:
        """All of them, each at its time; returns when the last is over and everybody is there again."""
        began = time.monotonic()
        under_way = []
        for trouble in plan:
            await asyncio.sleep(max(0.0, began + trouble.at - time.monotonic()))
            under_way.append(spawn(self._one(trouble), name=str(trouble.kind)))
        await asyncio.gather(*under_way)

    async def _one(self, trouble: Trouble) -> None:
        if (lock := self._lock(trouble)).locked():
            self.spared += 1
            return
        async with lock:
            self._say(str(trouble))
            await self._how(trouble)(trouble)
            self.done += 1

    def _lock(self, trouble: Trouble) -> asyncio.Lock:
        if trouble.whom:
            return self._whom(trouble).busy
        return self._postgres if trouble.kind in (Kind.POSTGRES_KILLED, Kind.POSTGRES_STOPPED) else self._redis

    def _whom(self, trouble: Trouble) -> Member:
        return next(member for member in self._fleet.members if member.name == trouble.whom)

    def _how(self, trouble: Trouble) -> Callable[[Trouble], Awaitable[None]]:
        match trouble.kind:
            case Kind.WORKER_KILLED | Kind.WEB_KILLED:
                return self._kill
            case Kind.WORKER_TOLD_TO_END | Kind.WEB_TOLD_TO_END:
                return self._tell_to_end
            case Kind.WORKER_PAUSED | Kind.WORKER_SLOW | Kind.WEB_PAUSED:
                return self._pause
            case Kind.WORKER_CUT_OFF | Kind.WORKER_BROKEN_OFF | Kind.WEB_CUT_OFF:
                return self._cut_off
            case Kind.REDIS_KILLED | Kind.REDIS_PAUSED:
                return self._trouble_redis
            case Kind.POSTGRES_KILLED | Kind.POSTGRES_STOPPED:
                return self._trouble_postgres

    async def _kill(self, trouble: Trouble) -> None:
        member = self._whom(trouble)
        await member.kill()
        await asyncio.sleep(trouble.seconds)
        await member.start()

    async def _tell_to_end(self, trouble: Trouble) -> None:
        member = self._whom(trouble)
        code = await member.terminate()
        assert code == 0, f"{member.name}, told to end, exited {code}:\n{member.daemon.log_text()[-3000:]}"
        await asyncio.sleep(trouble.seconds)
        await member.start()

    async def _pause(self, trouble: Trouble) -> None:
        async with self._whom(trouble).paused():
            await asyncio.sleep(trouble.seconds)

    async def _cut_off(self, trouble: Trouble) -> None:
        wire = self._whom(trouble).wire
        wire.cut()
        await asyncio.sleep(trouble.seconds)
        await wire.mend("broken" if trouble.kind is Kind.WORKER_BROKEN_OFF else "late")

    async def _trouble_redis(self, trouble: Trouble) -> None:
        redis = self._fleet.redis
        if trouble.kind is Kind.REDIS_PAUSED:
            async with AsyncExitStack() as stack:
                stack.enter_context(redis.paused())
                await asyncio.sleep(trouble.seconds)
            return
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(trouble.seconds)
        await asyncio.to_thread(redis.start)

    async def _trouble_postgres(self, trouble: Trouble) -> None:
        postgres = self._fleet.postgres
        if trouble.kind is Kind.POSTGRES_KILLED:
            await asyncio.to_thread(postgres.kill)
        else:
            await asyncio.to_thread(postgres.stop, signal.SIGQUIT)
        await asyncio.sleep(trouble.seconds)
        await asyncio.to_thread(postgres.start)
