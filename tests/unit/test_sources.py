"""What a connection is sent of the feed and of the tasks that it follows, whichever of the two is behind."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.websockets import WebSocket
from tests.support.tasks import stored_task

from machine.api.state import ApiState
from machine.api.ws_sources import LIVE, MAX_SKIPPED, PAGE, FeedSource, TaskSource
from machine.api.ws_writer import Writer
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.events import InputData, Output, OutputKind, TaskEvent, TaskInput, TaskOutput
from machine.domain.principal import Principal, Role, User, Via
from machine.domain.task import Task
from machine.hub import EventHub
from machine.hub.subscription import MAX_EVENTS
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore

READER = Principal(
    user=User(user_id="user_1", name="reader", role=Role.ADMINISTRATOR), via=Via.INTERNAL, credential_id="test"
)
WORD: TaskEvent = TaskOutput(data=Output(kind=OutputKind.TEXT, text="word", item="i"))
NEWS: TaskEvent = TaskInput(data=InputData(input_id="input_1", message="go on"))


class Place:
    """A store with a task in it, and the hub that hears of what is stored."""

    def __init__(self, store: SqlTaskStore, hub: EventHub, task: Task) -> None:
        self.store = store
        self.hub = hub
        self.task_id = task.task_id

    async def happens(self, *events: TaskEvent) -> int:
        """`seq` of the last of them."""
        return await self.store.append(self.task_id, list(events))

    def followed(self, after: int) -> TaskSource:
        return TaskSource(self.store, self.hub, self.task_id, after, lambda: None)

    def writer(self, reader: "Reader") -> Writer:
        state = SimpleNamespace(tasks=self.store, hub=self.hub)
        return Writer(cast(ApiState, state), cast(WebSocket, reader), READER)

    async def feed(self) -> FeedSource:
        feed = FeedSource(self.store, self.hub, lambda: None)
        await feed.begin()
        return feed


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    hub = EventHub()
    database = await open_database(tmp_path / "machine.db", "0.1.0", on_committed=hub.publish)
    store = SqlTaskStore(database, machine_id="machine-001")
    yield Place(store, hub, await stored_task(store))
    await database.close()


class Reader:
    """The other end of a socket: keeps what it is sent, and does something once a certain event has come."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.then: tuple[int, Callable[[], None]] | None = None

    async def send(self, message: dict[str, Any]) -> None:
        frame = json.loads(message["text"])
        self.told.append(frame)
        if self.then is not None and frame.get("seq") == self.then[0]:
            self.then[1]()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.005)

    @property
    def seqs(self) -> list[int]:
        return [frame["seq"] for frame in self.told if "seq" in frame]


def seqs(frames: list[str]) -> list[int]:
    return [json.loads(frame)["seq"] for frame in frames]


async def test_the_feed_brings_what_the_client_has_from_elsewhere_and_was_never_sent(place: Place) -> None:
    feed = await place.feed()
    known = await place.happens(NEWS)  # loaded over HTTP before the feed has come to it
    source = place.followed(after=known)
    new = await place.happens(NEWS)
    told, _ = await feed.next(READER, {place.task_id: source})
    assert (seqs(told), seqs(await source.next())) == ([known], [new])
    source.close()
    feed.close()


async def test_a_subscription_that_begins_anew_further_on_loses_nothing_that_the_feed_left_to_it(place: Place) -> None:
    reader = Reader()
    writer = place.writer(reader)
    await writer.begin(None)
    await place.happens(*[WORD] * (3 * PAGE))
    news = await place.happens(NEWS)
    reader.then = (2 * PAGE, lambda: writer.subscribe(2, place.task_id, news))
    writer.subscribe(1, place.task_id, 0)
    writing = spawn(writer.run(), name="writer")
    await reader.until(lambda: any(frame.get("id") == 2 for frame in reader.told))
    await place.happens(WORD)
    await reader.until(lambda: news + 1 in reader.seqs)
    await cancel_and_wait(writing)
    writer.close()
    assert reader.seqs == [*range(1, 2 * PAGE + 1), news, news + 1]


async def test_a_quick_reader_of_a_long_task_is_not_too_slow_because_the_feed_is_ahead_of_it(place: Place) -> None:
    reader = Reader()
    writer = place.writer(reader)
    await place.happens(*[WORD] * (MAX_SKIPPED + 3 * PAGE))
    last = await place.happens(*[NEWS] * (MAX_SKIPPED + PAGE))
    await writer.begin(1)
    writer.subscribe(1, place.task_id, 0)
    writing = spawn(writer.run(), name="writer")
    await reader.until(lambda: last in reader.seqs or writing.done())
    assert reader.seqs == list(range(1, last + 1))
    await place.happens(NEWS)
    await reader.until(lambda: last + 1 in reader.seqs or writing.done())
    assert reader.seqs[-1] == last + 1
    await cancel_and_wait(writing)
    writer.close()


async def test_a_feed_that_waits_for_a_subscription_goes_on_from_the_store_if_too_much_has_come(place: Place) -> None:
    feed, source = await place.feed(), place.followed(after=0)
    await place.happens(*[WORD] * (MAX_SKIPPED + 3 * PAGE))
    for _ in range(MAX_SKIPPED // LIVE):
        await place.happens(*[NEWS] * LIVE)
        assert await feed.next(READER, {place.task_id: source}) == ([], True)
    await place.happens(*[NEWS] * (MAX_EVENTS + 1))
    assert await feed.next(READER, {place.task_id: source}) == ([], True)  # it waits, and its queue has run over
    while await source.next():
        pass
    other = await stored_task(place.store)
    told, more = list[str](), True
    while more:
        frames, more = await feed.next(READER, {place.task_id: source})
        told += frames
    assert [json.loads(frame)["task_id"] for frame in told] == [other.task_id]
    source.close()
    feed.close()
