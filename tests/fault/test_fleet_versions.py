"""Two versions side by side, as in a rolling upgrade: the newer one brings the database to its form while the older one
works, and both go on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.fault.hands import marked
from tests.support.fake_cli import install
from tests.support.fleet import Fleet, fleet
from tests.support.newer_program import NEXT_REVISION, NEXT_VERSION
from tests.support.postgres import PostgresServer
from tests.support.redis_server import needs_redis

from machine.domain.version import VERSION

pytestmark = pytest.mark.timeout(900)


@pytest.fixture
async def members(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Fleet]:
    """`new` and `web-new` are of the next version; the database is one that its revision may be applied to."""
    needs_redis()
    database = await asyncio.to_thread(postgres.new_database)
    env = {
        "CLAUDE_CLI_PATH": str(install(tmp_path / "bin")),
        "ANTHROPIC_API_KEY": "no-key-is-needed",
        "MACHINE_LEASE_SECONDS": "12",
        "MACHINE_DRAIN_SECONDS": "0",
    }
    roles = {"web-old": "web", "web-new": "web", "old": "worker", "new": "worker"}
    async with fleet(tmp_path, postgres, database, roles=roles, env=env) as made:
        for member in made.members:
            if member.name.endswith("new"):
                member.daemon.module = "tests.support.newer_program"
        yield made
    await asyncio.to_thread(postgres.drop, database)


async def test_two_versions_work_side_by_side_and_take_over_from_each_other(members: Fleet) -> None:
    web_old, web_new = members.webs
    old, new = members.workers
    await web_old.start()
    members.token = await asyncio.to_thread(web_old.daemon.token)
    await old.start()
    under_way = await members.submit("chapters 60 500")
    await members.says(under_way, "chapter 2")

    await new.start()
    await web_new.start()
    assert await members.rows("SELECT version_num FROM alembic_version") == [(NEXT_REVISION,)]
    assert await members.rows("SELECT count(*) FROM moods") == [(0,)]
    rows = await members.rows("SELECT machine_id, version FROM machines ORDER BY machine_id")
    assert rows == [("new", NEXT_VERSION), ("old", VERSION), ("web-new", NEXT_VERSION), ("web-old", VERSION)]
    for web in members.webs:  # each lists and reads what both write
        answer = await members.client(web).get(f"/api/tasks/{under_way}")
        assert (answer.status_code, answer.json()["machine_id"]) == (200, "old")

    await old.kill()
    await members.until(under_way, lambda task: task["machine_id"] == "new" and task["status"] == "running")
    await old.start()  # of the older version, on a database of the newer one
    await members.says(under_way, "chapter 3")
    await new.kill()
    await members.until(under_way, lambda task: task["machine_id"] == "old" and task["status"] == "running")
    stopped = await members.client(web_new).post(f"/api/tasks/{under_way}/stop", json={"mode": "stop"})
    assert (stopped.status_code, stopped.json()["status"]) == (200, "cancelled")

    await new.start()
    ended = [await members.ended(await members.submit(f"chapters 2 {100 + number}")) for number in range(6)]
    assert {task["status"] for task in ended} == {"completed"}
    types = [event["type"] for event in await members.events(under_way)]
    assert types.count("task.cancelled") == 1
    assert types[-1] == "task.cancelled"
    assert not await asyncio.to_thread(marked, {under_way})
