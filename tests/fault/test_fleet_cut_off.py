"""A worker that alone is cut off from PostgreSQL: its connections look well, and nothing comes through. It ends its
CLIs in time, another one takes over, and what it still wanted to say is refused when it is back.

Cut in two ways: its network's cable is pulled, where the kernel lets us make one, and a proxy stops forwarding.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.fault.hands import TableWatch, marked
from tests.support.daemon import DaemonProcess
from tests.support.fake_cli import install
from tests.support.fleet import WAIT_SECONDS, Fleet, fleet
from tests.support.netns import CannotMake, Netns
from tests.support.postgres import PostgresServer
from tests.support.redis_server import needs_redis
from tests.support.wire import Wire

LEASE_SECONDS = 12.0

pytestmark = pytest.mark.timeout(900)


@dataclass
class Ground:
    """`near` and `far` run tasks; only `far` can be cut off."""

    fleet: Fleet
    far: DaemonProcess
    launch_far: Callable[[], Awaitable[None]]
    cut: Callable[[], None]
    mend: Callable[[], Awaitable[None]]

    async def far_row(self) -> dict[str, Any]:
        left = "extract(epoch FROM lease_until::timestamptz - clock_timestamp())::float"
        query = f"SELECT state, epoch, {left} FROM machines WHERE machine_id = 'far'"  # noqa: S608 - the tests' own
        [(state, epoch, seconds)] = await self.fleet.rows(query)
        return {"state": state, "epoch": epoch, "left": seconds}


class Elsewhere(DaemonProcess):
    """A daemon in a network that the tests are not in: that it is there is seen from its file."""

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, self.log_text()
            file = self.data_dir / "run" / "daemon.json"
            if file.exists() and json.loads(file.read_text())["pid"] == self.process.pid:
                return
            time.sleep(0.1)
        raise AssertionError(self.log_text())


@pytest.fixture(params=["a cable is pulled", "a proxy stops forwarding"])
async def ground(request: pytest.FixtureRequest, tmp_path: Path, postgres: PostgresServer) -> AsyncIterator[Ground]:
    needs_redis()
    database = await asyncio.to_thread(postgres.fresh_database)
    env = {
        "CLAUDE_CLI_PATH": str(install(tmp_path / "bin")),
        "ANTHROPIC_API_KEY": "no-key-is-needed",
        "MACHINE_LEASE_SECONDS": str(LEASE_SECONDS),
        "MACHINE_DRAIN_SECONDS": "0",
    }
    roles = {"web-1": "web", "near": "worker"}
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(fleet(tmp_path, postgres, database, roles=roles, env=env))
        netns = _netns(stack) if request.param == "a cable is pulled" else None
        host = netns.address if netns else "127.0.0.1"
        wire = await stack.enter_async_context(Wire(postgres.port, host=host))
        url = postgres.url(database, host=host, port=wire.port)
        given = {**env, "DATABASE_URL": url, "REDIS_URL": made.redis.url, "MACHINE_ID": "far", "MACHINE_SANDBOX": "off"}
        far = (Elsewhere if netns else DaemonProcess)(tmp_path / "far", extra_env=given)
        far.prefix = netns.prefix if netns else ()

        async def launch() -> None:
            await asyncio.to_thread(far.launch, 0, ("--role", "worker"))

        async def mend() -> None:
            if netns:
                await asyncio.to_thread(netns.plug_in)
            else:
                await wire.mend("late")

        def end() -> None:
            if far.process is not None and far.process.poll() is None:
                far.kill9()

        stack.callback(end)
        yield Ground(made, far, launch, netns.pull if netns else wire.cut, mend)


def _netns(stack: AsyncExitStack) -> Netns:
    try:
        return stack.enter_context(Netns())
    except CannotMake as error:
        pytest.skip(f"no network of its own can be made here: {error}")


async def test_a_worker_that_is_cut_off_ends_its_clis_in_time_and_says_nothing_later(ground: Ground) -> None:
    web, near = ground.fleet.webs[0], ground.fleet.worker("near")
    await web.start()
    ground.fleet.token = await asyncio.to_thread(web.daemon.token)
    await ground.launch_far()
    task_id = await ground.fleet.submit("talk")
    await ground.fleet.says(task_id, "word-3")
    await near.start()
    with TableWatch([task_id]) as watch:
        ground.cut()
        await _gone(task_id)
        row = await ground.far_row()
        assert (row["state"], row["epoch"]) == ("ready", 1)
        assert row["left"] > 0, "its CLI was ended before anybody else could begin"
        await ground.fleet.until(task_id, lambda task: task["machine_id"] == "near" and task["status"] == "running")
        await ground.fleet.says(task_id, "word-1 ")
        lost = await ground.far_row()
        assert (lost["state"], lost["epoch"]) == ("lost", 2)
        before = await ground.fleet.events(task_id)
        await ground.mend()
        await _until(ground, "ready")
    assert watch.looks > 10
    assert watch.most[task_id] == 1, "never two at once, on whichever machine"
    assert ground.far.process is not None
    assert ground.far.process.poll() is None
    assert (await ground.far_row())["epoch"] == 3
    await _stopped(ground, task_id)
    after = await ground.fleet.events(task_id)
    assert after[: len(before)] == before
    started = [event["data"] for event in after if event["type"] == "task.started"]
    assert [start["attempt"] for start in started] == list(range(1, len(started) + 1))
    assert [start["machine_id"] for start in started[:2]] == ["far", "near"]
    assert sum(event["type"] == "task.cancelled" for event in after) == 1
    assert not await asyncio.to_thread(marked, {task_id})
    fresh = await ground.fleet.ended(await ground.fleet.submit("hello"))
    assert (fresh["status"], fresh["result"]) == ("completed", "You said: hello")


async def _gone(task_id: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while await asyncio.to_thread(marked, {task_id}):
        assert time.monotonic() < deadline, "its CLI was not ended"
        await asyncio.sleep(0.05)


async def _until(ground: Ground, state: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while (row := await ground.far_row())["state"] != state:
        assert time.monotonic() < deadline, row
        await asyncio.sleep(0.1)


async def _stopped(ground: Ground, task_id: str) -> None:
    answer = await ground.fleet.client().post(f"/api/tasks/{task_id}/stop", json={"mode": "stop"})
    assert answer.status_code == 200, answer.text
