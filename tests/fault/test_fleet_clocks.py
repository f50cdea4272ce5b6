"""Computers whose clocks are two minutes apart: nobody is lost for it, and everything stands in its order.

The clocks are shifted by libfaketime (apt-get install faketime), for one process each and not for its waits.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from tests.fault.chaos.judge import judge, look_up
from tests.fault.chaos.work import Watched
from tests.support.fake_cli import install
from tests.support.fleet import Fleet, fleet
from tests.support.postgres import PostgresServer
from tests.support.redis_server import needs_redis

pytestmark = pytest.mark.timeout(900)

LEASE_SECONDS = 12
FAST, SLOW = "+60s", "-60s"
ROLES = {"web-fast": "web", "web-slow": "web", "fast": "worker", "slow": "worker"}


def library() -> str:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("clocks cannot be shifted here: apt-get install faketime")
    return str(found[0])


@pytest.fixture
async def members(tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Fleet]:
    needs_redis()
    shifted = {"LD_PRELOAD": library(), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    database = await asyncio.to_thread(postgres.fresh_database)
    env = {
        "CLAUDE_CLI_PATH": str(install(tmp_path / "bin")),
        "ANTHROPIC_API_KEY": "no-key-is-needed",
        "MACHINE_LEASE_SECONDS": str(LEASE_SECONDS),
        "MAX_CONCURRENT_TASKS": "1",
    }
    async with fleet(tmp_path, postgres, database, roles=ROLES, env=env) as made:
        for member in made.members:
            member.daemon.extra_env |= shifted
            # A file, for the daemon keeps no variable that it does not know.
            (member.daemon.home / ".faketimerc").write_text(FAST if "fast" in member.name else SLOW)
        await made.start()
        yield made


async def test_clocks_two_minutes_apart_cost_nobody_his_lease_and_nothing_its_order(
    members: Fleet, postgres: PostgresServer, tmp_path: Path
) -> None:
    ids = [await _submitted(members, number) for number in range(6)]
    tasks = [await members.ended(task_id) for task_id in ids]
    assert {task["status"] for task in tasks} == {"completed"}
    assert {task["machine_id"] for task in tasks} == {"fast", "slow"}
    for task in tasks:
        assert 0 <= task["duration_seconds"] < 60, "by one clock each"
    await asyncio.sleep(1.5 * LEASE_SECONDS)
    rows = await members.rows("SELECT machine_id, state, epoch FROM machines ORDER BY machine_id")
    assert rows == [(name, "ready", 1) for name in sorted(ROLES)], "nobody was taken for lost"

    moving = await members.submit("chapters 40 500")
    before = await members.says(moving, "chapter 2")
    await members.worker(before["machine_id"]).kill()
    await members.until(moving, lambda task: task["machine_id"] != before["machine_id"] and task["status"] == "running")
    for web in members.webs:  # a command is as old as the database says
        answer = await members.client(web).post(f"/api/tasks/{moving}/stop", json={"mode": "stop"})
        assert answer.status_code == 200, answer.text
    moved = await members.ended(moving)
    assert moved["status"] == "cancelled"
    assert 0 <= moved["duration_seconds"] < 240
    events = await members.events(moving)
    moments = [datetime.fromisoformat(event["at"]) for event in events]
    assert max(moments) - min(moments) > timedelta(seconds=100), "the clocks were apart, and the numbers tell the order"
    assert all(abs(moment - datetime.now(UTC)) < timedelta(minutes=6) for moment in moments)
    watched = [Watched(task_id, "", seen=await members.events(task_id)) for task_id in (*ids, moving)]
    watched[-1].stop_asked = True
    found = await asyncio.to_thread(look_up, postgres.url(members.database))
    assert judge(found, watched, tmp_path / "bin" / "ledger") == []


async def test_who_signs_in_at_one_is_known_at_the_other(members: Fleet) -> None:
    fast, slow = members.webs
    for here, there in ((fast, slow), (slow, fast)):
        link = await asyncio.to_thread(here.daemon.command, "login-link")
        assert link.returncode == 0, link.stderr
        secret = link.stdout.split("#")[-1].split()[0]
        async with httpx2.AsyncClient(trust_env=False, timeout=60) as browser:
            signed_in = await browser.post(
                f"{there.url}/api/auth/login", json={"secret": secret}, headers={"origin": there.url}
            )
            assert signed_in.status_code == 200, signed_in.text
            for web in (here, there):
                answer = await browser.get(f"{web.url}/api/status")
                assert answer.status_code == 200, answer.text


async def _submitted(members: Fleet, number: int) -> str:
    client = members.client(members.webs[number % 2])
    answer = await client.post("/api/tasks", json={"agent": "planning", "message": f"chapters 3 {200 + number}"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["task_id"])
