"""A fleet: claims by the length of the queue, output on its way to a browser, sockets at two web processes, memory.

PostgreSQL (waiting for its disk), Redis and all processes run on this computer. For the claims a worker is a store with
a connection of its own; up to four processes hold them all. For the rest they are `machine serve` with their roles.
"""

import asyncio
import contextlib
import multiprocessing
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import psutil
from pydantic import SecretStr
from tests.support.postgres import PostgresServer

from bench import many_clients, output_delay
from bench.store_commits import LIMITS, add_tasks
from bench.support.backlog import Backlog
from bench.support.daemon import Daemon, with_program
from bench.support.figures import Figure, Samples
from bench.support.programs import Program
from bench.support.servers import postgres, redis
from machine.domain.task import TaskStatus
from machine.ports import ClaimLimits
from machine.store.database import Database
from machine.store.day_gate import Closed
from machine.store.next_task import Asker, plan_of_next
from machine.store.opening import backend_of, open_database
from machine.store.task_store import SqlTaskStore

QUEUED = (1_000, 10_000, 100_000)
WORKERS = (1, 10, 50)
PROCESSES = 4
WARM_UP = 12
PATIENCE_SECONDS = 180.0
SOCKETS = 200
KEY = "a key of the benchmark, long enough for it"


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Beside the claims of one worker from the shortest queue, a bare pipe, and half of the sockets at one process."""
    with postgres() as server:
        yield from _claims(server, quick=quick)
        with redis(folder) as redis_url:
            yield from _processes(folder, server, redis_url, quick=quick)


# --- claims ---------------------------------------------------------------------------------------------------------


def _claims(server: PostgresServer, *, quick: bool) -> Iterator[Figure]:
    seconds = 1.0 if quick else 5.0
    name = server.new_database()
    url = server.url(name)
    asyncio.run(_pattern(url))
    backlog = Backlog(server, name)
    first: Samples | None = None
    for queued in QUEUED:
        backlog.fill(queued)
        here, there = asyncio.run(_processor_time(url, 30 if quick else 200))
        remark = f"{here:.2f} of the machine, {there:.2f} of the database"
        yield Figure(f"processor time of a claim, {queued:,} queued", "ms", Samples.of([here + there]), remark=remark)
        for workers in WORKERS:
            backlog.fill(queued + workers * WARM_UP)
            took, rate = _measured(url, workers, queued // 2, seconds)
            delays = Samples.of(took)
            first = first or delays
            p99 = sorted(took)[len(took) * 99 // 100]
            remark = f"{rate:.0f} claims/s together, p99 {p99:.1f} ms"
            many = f"{workers} worker{'s' * (workers > 1)}"
            yield Figure(f"claim by {many}, {queued:,} queued", "ms", delays, first, "1 worker, 1,000", remark=remark)
    for line in _plan(url):
        print(f"   {line}")
    looks = Samples.of(asyncio.run(_looks(url, backlog)))
    yield Figure("look of an idle worker, without the lock", "ms", looks, first, "a claim")


async def _pattern(url: str) -> None:
    async with _opened(url) as database:
        await add_tasks(SqlTaskStore(database, machine_id="machine-001"), 1, TaskStatus.COMPLETED)


@contextlib.asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = await open_database(SecretStr(url), "0.1.0", on_committed=lambda _events: None)
    try:
        yield database
    finally:
        await database.close()


def _measured(url: str, workers: int, most: int, seconds: float) -> tuple[list[float], float]:
    """Milliseconds of each claim of `workers` that claim for so long, `most` at most; and how many a second."""
    shares = [len(range(number, workers, PROCESSES)) for number in range(min(workers, PROCESSES))]
    found: multiprocessing.Queue[tuple[list[float], float]] = multiprocessing.Queue()
    start = multiprocessing.Barrier(len(shares))
    processes = [
        multiprocessing.Process(
            target=_share, args=(url, number, share, most // workers, seconds, start, found), daemon=True
        )
        for number, share in enumerate(shares)
    ]
    for process in processes:
        process.start()
    results = [found.get(timeout=PATIENCE_SECONDS) for _ in processes]
    for process in processes:
        process.join()
    took = [value for claims, _ in results for value in claims]
    return took, len(took) / max(lasted for _, lasted in results)


def _share(
    url: str,
    number: int,
    workers: int,
    most: int,
    seconds: float,
    start: Barrier,
    found: "multiprocessing.Queue[tuple[list[float], float]]",
) -> None:
    found.put(asyncio.run(_claiming(url, number, workers, most, seconds, start)))


async def _claiming(
    url: str, number: int, workers: int, most: int, seconds: float, start: Barrier
) -> tuple[list[float], float]:
    took: list[float] = []

    async def claim(store: SqlTaskStore) -> float:
        begun = time.perf_counter()
        if await store.claim(LIMITS, datetime.now(UTC)) is None:
            raise RuntimeError("the queue ran empty")
        return (time.perf_counter() - begun) * 1000

    async def worker(store: SqlTaskStore, until: float) -> None:
        for _ in range(most):
            if time.monotonic() > until:
                return
            took.append(await claim(store))

    async with contextlib.AsyncExitStack() as stack:
        databases = [await stack.enter_async_context(_opened(url)) for _ in range(workers)]
        stores = [
            SqlTaskStore(database, machine_id=f"machine-{number}-{each}", in_fleet=True)
            for each, database in enumerate(databases)
        ]
        for _ in range(WARM_UP):  # a connection plans its first statements, and those of a worker last for days
            await asyncio.gather(*(claim(store) for store in stores))
        await asyncio.to_thread(start.wait, PATIENCE_SECONDS)
        begun = time.monotonic()
        await asyncio.gather(*(worker(store, begun + seconds) for store in stores))
        return took, time.monotonic() - begun


async def _processor_time(url: str, count: int) -> tuple[float, float]:
    """Milliseconds of this process and of the database's, for one claim: they do not depend on what else goes on."""
    async with _opened(url) as database:
        store = SqlTaskStore(database, machine_id="machine-001", in_fleet=True)
        await store.claim(LIMITS, datetime.now(UTC))
        here, there = time.process_time(), _server_seconds()
        for _ in range(count):
            await store.claim(LIMITS, datetime.now(UTC))
        return (time.process_time() - here) / count * 1000, (_server_seconds() - there) / count * 1000


