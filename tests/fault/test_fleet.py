"""Machines that share a database are killed, paused, cut off and shut down: their tasks go on elsewhere, never twice.

Processes are looked at on both sides, not only rows.
"""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from pydantic import SecretStr
from tests.fault.conftest import StartMachine
from tests.fault.hands import WAIT_SECONDS, Machine, TableWatch
from tests.support.model import ScriptedModel
from tests.support.postgres import PostgresServer
from tests.support.tasks import stored_task

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply, Text
from machine.domain.machine import NOWHERE, MachineReport
from machine.domain.task import Task
from machine.store.machines import SqlMachineStore
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore

LEASE_SECONDS = 9.0
AGAIN = "told anew"


class Member(Protocol):
    async def __call__(self, name: str, **env: str) -> Machine: ...


def story() -> Reply:
    return Reply((Text("Once upon a time " + "and on and on " * 600, word_delay_seconds=0.05),))


@pytest.fixture
def member(start: StartMachine, tmp_path: Path, postgres_url: SecretStr) -> Member:
    """Start a machine of the fleet on a data folder of its own, also again after its end."""

    async def started(name: str, **env: str) -> Machine:
        given = {
            "DATABASE_URL": postgres_url.get_secret_value(),
            "MACHINE_ID": name,
            "MACHINE_LEASE_SECONDS": str(LEASE_SECONDS),
            "MAX_CONCURRENT_TASKS": "2",
        }
        return await start(tmp_path / name, env={**given, **env})

    return started


class Rows:
    """The table of machines, looked at past all daemons."""

    def __init__(self, server: PostgresServer, database: str) -> None:
        self._server, self._database = server, database

    async def of(self, name: str) -> dict[str, Any]:
        """Its state and epoch, and how many seconds its lease has to go."""
        left = "extract(epoch FROM lease_until::timestamptz - clock_timestamp())::float"
        query = f"SELECT state, epoch, {left} FROM machines WHERE machine_id = '{name}'"  # noqa: S608 - the tests' own
        [(state, epoch, seconds)] = await asyncio.to_thread(self._server.execute, query, self._database)
        return {"state": state, "epoch": epoch, "left": seconds}

    async def until(self, name: str, state: str) -> dict[str, Any]:
        deadline = time.monotonic() + WAIT_SECONDS
        while (row := await self.of(name))["state"] != state:
            assert time.monotonic() < deadline, row
            await asyncio.sleep(0.05)
        return row


@pytest.fixture
def rows(postgres: PostgresServer, postgres_url: SecretStr) -> Rows:
    return Rows(postgres, postgres_url.get_secret_value().rpartition("/")[2])


@asynccontextmanager
async def never_two(*tasks: str) -> AsyncIterator[None]:
    with TableWatch(tasks) as watch:
        yield
    assert watch.looks > 10
    assert all(most == 1 for most in watch.most.values()), watch.most


async def gone(machine: Machine, task_id: str) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while await machine.processes(task_id):
        assert time.monotonic() < deadline, "its CLI was not ended"
        await asyncio.sleep(0.05)


async def on(machine: Machine, model: ScriptedModel) -> str:
    """A task in mid-turn on `machine`, and an end for it on whichever machine it comes to next."""
    told: list[str] = []

    def tell(_request: ModelRequest) -> Reply:
        told.append("")
        return story() if len(told) == 1 else Reply.text(AGAIN)

    model.on("story", tell)
    task_id = await machine.submit("tell a story")
    await machine.says(task_id, "and on")
    return task_id


async def test_what_a_killed_machine_had_goes_on_on_another_after_its_lease(
    member: Member, model: ScriptedModel, rows: Rows
) -> None:
    one = await member("one")
    task_id = await on(one, model)
    two = await member("two")
    two.tasks.append(task_id)
    async with never_two(task_id):
        await one.kill9()
        task = await two.completed(task_id)
    assert (task["machine_id"], task["attempt"], task["result"]) == ("two", 2, AGAIN)
    assert (await rows.of("one"))["state"] == "lost"
    moved = [event["data"] for event in await two.events(task_id) if event["type"] in ("task.queued", "task.started")]
    assert [data["machine_id"] for data in moved] == ["one", "one", "two"]
    assert (await two.types(task_id)).count("task.completed") == 1
    await one.start()
    assert (await rows.of("one"))["state"] == "ready"
    assert (await one.completed(await one.submit("hello")))["status"] == "completed"
    await two.nothing_left()


async def test_a_paused_machines_clis_are_gone_before_its_lease_ends_and_its_late_writes_are_refused(
    member: Member, model: ScriptedModel, rows: Rows
) -> None:
    one = await member("one")
    task_id = await on(one, model)
    two = await member("two")
    two.tasks.append(task_id)
    async with never_two(task_id):
        one.daemon.send(signal.SIGSTOP)
        try:
            await gone(two, task_id)
            row = await rows.of("one")
            assert (row["state"], row["epoch"]) == ("ready", 1)
            assert row["left"] > 0
            task = await two.completed(task_id)
            told = await two.events(task_id)
            assert (await rows.of("one"))["state"] == "lost"
        finally:
            one.daemon.send(signal.SIGCONT)
        row = await rows.until("one", "ready")
    assert row["epoch"] == 3
    assert (task["machine_id"], task["result"]) == ("two", AGAIN)
    assert await two.events(task_id) == told
    assert await one.events(task_id) == told
    assert "registers anew" in one.daemon.log_text()
    fresh = await one.completed(await one.submit("hello"))
    assert fresh["status"] == "completed"
    assert one.daemon.process is not None
    assert one.daemon.process.poll() is None
    await two.nothing_left()


