"""Two web processes and three workers at work, while what they all share is killed, and while everything is restarted.

A program stands in for the CLI; people watch every task over WebSocket, and a judge compares afterwards.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
import pytest_asyncio
from tests.fault.chaos.course import ROLES
from tests.fault.chaos.judge import figures, judge, look_up
from tests.fault.chaos.work import Watched, Work
from tests.support.fake_cli import install
from tests.support.fleet import Fleet, fleet
from tests.support.postgres import binaries, private_server
from tests.support.redis_server import needs_redis

from machine.domain.aio import spawn

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Ground:
    """The fleet, and the folder with the CLIs' book."""

    fleet: Fleet
    ledger: Path
    watched: list[Watched] = field(default_factory=list)
    """Of all works so far: what they left stays in the database."""

    async def judged(self, work: Work) -> None:
        """All of it has ended, once, in order, and was seen so."""
        self.watched.extend(work.watched)
        found = await asyncio.to_thread(look_up, self.fleet.postgres.url(self.fleet.database))
        assert judge(found, self.watched, self.ledger) == []
        assert len(work.watched) >= work.wanted, figures(found, work.watched)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    """One fleet for all of them: what one does to it must not matter to the next."""
    needs_redis()
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed here: `scripts/bootstrap --dev` does it where it can")
    folder = tmp_path_factory.mktemp("fleet")
    cli = install(folder / "bin")
    (folder / "bin" / "ledger").mkdir()
    env = {
        "CLAUDE_CLI_PATH": str(cli),
        "ANTHROPIC_API_KEY": "no-key-is-needed",
        "MAX_CONCURRENT_TASKS": "3",
        "MACHINE_LEASE_SECONDS": "9",
        "MACHINE_DRAIN_SECONDS": "1",
        "MACHINE_SHARED_DIR": str(folder / "shared"),
    }
    with private_server() as postgres:
        database = await asyncio.to_thread(postgres.fresh_database)
        async with fleet(folder, postgres, database, roles=ROLES, env=env) as members:
            await members.start()
            yield Ground(members, folder / "bin" / "ledger")


def work_at(ground: Ground) -> Work:
    return Work(ground.fleet, Random(7))  # noqa: S311 - the same each time


async def test_redis_is_killed_and_begins_empty_and_readers_miss_nothing(ground: Ground) -> None:
    work, redis = work_at(ground), ground.fleet.redis
    working = spawn(work.do(12, 6), name="work")
    for _ in range(2):
        await asyncio.sleep(2)
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(1.5)
        await asyncio.to_thread(redis.start)
    await working
    await ground.judged(work)


async def test_postgresql_is_killed_with_all_its_processes_and_nothing_is_lost(ground: Ground) -> None:
    work, postgres = work_at(ground), ground.fleet.postgres
    working = spawn(work.do(12, 8), name="work")
    for end in (postgres.kill, lambda: postgres.stop(signal.SIGQUIT)):
        await asyncio.sleep(3)
        await asyncio.to_thread(end)
        await asyncio.sleep(2)
        await asyncio.to_thread(postgres.start)
    await working
    await ground.judged(work)


async def test_all_is_restarted_one_after_the_other_under_load_and_nothing_is_lost(ground: Ground) -> None:
    work, members = work_at(ground), ground.fleet
    working = spawn(work.do(30, 30), name="work")
    await asyncio.sleep(2)
    for member in members.members:
        assert await member.terminate() == 0
        await member.start()
    await asyncio.to_thread(members.redis.kill)
    await asyncio.to_thread(members.redis.start)
    await asyncio.to_thread(members.postgres.stop, signal.SIGINT)
    await asyncio.to_thread(members.postgres.start)
    await working
    await ground.judged(work)
    versions = await members.rows("SELECT machine_id, epoch FROM machines WHERE role = 'worker' ORDER BY machine_id")
    assert all(epoch >= 2 for _, epoch in versions), versions
