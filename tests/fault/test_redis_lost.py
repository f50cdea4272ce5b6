"""Redis dies, sleeps, forgets: readers in another process still get every event once, in order. Two members of a fleet
with a store each over one database, and a real Redis of their own."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import pytest
from tests.support.fleet_member import Member, member
from tests.support.redis_server import RedisServer, needs_redis

from machine.api.ws_sources import FeedSource, TaskSource
from machine.domain.aio import spawn
from machine.domain.events import AuthStatus, AuthStatusData
from machine.domain.principal import Principal, Role, User, Via
from machine.engine.following import follow

SECONDS = 60.0


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    needs_redis()
    with RedisServer(tmp_path) as server:
        yield server


@pytest.fixture
async def two(tmp_path: Path, redis: RedisServer) -> AsyncIterator[tuple[Member, Member]]:
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(member(tmp_path / "machine.db", redis.url)) for _ in range(2)]
        for each in (one, other):
            await connected(each)
        yield one, other


async def connected(who: Member, yes: bool = True) -> None:
    assert who.live.redis is not None
    async with asyncio.timeout(SECONDS):
        while who.live.redis.link.connected is not yes:
            await asyncio.sleep(0.01)


async def read(reader: Member, task_id: str, up_to: int) -> list[int]:
    """As a browser's connection reads: the numbers of what it is sent."""
    wake, seqs = asyncio.Event(), list[int]()
    source = TaskSource(reader.tasks, reader.live.hub, task_id, 0, wake.set)
    async with asyncio.timeout(SECONDS):
        while not seqs or seqs[-1] < up_to:
            wake.clear()
            frames = await source.next()
            seqs += [json.loads(frame)["seq"] for frame in frames]
            if not frames:
                await wake.wait()
    source.close()
    return seqs


async def read_by_following(reader: Member, task_id: str, up_to: int) -> list[int]:
    """As the engine reads."""
    seqs: list[int] = []
    async with asyncio.timeout(SECONDS), aclosing(follow(reader.tasks, reader.live.hub, task_id)) as events:
        async for event in events:
            seqs.append(event.seq or 0)
            if seqs[-1] >= up_to:
                break
    return seqs


async def reading_feed(reader: Member, count: int) -> "asyncio.Task[list[int]]":
    """So many events of the feed from now on, as a browser's connection reads them."""
    wake = asyncio.Event()
    source = FeedSource(reader.tasks, reader.live.hub, wake.set)
    await source.begin()
    return spawn(_read_feed(source, wake, count), name="feed")


async def _read_feed(source: FeedSource, wake: asyncio.Event, count: int) -> list[int]:
    numbers, who = list[int](), _somebody()
    async with asyncio.timeout(SECONDS):
        while len(numbers) < count:
            wake.clear()
            frames, more = await source.next(who, {})
            numbers += [json.loads(frame)["feed_seq"] for frame in frames]
            if not frames and not more:
                await wake.wait()
    source.close()
    return numbers


def _somebody() -> Principal:
    user = User(user_id="user_1", name="x", role=Role.ADMINISTRATOR)
    return Principal(user=user, via=Via.BROWSER, credential_id="login_1")


async def say_slowly(writer: Member, task_id: str, count: int) -> None:
    for _ in range(count):
        await writer.say(task_id)
        await asyncio.sleep(0.02)


async def test_redis_is_killed_in_mid_stream_and_comes_back_empty(
    two: tuple[Member, Member], redis: RedisServer
) -> None:
    writer, reader = two
    task_id = await writer.new_task()
    reading = [spawn(how(reader, task_id, 201), name="reader") for how in (read, read_by_following, read)]
    writing = spawn(say_slowly(writer, task_id, 200), name="writer")
    await asyncio.sleep(1)
    for _ in range(2):
        redis.kill()
        await asyncio.sleep(0.7)
        redis.start()
        await asyncio.sleep(0.5)
    await writing
    assert await asyncio.gather(*reading) == [list(range(1, 202))] * 3


async def test_redis_sleeps_for_five_seconds_in_mid_stream(two: tuple[Member, Member], redis: RedisServer) -> None:
    writer, reader = two
    task_id = await writer.new_task()
    reading = [
        spawn(read(reader, task_id, 301), name="reader"),
        spawn(read_by_following(reader, task_id, 301), name="r"),
    ]
    writing = spawn(say_slowly(writer, task_id, 150), name="writer")
    await asyncio.sleep(0.5)
    with redis.paused():
        await asyncio.sleep(5)
        await writing  # nobody waits for Redis
        await writer.say(task_id, 100)
    await writer.say(task_id, 50)
    assert await asyncio.gather(*reading) == [list(range(1, 302))] * 2
    for each in two:
        await connected(each)