def _server_seconds() -> float:
    """Processor time of PostgreSQL's processes, those that have ended included."""
    [server] = [one for one in psutil.Process().children() if one.name() == "postgres"]
    total = 0.0
    for process in (server, *server.children()):
        times = process.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
    return total


async def _looks(url: str, backlog: Backlog) -> list[float]:
    """Milliseconds of claims by a worker whose agents are all full, with the longest queue before it."""
    await asyncio.to_thread(backlog.fill, max(QUEUED))
    limits = ClaimLimits(slots=LIMITS.slots, per_agent={"planning": 0, "executor": 0, "consultant": 0})
    took: list[float] = []
    async with _opened(url) as database:
        store = SqlTaskStore(database, machine_id="machine-001", in_fleet=True)
        for _ in range(51):
            begun = time.perf_counter()
            await store.claim(limits, datetime.now(UTC))
            took.append((time.perf_counter() - begun) * 1000)
    return took[1:]


def _plan(url: str) -> list[str]:
    engine = backend_of(SecretStr(url)).reading_engine(connections=1)
    asker = Asker("machine-001", ["work", "chat"], [], ["machine-001"])
    with engine.connect() as connection:
        plan = plan_of_next(connection, asker, Closed((), ()), datetime.now(UTC))
    engine.dispose()
    return plan


# --- processes ------------------------------------------------------------------------------------------------------


def _processes(folder: Path, server: PostgresServer, redis_url: str, *, quick: bool) -> Iterator[Figure]:
    shared = {
        "DATABASE_URL": server.url(server.new_database()),
        "REDIS_URL": redis_url,
        "MACHINE_SECRET_KEY": KEY,
    }
    lines = 20 if quick else 60
    slow = Program(folder, "slow", lines=lines, pause_us=250_000)
    with contextlib.ExitStack() as stack:

        def started(name: str, role: str) -> Daemon:
            variables = {**shared, "MACHINE_ID": name, **with_program(slow.path)}
            machine = Daemon(folder / name, "--role", role, **variables)
            stack.callback(machine.end)
            machine.start()
            return machine

        webs = [started("web-1", "web"), started("web-2", "web")]
        worker = started("worker-1", "worker")
        delays = output_delay.through(webs[0])
        alone = output_delay.bare(Program(folder, "alone", lines=50, pause_us=20_000))
        name = "the same lines over a bare pipe"
        yield Figure("stdout line at a worker to a socket at a web process", "ms", delays, alone, name, aim=15)
        one = Samples.of([_sockets(webs[:1], SOCKETS // 2, lines)])
        both = Samples.of([_sockets(webs, SOCKETS, lines) for _ in range(1 if quick else 3)])
        remark = f"each complete and in order; the program itself takes {lines / 4:g} s; the clients share the computer"
        what = f"output of a task to {SOCKETS} sockets at two web processes, POST to the last"
        yield Figure(what, "s", both, one, f"{SOCKETS // 2} at one", remark=remark)
        both_in_one = started("all-1", "all")
        for role, machine in (("web", webs[0]), ("worker", worker), ("all", both_in_one)):
            machine.rest()
            remark = "at rest, before its first task" if role == "all" else "at rest, after all that"
            yield Figure(f"memory of the role {role}", "MB", Samples.of([machine.memory_mb()]), remark=remark)


def _sockets(webs: list[Daemon], clients: int, lines: int) -> float:
    return asyncio.run(many_clients.seconds(webs, clients, lines))
