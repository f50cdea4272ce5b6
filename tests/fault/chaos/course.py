"""One course: a fleet of two web processes and three workers, its work, its troubles, and the judgement."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import psutil
from tests.fault.chaos.judge import figures, good_bye, judge, look_up
from tests.fault.chaos.plan import drawn
from tests.fault.chaos.trouble import Troubles
from tests.fault.chaos.work import Work
from tests.fault.hands import marked
from tests.support.fake_cli import install
from tests.support.fleet import Fleet, clis_of, fleet
from tests.support.postgres import private_server

ROLES: Final = {"web-1": "web", "web-2": "web", "w1": "worker", "w2": "worker", "w3": "worker"}
SETTLING_SECONDS: Final = 420.0
LOOK_SECONDS: Final = 0.4


@dataclass(frozen=True)
class Course:
    """What is drawn from `seed` is the same each time; what comes of it is not, for the computer has a say."""

    seed: int
    tasks: int
    seconds: float
    gap_seconds: float = 4.0
    lease_seconds: float = 9.0


class TwiceWatch:
    """Looks for two CLIs on one conversation in the process table, in a thread."""

    def __init__(self, program: Path) -> None:
        self.looks = 0
        self.twice: set[str] = set()
        self._program = program
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="process table watch")

    def __enter__(self) -> "TwiceWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            for conversation, found in clis_of(self._program).items():
                # A look takes its time: whoever was seen first has to be there still when the last one was seen.
                if len(found) > 1 and all(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in found):
                    self.twice.add(f"{conversation}: {[one.pid for one in found]}")
            self.looks += 1


async def run(course: Course, folder: Path, say: Callable[[str], None]) -> list[str]:
    """Run it in `folder`; returns the faults. `say` is told what happens."""
    cli = install(folder / "bin")
    (folder / "bin" / "ledger").mkdir()
    with private_server() as postgres, TwiceWatch(cli) as watch:
        database = await asyncio.to_thread(postgres.fresh_database)
        env = {
            "CLAUDE_CLI_PATH": str(cli),
            "ANTHROPIC_API_KEY": "no-key-is-needed",
            "MACHINE_LEASE_SECONDS": str(course.lease_seconds),
            "MAX_CONCURRENT_TASKS": "4",
            "MACHINE_DRAIN_SECONDS": "2",
            "MACHINE_SHARED_DIR": str(folder / "shared"),
        }
        async with fleet(folder, postgres, database, roles=ROLES, env=env) as members:
            await members.start()
            chance = Random(course.seed)  # noqa: S311 - to be drawn again from the same seed
            plan = drawn(
                chance,
                seconds=course.seconds,
                gap_seconds=course.gap_seconds,
                lease_seconds=course.lease_seconds,
                webs=[web.name for web in members.webs],
                workers=[worker.name for worker in members.workers],
            )
            work, troubles = Work(members, chance), Troubles(members, say)
            faults = await _carried_out(course, work, troubles.make(plan), work.do(course.tasks, course.seconds))
            faults += await _all_ended(members)
            faults += await _nothing_left(work, cli)
        found = await asyncio.to_thread(look_up, postgres.url(database))
    say(f"{troubles.done} troubles, {troubles.spared} spared; {watch.looks} looks at the process table")
    say(f"{figures(found, work.watched)}; {work.unsure} answers lost")
    faults += [f"two CLIs at once on the conversation {twice}" for twice in sorted(watch.twice)]
    faults += good_bye(found)
    return faults + await asyncio.to_thread(judge, found, work.watched, folder / "bin" / "ledger")


async def _carried_out(course: Course, work: Work, *parts: Coroutine[Any, Any, None]) -> list[str]:
    try:
        async with asyncio.timeout(course.seconds + SETTLING_SECONDS):
            await asyncio.gather(*parts)
    except TimeoutError:
        left = [one.task_id for one in work.watched if not one.over]
        return [f"after {SETTLING_SECONDS:g} s more, the ends of these were not seen: {left}"]
    return []


async def _all_ended(members: Fleet) -> list[str]:
    """Tell everybody to end, after whatever nobody knows of has ended, too."""
    deadline = time.monotonic() + SETTLING_SECONDS
    query = "SELECT task_id, status FROM tasks WHERE status NOT IN ('completed', 'failed', 'cancelled')"
    while (open_ones := await members.rows(query)) and time.monotonic() < deadline:
        await asyncio.sleep(0.5)
    codes = await asyncio.gather(*(member.terminate() for member in members.members))
    faults = [f"{task_id} is {status} for ever" for task_id, status in open_ones]
    return faults + [
        f"{member.name}, told to end, exited {code}"
        for member, code in zip(members.members, codes, strict=True)
        if code
    ]


async def _nothing_left(work: Work, cli: Path) -> list[str]:
    tasks = {one.task_id for one in work.watched}

    def left() -> list[str]:
        named = [one for found in clis_of(cli).values() for one in found]
        return [f"{one.pid} {one.name()}" for one in (*marked(tasks), *named)]

    deadline = time.monotonic() + 10
    while (found := await asyncio.to_thread(left)) and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    return [f"a process is left: {one}" for one in found]
