"""How what happens reaches those who watch: within this process, among all of a fleet through Redis or, without one,
through the database."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.events import StoredEvent
from machine.domain.ids import new_id
from machine.domain.machine_status import MachineWarning
from machine.hub import EventHub, LocalPokes, NoLink, SharedHub
from machine.ports import Notes, Pokes, TaskStore
from machine.settings import Settings

if TYPE_CHECKING:  # they bring in Redis, which most machines do without
    from machine.hub.redis_hub import RedisHub

FORMAT: Final = "v1"
"""Of what is sent over Redis: programs that speak another one do not hear this one, and read the database."""
_AWAY: Final = (
    "Check that Redis runs and that REDIS_URL is right: `machine doctor` tries it. The machine connects by itself as "
    "soon as it can; nothing is lost, but what other machines do is seen up to two seconds late."
)


@dataclass(frozen=True)
class Live:
    """The hub and the pokes of this process. `redis` is that hub where Redis is used."""

    hub: EventHub | SharedHub
    pokes: Pokes
    redis: "RedisHub | None" = None

    def publish(self, events: Sequence[StoredEvent]) -> None:
        """Hand on what was committed."""
        self.hub.publish(events)

    def warnings(self) -> tuple[MachineWarning, ...]:
        """What an administrator should know of it."""
        if self.redis is None or self.redis.link.connected:
            return ()
        message = f"Redis cannot be used: {self.redis.link.problem.removesuffix('.')}."
        return (MachineWarning(code="redis_away", message=message, hint=_AWAY),)


async def open_live(settings: Settings) -> Live:
    """Does not wait for Redis, which may be away. Raises MachineError when REDIS_URL is none."""
    if not settings.redis_url:
        return Live(SharedHub(NoLink(), EventHub()) if settings.in_fleet else EventHub(), LocalPokes())
    return await asyncio.to_thread(_with_redis, settings.redis_url.get_secret_value())


def _with_redis(url: str) -> Live:
    """In a thread: the import takes a third of a second."""
    from machine.hub.redis_hub import RedisHub
    from machine.hub.redis_link import RedisLink
    from machine.hub.redis_pokes import RedisPokes

    link = RedisLink(url, origin=new_id("process"))
    hub = RedisHub(link, EventHub())
    return Live(hub, RedisPokes(link), hub)


async def join_fleet(live: Live, tasks: TaskStore, notes: Notes, stack: AsyncExitStack) -> None:
    """Begin to exchange events with all who use the same database. Raises StoreError."""
    if isinstance(live.hub, EventHub):
        return
    stack.push_async_callback(cancel_and_wait, spawn(live.hub.watch(tasks.stored_up_to), name="shared hub"))
    if (hub := live.redis) is not None:
        fleet = await notes.settle("fleet", new_id("fleet"))  # several fleets may share a Redis
        running = spawn(hub.link.run(f"machine:{fleet}:{FORMAT}:"), name="redis link")
        stack.push_async_callback(cancel_and_wait, running)