async def test_a_short_pause_costs_a_task_nothing_but_a_new_start(
    member: Member, model: ScriptedModel, rows: Rows
) -> None:
    """Beyond the patience of the wardens, within the lease."""
    one = await member("one")
    task_id = await on(one, model)
    one.daemon.send(signal.SIGSTOP)
    try:
        await gone(one, task_id)
    finally:
        one.daemon.send(signal.SIGCONT)
    task = await one.completed(task_id)
    assert (task["machine_id"], task["attempt"]) == ("one", 2)
    assert (await rows.of("one"))["epoch"] == 1
    assert "task.failed" not in await one.types(task_id)
    await one.nothing_left()


async def test_without_its_database_a_machine_ends_its_clis_in_time_and_goes_on_when_it_is_back(
    member: Member, model: ScriptedModel, rows: Rows, postgres: PostgresServer
) -> None:
    one = await member("one")
    task_id = await on(one, model)
    two = await member("two")
    async with never_two(task_id):
        await asyncio.to_thread(postgres.stop, signal.SIGQUIT)
        stopped_at = time.monotonic()
        try:
            await gone(one, task_id)
            assert time.monotonic() - stopped_at < LEASE_SECONDS
            await asyncio.sleep(max(0.0, stopped_at + LEASE_SECONDS + 3 - time.monotonic()))
        finally:
            await asyncio.to_thread(postgres.start)
        task = await one.completed(task_id)
    assert task["attempt"] == 2
    assert [(await rows.of(name))["state"] for name in ("one", "two")] == ["ready", "ready"]
    assert (await one.types(task_id)).count("task.completed") == 1
    assert two.daemon.process is not None
    assert two.daemon.process.poll() is None
    await one.nothing_left()


async def test_a_machine_that_is_shut_down_hands_over_at_once(member: Member, model: ScriptedModel, rows: Rows) -> None:
    one = await member("one", MACHINE_DRAIN_SECONDS="0")
    task_id = await on(one, model)
    two = await member("two")
    two.tasks.append(task_id)
    async with never_two(task_id):
        assert await one.terminate() == 0
        assert (await rows.of("one"))["state"] == "gone"
        task = await two.completed(task_id)
    assert (task["machine_id"], task["result"]) == ("two", AGAIN)
    await two.nothing_left()


async def test_a_name_that_is_in_use_is_refused_and_one_of_a_dead_machine_is_free_after_its_lease(
    member: Member, model: ScriptedModel, tmp_path: Path, rows: Rows
) -> None:
    one = await member("one")
    other = Machine(tmp_path / "other", env=one.daemon.extra_env)
    refused = await asyncio.to_thread(
        other.daemon.command, "serve", "--port", "0", env={"MACHINE_DATA_DIR": str(tmp_path / "other")}
    )
    assert refused.returncode == 1
    assert "Another process works as the machine one" in refused.stderr
    assert "MACHINE_ID" in refused.stderr
    assert "Traceback" not in refused.stderr
    await one.kill9()
    await one.start()
    assert (await rows.of("one"))["epoch"] == 2
    assert (await one.completed(await one.submit("hello")))["status"] == "completed"


async def test_whatever_a_paused_process_asks_for_after_its_machine_was_reaped_is_refused(
    postgres_url: SecretStr,
) -> None:
    database = await open_database(postgres_url, "0.1.0", on_committed=lambda _events: None)
    machines = SqlMachineStore(database, lease_seconds=60)
    store = SqlTaskStore(database, machine_id="two", in_fleet=True)
    await machines.register("two", MachineReport(slots=1, version="0.1.0"))
    task = await queued(store)
    url = postgres_url.get_secret_value()
    argv = (sys.executable, "-m", "tests.support.fleet_writer", url, "one")
    writer = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    assert writer.stdout is not None
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while int(await writer.stdout.readline()) < 10:
                continue
            writer.send_signal(signal.SIGSTOP)
            # Where it held the writers' lock, the server ends that first.
            assert await machines.reap(await machines.leases(but="two"))
            told = await store.events(task.task_id)
            writer.send_signal(signal.SIGCONT)
            *printed, last = (await writer.stdout.read()).decode().splitlines()
            assert await writer.wait() == 0
        assert last == "refused lease_lost lease_lost lease_lost"
        assert len(printed) < 3  # no more than what was stored and not yet told when it was paused
        assert await store.events(task.task_id) == told
        assert (await store.get(task.task_id)).status == "queued"
    finally:
        if writer.returncode is None:
            writer.kill()
            await writer.wait()
        await database.close()


async def queued(store: SqlTaskStore) -> Task:
    return await stored_task(store, machine_id=NOWHERE)