async def test_while_redis_is_away_events_come_all_the_same(two: tuple[Member, Member], redis: RedisServer) -> None:
    writer, reader = two
    task_id = await writer.new_task()
    reading, feed = spawn(read(reader, task_id, 21), name="reader"), await reading_feed(reader, 3)
    await asyncio.sleep(0.2)
    redis.kill()
    for each in two:
        await connected(each, False)
    await writer.say(task_id, 20)
    for _ in range(3):
        await writer.tasks.publish(AuthStatus(data=AuthStatusData(state="ready")))
    assert await reading == list(range(1, 22))
    assert await feed == [2, 3, 4]
    [warning] = reader.live.warnings()
    assert warning.code == "redis_away"


async def test_after_an_empty_restart_events_come_over_redis_again(
    two: tuple[Member, Member], redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("machine.hub.shared_hub.CONNECTED_SECONDS", 1000.0)  # so that the store brings nothing
    writer, reader = two
    task_id = await writer.new_task()
    reading, feed = spawn(read(reader, task_id, 31), name="reader"), await reading_feed(reader, 2)
    await writer.say(task_id, 10)
    redis.kill()
    for each in two:
        await connected(each, False)
    redis.start()
    for each in two:
        await connected(each)
    await asyncio.sleep(0.5)
    await writer.say(task_id, 20)
    for _ in range(2):
        await writer.tasks.publish(AuthStatus(data=AuthStatusData(state="ready")))
    assert await reading == list(range(1, 32))
    assert await feed == [2, 3]
    assert reader.live.warnings() == ()


async def test_a_machine_that_alone_cannot_reach_redis_is_read_all_the_same(
    tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("machine.hub.shared_hub.CONNECTED_SECONDS", 1.0)
    file = tmp_path / "machine.db"
    async with member(file, f"unix://{tmp_path}/nothing") as writer, member(file, redis.url) as reader:
        await connected(reader)
        task_id = await writer.new_task()
        reading = spawn(read(reader, task_id, 21), name="reader")
        await asyncio.sleep(0.3)
        await writer.say(task_id, 20)
        assert await reading == list(range(1, 22))
        assert [one.code for one in writer.live.warnings()] == ["redis_away"]


async def test_two_machines_write_into_one_task_and_one_feed_at_once(two: tuple[Member, Member]) -> None:
    task_id = await two[0].new_task()
    reading = [spawn(how(each, task_id, 401), name="r") for each in two for how in (read, read_by_following)]
    feeds = [await reading_feed(each, 100) for each in two]
    await asyncio.sleep(0.3)

    async def write(writer: Member) -> None:
        for _ in range(50):
            await writer.say(task_id, 4)
            await writer.tasks.publish(AuthStatus(data=AuthStatusData(state="ready")))

    await asyncio.gather(*(write(each) for each in two))
    assert await asyncio.gather(*reading) == [list(range(1, 402))] * 4
    assert await asyncio.gather(*feeds) == [list(range(2, 102))] * 2


async def test_more_than_redis_takes_is_dropped_and_found_in_the_store(
    two: tuple[Member, Member], redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer, reader = two
    assert writer.live.redis is not None
    monkeypatch.setattr(writer.live.redis.link._outbox, "_max_bytes", 2_000)
    task_id = await writer.new_task()
    reading = spawn(read(reader, task_id, 201), name="reader")
    await asyncio.sleep(0.2)
    with redis.paused():
        await writer.say(task_id, 200)
        assert writer.live.redis.link._outbox._bytes <= 2_000
    assert await reading == list(range(1, 202))


async def test_who_listens_is_woken_when_redis_is_back(two: tuple[Member, Member], redis: RedisServer) -> None:
    one, other = two
    listening = other.live.pokes.listen("work")
    while await listening.wait(0.5):
        pass
    one.live.pokes.poke("work")
    assert await listening.wait(20)
    redis.kill()
    await connected(other, False)
    one.live.pokes.poke("work")  # lost
    redis.start()
    assert await listening.wait(20), "something may have been said meanwhile"
    one.live.pokes.poke("work")


async def test_what_is_stored_before_redis_confirms_the_channel_is_not_missed(
    tmp_path: Path, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("machine.hub.shared_hub.CONNECTED_SECONDS", 1000.0)  # the store is asked for this reason only
    file = tmp_path / "machine.db"
    async with member(file, f"unix://{tmp_path}/nothing") as silent, member(file, redis.url) as reader:
        await connected(reader)
        task_id = await silent.new_task()
        await asyncio.sleep(0.5)
        with redis.paused():  # for less than makes it count as away
            reading = spawn(read(reader, task_id, 21), name="reader")
            await asyncio.sleep(0.5)
            await silent.say(task_id, 20)
        assert await reading == list(range(1, 22))
