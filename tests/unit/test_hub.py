"""The hub: events reach whoever listens, in order; who is slow loses the subscription and slows nobody down."""

import asyncio
import gc
import json
from datetime import UTC, datetime

from machine.domain.events import StoredEvent
from machine.hub import EventHub
from machine.ports import Subscription

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def event(seq: int, *, task_id: str = "task_1", body: str = "{}", feed_seq: int | None = None) -> StoredEvent:
    return StoredEvent(type="task.output", at=AT, body=body, task_id=task_id, seq=seq, feed_seq=feed_seq)


async def collected(subscription: Subscription, into: list[int | None]) -> None:
    into.extend([one.seq async for one in subscription])


async def test_a_task_s_subscribers_get_its_events_and_no_other_s_in_order() -> None:
    hub = EventHub()
    subscription = hub.subscribe_task("task_1")
    hub.publish([event(1), event(1, task_id="task_2"), event(2)])
    hub.publish([event(3)])
    assert [one.seq for one in subscription.take()] == [1, 2, 3]
    assert subscription.take() == ()


async def test_the_feed_gets_what_has_a_feed_seq() -> None:
    hub = EventHub()
    feed = hub.subscribe_feed()
    hub.publish([event(1, feed_seq=7), event(2), event(3, feed_seq=8)])
    assert [one.feed_seq for one in feed.take()] == [7, 8]


async def test_a_waiting_reader_is_woken_and_ends_with_the_close() -> None:
    hub, seen = EventHub(), list[int | None]()
    subscription = hub.subscribe_task("task_1")
    reader = asyncio.get_running_loop().create_task(collected(subscription, seen))
    await asyncio.sleep(0)
    hub.publish([event(1)])
    hub.publish([event(2)])
    subscription.close()
    await asyncio.wait_for(reader, 1)
    assert seen == [1, 2]


async def test_waiting_readers_cost_no_task_each() -> None:
    hub = EventHub()
    before = len(asyncio.all_tasks())
    woken: list[int] = []
    subscriptions = [hub.subscribe_task("task_1", on_ready=lambda: woken.append(1)) for _ in range(100)]
    hub.publish([event(1)])
    assert (len(woken), len(asyncio.all_tasks())) == (100, before)
    assert all(len(subscription.take()) == 1 for subscription in subscriptions)


async def test_a_reader_that_is_slow_by_count_is_told_so_and_holds_nothing_any_more() -> None:
    hub = EventHub(max_events=3)
    slow, quick = hub.subscribe_task("task_1"), hub.subscribe_task("task_1")
    for seq in range(1, 6):
        hub.publish([event(seq)])
        assert [one.seq for one in quick.take()] == [seq]
    assert slow.lagged
    assert not quick.lagged
    assert slow.take() == ()
    hub.publish([event(6)])
    assert slow.take() == ()


async def test_a_reader_that_is_slow_by_bytes_is_told_so() -> None:
    hub = EventHub(max_bytes=100)
    subscription = hub.subscribe_task("task_1")
    hub.publish([event(1, body='"' + "x" * 500 + '"')])
    assert not subscription.lagged, "one large event alone has to pass"
    hub.publish([event(2)])
    assert subscription.lagged


async def test_bytes_that_were_read_make_room_again() -> None:
    hub = EventHub(max_bytes=100)
    subscription = hub.subscribe_task("task_1")
    for seq in range(1, 50):
        hub.publish([event(seq, body='"' + "x" * 60 + '"')])
        assert len(subscription.take(1)) == 1
    assert not subscription.lagged


async def test_a_lagged_reader_s_iteration_ends() -> None:
    hub, seen = EventHub(max_events=2), list[int | None]()
    subscription = hub.subscribe_task("task_1")
    hub.publish([event(seq) for seq in range(1, 5)])
    await asyncio.wait_for(collected(subscription, seen), 1)
    assert seen == []
    assert subscription.lagged


async def test_a_closed_subscription_leaves_nothing_in_the_hub() -> None:
    hub = EventHub()
    task, feed = hub.subscribe_task("task_1"), hub.subscribe_feed()
    assert hub.subscriptions == 2
    task.close()
    task.close()
    feed.close()
    assert hub.subscriptions == 0
    hub.publish([event(1, feed_seq=1)])
    assert (task.take(), feed.take()) == ((), ())
    del task, feed
    gc.collect()
    assert hub._tasks == {}


async def test_an_event_is_encoded_once_for_all_readers() -> None:
    hub = EventHub()
    readers = [hub.subscribe_task("task_1") for _ in range(3)]
    hub.publish([event(1, body='{"kind":"text","text":"ü \\u0041"}', feed_seq=9)])
    frames = [reader.take()[0].frame for reader in readers]
    assert frames[0] is frames[1] is frames[2]
    assert json.loads(frames[0]) == {
        "type": "task.output",
        "task_id": "task_1",
        "seq": 1,
        "feed_seq": 9,
        "at": "2026-11-22T12:00:00Z",
        "data": {"kind": "text", "text": "ü A"},
    }
