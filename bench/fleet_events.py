"""From an event committed in one process to its reader in another, over a Redis of this program's own.

The publisher is a process of its own; the time goes with each event. At 200 events/s with 1 and 100 readers, then as
fast as it goes with 100 readers, who each have to get all of them, in order. Beside them: the hub within one process.
Nothing is stored: the delay is what Redis adds.
"""

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.support.figures import Figure, Samples
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.events import StoredEvent
from machine.hub import BoundedSubscription, EventHub
from machine.hub.redis_hub import RedisHub
from machine.hub.redis_link import RedisLink
from machine.ports import StoredUpTo

PER_SECOND = 200
READERS = 100
PREFIX = "machine:bench:"
PADDING = "x" * 500
BATCH = 50
"""Events of one commit in the flood, as under load."""


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Raises RuntimeError when a reader misses anything."""
    seconds, flood = (3, 5_000) if quick else (20, 50_000)
    with _redis(folder) as url:
        within = Samples.of(asyncio.run(_within(PER_SECOND)))
        for readers in (1, READERS):
            delays = Samples.of(asyncio.run(_delays(url, readers, PER_SECOND * seconds)))
            name = f"committed event to {readers} reader{'s' * (readers > 1)} in another process, {PER_SECOND}/s"
            remark = f"p99 {_p99(delays):.1f} ms; 500 bytes; all complete and in order"
            yield Figure(name, "ms", delays, within, "within one process", aim=15, remark=remark)
        rates = [asyncio.run(_flood(url, flood)) for _ in range(2 if quick else 5)]
        alone = Samples.of([asyncio.run(_flood_within(flood)) for _ in rates])
        remark = f"{flood:,} events of 500 bytes to {READERS} readers, each of which gets all, in order"
        yield Figure(
            "flood over Redis, for each reader", "events/s", Samples.of(rates), alone, "one process", remark=remark
        )


def _p99(samples: Samples) -> float:
    return sorted(samples.values)[len(samples.values) * 99 // 100]


@contextlib.contextmanager
def _redis(folder: Path) -> Iterator[str]:
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 20
            while not socket.exists():
                if server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("redis-server did not start")
                time.sleep(0.02)
            yield f"unix://{socket}"
        finally:
            server.terminate()


def _event(seq: int) -> StoredEvent:
    body = json.dumps({"at": time.monotonic_ns(), "text": PADDING})
    return StoredEvent(type="task.output", at=datetime.now(UTC), body=body, task_id="task_1", seq=seq, user_id="user_1")


@contextlib.asynccontextmanager
async def _hub(url: str) -> AsyncIterator[RedisHub]:
    async def nothing_stored(task_ids: Collection[str]) -> StoredUpTo:
        return StoredUpTo(tasks=dict.fromkeys(task_ids, 0), feed=0)

    link = RedisLink(url, origin=f"process_{time.monotonic_ns()}")
    hub = RedisHub(link, EventHub(max_events=100_000, max_bytes=100_000_000))
    working = [spawn(link.run(PREFIX), name="link"), spawn(hub.watch(nothing_stored), name="hub")]
    try:
        await _until(lambda: link.connected)
        yield hub
    finally:
        for work in working:
            await cancel_and_wait(work)


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.001)


async def _heard(hub: RedisHub) -> None:
    """Until the task's channel is heard and compared with the store: a first reader is sent there."""
    first = hub.subscribe_task("task_1")
    await _until(lambda: first.lagged)
    first.close()


async def _read(subscription: BoundedSubscription, count: int) -> list[float]:
    """The delays in ms. Raises RuntimeError when anything is missing."""
    delays, seqs = [], []
    async for event in subscription:
        delays.append((time.monotonic_ns() - int(event.body[7 : event.body.index(",")])) / 1e6)
        seqs.append(event.seq)
        if len(seqs) == count:
            break
    if seqs != list(range(1, count + 1)):
        raise RuntimeError(f"a reader has {len(seqs)} events of {count}")
    return delays


async def _delays(url: str, readers: int, count: int) -> list[float]:
    async with _hub(url) as hub:
        await _heard(hub)
        reading = [spawn(_read(hub.subscribe_task("task_1"), count), name="reader") for _ in range(readers)]
        await _published(url, count, PER_SECOND)
        found = await asyncio.wait_for(asyncio.gather(*reading), 30)
    return [delay for delays in found for delay in delays]


async def _flood(url: str, count: int) -> float:
    async with _hub(url) as hub:
        await _heard(hub)
        reading = [spawn(_read(hub.subscribe_task("task_1"), count), name="reader") for _ in range(READERS)]
        begun = await _published(url, count, 0)
        await asyncio.wait_for(asyncio.gather(*reading), 120)
        return count / (time.monotonic() - begun)


async def _published(url: str, count: int, per_second: int) -> float:
    """By another process; returns when it began, by this computer's monotonic clock."""
    command = [sys.executable, "-m", "bench.fleet_events", url, str(count), str(per_second)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    if process.returncode != 0:
        raise RuntimeError("the publisher failed")
    return float(said)


async def _publish(url: str, count: int, per_second: int) -> None:
    async with _hub(url) as hub:
        await asyncio.sleep(0.2)
        begun = time.monotonic()
        step = 1 if per_second else BATCH
        for first in range(1, count + 1, step):
            hub.publish([_event(seq) for seq in range(first, min(first + step, count + 1))])
            if per_second:
                await asyncio.sleep(max(0.0, begun + first / per_second - time.monotonic()))
            else:
                await _room(hub)
        print(begun)
        await asyncio.sleep(0.5)


async def _room(hub: RedisHub) -> None:
    """As a store would: commits take their time, so that a few of them wait at most."""
    await asyncio.sleep(0)
    await _until(lambda: hub.link._outbox._bytes < 1_000_000)


async def _within(count: int) -> list[float]:
    hub = EventHub()
    reading = spawn(_read(hub.subscribe_task("task_1"), count), name="reader")
    for seq in range(1, count + 1):
        hub.publish([_event(seq)])
        await asyncio.sleep(1 / PER_SECOND)
    return await reading


async def _flood_within(count: int) -> float:
    hub = EventHub(max_events=100_000, max_bytes=100_000_000)
    reading = [spawn(_read(hub.subscribe_task("task_1"), count), name="reader") for _ in range(READERS)]
    await asyncio.sleep(0)
    begun = time.monotonic()
    for first in range(1, count + 1, BATCH):
        hub.publish([_event(seq) for seq in range(first, min(first + BATCH, count + 1))])
        await asyncio.sleep(0)
    await asyncio.gather(*reading)
    return count / (time.monotonic() - begun)


if __name__ == "__main__":
    asyncio.run(_publish(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
