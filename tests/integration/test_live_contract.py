"""What everything that carries events and pokes promises: within a process, and between two over a real Redis."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.redis_server import RedisServer, needs_redis

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.events import StoredEvent
from machine.hub import EventHub, LocalPokes
from machine.hub.redis_hub import RedisHub
from machine.hub.redis_link import RedisLink
from machine.hub.redis_pokes import RedisPokes
from machine.ports import Pokes, StoredUpTo

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
KINDS = ("memory", "redis, one process", "redis, two processes")


def event(seq: int, task_id: str = "task_1", feed_seq: int | None = None, body: str = '{"a": "ü\\n"}') -> StoredEvent:
    return StoredEvent(
        type="task.output", at=AT, body=body, task_id=task_id, seq=seq, feed_seq=feed_seq, user_id="user_1"
    )


@dataclass
class Side:
    """One process."""

    hub: EventHub | RedisHub
    pokes: Pokes


@dataclass
class Ends:
    """Where events are committed, and where they are read."""

    here: Side
    there: Side

    async def subscribed(self, subscribe: Callable[[Any], Any]) -> Any:
        """A subscription whose reader has been to the store once, as readers do; the store is empty."""
        subscription = subscribe(self.there.hub)
        if isinstance(self.there.hub, RedisHub):
            await until(lambda: subscription.lagged)
            assert not subscription.too_slow
            subscription.close()
            subscription = subscribe(self.there.hub)
        return subscription


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def taken(subscription: Any, count: int) -> list[StoredEvent]:
    """The next events, so many at least."""
    found: list[StoredEvent] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            assert not subscription.lagged
            found += subscription.take()
            await asyncio.sleep(0.005)
    return found


async def empty_store(task_ids: Collection[str]) -> StoredUpTo:
    return StoredUpTo(tasks=dict.fromkeys(task_ids, 0), feed=0)


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    needs_redis()
    with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


async def joined(url: str, stack: AsyncExitStack, prefix: str) -> Side:
    link = RedisLink(url, origin=f"process_{id(stack)}_{len(asyncio.all_tasks())}")
    hub = RedisHub(link, EventHub())
    for work in (link.run(prefix), hub.watch(empty_store)):
        stack.push_async_callback(cancel_and_wait, spawn(work, name="of a test"))
    await until(lambda: link.connected)
    return Side(hub, RedisPokes(link))


@pytest.fixture(params=KINDS)
async def ends(request: pytest.FixtureRequest) -> AsyncIterator[Ends]:
    async with AsyncExitStack() as stack:
        if request.param == "memory":
            side = Side(EventHub(), LocalPokes())
            yield Ends(side, side)
            return
        url = request.getfixturevalue("redis").url
        here = await joined(url, stack, f"{request.node.name}:")
        alone = request.param == "redis, one process"
        yield Ends(here, here if alone else await joined(url, stack, f"{request.node.name}:"))


async def test_readers_of_a_task_get_its_events_whole_and_in_order_and_no_others(ends: Ends) -> None:
    subscription = await ends.subscribed(lambda hub: hub.subscribe_task("task_1"))
    ends.here.hub.publish([event(1), event(1, task_id="task_2"), event(2)])
    ends.here.hub.publish([event(3)])
    assert await taken(subscription, 3) == [event(1), event(2), event(3)]


async def test_the_feed_gets_what_has_a_feed_seq(ends: Ends) -> None:
    feed = await ends.subscribed(lambda hub: hub.subscribe_feed())
    ends.here.hub.publish([event(1, feed_seq=1), event(2), event(3, feed_seq=2)])
    ends.here.hub.publish([StoredEvent(type="auth.status", at=AT, body="{}", feed_seq=3)])
    assert [one.feed_seq for one in await taken(feed, 3)] == [1, 2, 3]


async def test_an_event_that_is_published_twice_is_read_once(ends: Ends) -> None:
    if isinstance(ends.there.hub, EventHub):
        pytest.skip("within one process nothing comes twice")
    subscription = await ends.subscribed(lambda hub: hub.subscribe_task("task_1"))
    for events in ([event(1)], [event(1)], [event(1), event(2)], [event(3)]):
        ends.here.hub.publish(events)
    assert await taken(subscription, 3) == [event(1), event(2), event(3)]


async def test_thousands_of_events_reach_a_hundred_readers_in_order(ends: Ends) -> None:
    subscriptions = [await ends.subscribed(lambda hub: hub.subscribe_task("task_1")) for _ in range(1)]
    subscriptions += [ends.there.hub.subscribe_task("task_1") for _ in range(99)]
    for first in range(1, 3001, 100):
        ends.here.hub.publish([event(seq) for seq in range(first, first + 100)])
        await asyncio.sleep(0)
    for subscription in subscriptions:
        assert [one.seq for one in await taken(subscription, 3000)] == list(range(1, 3001))


async def test_a_reader_that_is_slow_is_told_so_and_slows_nobody_down(ends: Ends) -> None:
    slow = await ends.subscribed(lambda hub: hub.subscribe_task("task_1"))
    quick = ends.there.hub.subscribe_task("task_1")
    seen = 0
    for first in range(1, 6001, 500):
        ends.here.hub.publish([event(seq) for seq in range(first, first + 500)])
        seen += len(await taken(quick, 500))
    assert (slow.lagged, slow.too_slow, slow.take()) == (True, True, ())
    assert (quick.lagged, seen) == (False, 6000)


async def test_a_poke_wakes_whoever_listens_to_its_topic_and_many_are_one(ends: Ends) -> None:
    work, other = ends.there.pokes.listen("work"), ends.there.pokes.listen("definitions")
    for listening in (work, other):  # the one that says that the topic is heard now
        while await listening.wait(0.3):
            pass
    for _ in range(500):
        ends.here.pokes.poke("work")
    assert await work.wait(20)
    while await work.wait(0.3):  # those that came while it was being woken
        pass
    assert not await other.wait(0.01)
    work.close()
    ends.here.pokes.poke("work")
    assert not await work.wait(0.01)


async def test_nothing_is_left_of_readers_that_have_gone(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("machine.hub.shared_hub.UNREAD_SECONDS", 0.0)
    subscription = await ends.subscribed(lambda hub: hub.subscribe_task("task_1"))
    feed = ends.there.hub.subscribe_feed()
    assert ends.there.hub.subscriptions == 2
    subscription.close()
    feed.close()
    assert ends.there.hub.subscriptions == 0
    if isinstance(hub := ends.there.hub, RedisHub):
        for _ in range(2):
            hub.look()
            await asyncio.sleep(0.1)
        await until(lambda: "task:task_1" not in hub.link._asked)
        assert (hub._tasks, hub._feed) == ({}, None)
        assert hub.link._asked == {"look"}
