"""Schedules in a running machine: each time starts one task, whatever happens in between."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from tests.support.api import Served, person, resting_task, served
from tests.support.daemon import demo_daemon_on
from tests.support.model import ScriptedModel
from tests.support.tasks import an_input
from tests.support.workbench import Workbench, workbench

from machine.demo.replies import Reply, Text
from machine.domain.errors import Conflict, StoreError
from machine.domain.ids import new_id
from machine.domain.principal import Role
from machine.domain.schedule import (
    MAX_WAITING,
    RunOutcome,
    ScheduleForm,
    ScheduleRun,
    ScheduleState,
    concurrency_key,
)
from machine.domain.task import Task, TaskSource, TaskStatus
from machine.engine.schedules import Schedules
from machine.ports import PendingInput, TaskFilter, UserRow

HOURLY = {"name": "news", "cron": "0 * * * *", "message": "/look at @the news", "agent": "planning"}


class Time:
    """The time of the machine, which goes on when a test says so."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def goes_on(self, **by: float) -> None:
        self.now += timedelta(**by)


def parts(bench: Workbench) -> Schedules:
    return bench.room.api.schedules


async def make(bench: Workbench, **changes: Any) -> None:
    form = ScheduleForm.model_validate({**HOURLY, **changes})
    await parts(bench).desk.create(form, bench.principal)
    await parts(bench).scheduler.look()


async def look(bench: Workbench) -> None:
    """As the watch does: until there is nothing more to do at once."""
    while await parts(bench).scheduler.look() == 0:
        pass


async def started(bench: Workbench) -> list[Task]:
    """Oldest first."""
    page = await bench.room.api.tasks.list(TaskFilter(source=TaskSource.SCHEDULE), limit=100)
    return list(reversed(page.items))


async def outcomes(bench: Workbench) -> list[tuple[str, str]]:
    """(time that was due, outcome), oldest first."""
    page = await parts(bench).store.runs("news", limit=100)
    return [(f"{run.due_at:%d %H:%M}", run.outcome.value) for run in reversed(page.items)]


# --- a time comes ---------------------------------------------------------------------------------------------------


async def test_a_file_written_by_hand_is_live_and_its_time_starts_one_task_as_its_owner(tmp_path: Path) -> None:
    time, model = Time(), ScriptedModel("Looked.")
    async with workbench(tmp_path / "data", model, clock=time) as bench:
        folder = tmp_path / "data" / "config" / "schedules"
        folder.mkdir()
        text = (
            "cron: '0 * * * *'\nmessage: /look at @the news\nagent: planning\ntitle: News\npriority: 3\nmax_turns: 7\n"
        )
        (folder / "news.yaml").write_text(text)
        async with asyncio.timeout(10):
            while "news" not in await parts(bench).store.states():
                await asyncio.sleep(0.02)
        time.goes_on(minutes=30)
        await look(bench)
        await look(bench)
        (task,) = await started(bench)
        ended = await bench.ended(task)
        assert ended.status is TaskStatus.COMPLETED, ended.failure
        assert (task.title, task.priority, task.limits.max_turns) == ("News", 3, 7)
        assert (task.user_id, task.source) == (bench.principal.user_id, TaskSource.SCHEDULE)
        about = {name: task.source_metadata[name] for name in ("schedule", "due_at")}
        assert about == {"schedule": "news", "due_at": "2026-06-01T09:00:00+00:00"}
        assert "/look at @the news" in model.requests[0].last_user_text  # as it was written: no command, no file
        run = (await parts(bench).store.last_runs())["news"]
        assert (run.outcome, run.task_id, run.by) == (RunOutcome.STARTED, task.task_id, None)


async def test_what_is_new_changed_or_resumed_makes_up_for_nothing(tmp_path: Path) -> None:
    time = Time()
    async with workbench(tmp_path / "data", ScriptedModel(), clock=time) as bench:
        await make(bench, missed="once")
        time.goes_on(minutes=20)
        changed = ScheduleForm.model_validate({**HOURLY, "missed": "once", "cron": "*/5 * * * *"})
        await parts(bench).desk.update(changed, bench.principal)
        await look(bench)
        assert await started(bench) == []
        await parts(bench).desk.pause("news", bench.principal, paused=True)
        await look(bench)
        time.goes_on(hours=5)
        await look(bench)
        await parts(bench).desk.pause("news", bench.principal, paused=False)
        await look(bench)
        assert await started(bench) == []
        time.goes_on(minutes=5)
        await look(bench)
        assert len(await started(bench)) == 1


@pytest.mark.parametrize(("missed", "count"), [("once", 1), ("skip", 0)])
async def test_times_while_the_machine_was_off_start_one_task_or_none(tmp_path: Path, missed: str, count: int) -> None:
    time, model = Time(), ScriptedModel()
    async with workbench(tmp_path / "data", model, clock=time) as bench:
        await make(bench, missed=missed)
    time.goes_on(hours=3)  # 9, 10 and 11 o'clock have passed, it is 11:30
    for _ in range(2):
        async with workbench(tmp_path / "data", model, clock=time) as bench:
            await look(bench)
            tasks = await started(bench)
            assert len(tasks) == count
            assert await outcomes(bench) == [("01 11:00", "started" if count else "skipped")]
            for task in tasks:
                assert task.source_metadata["missed_since"] == "2026-06-01T09:00:00+00:00"
                await bench.ended(task)


async def test_a_clock_that_was_wrong_and_was_set_back_stops_nothing(tmp_path: Path) -> None:
    time = Time()
    async with workbench(tmp_path / "data", ScriptedModel(), clock=time) as bench:
        await make(bench)
        time.goes_on(days=400)
        await look(bench)
        time.goes_on(days=-400)
        await look(bench)
        before = len(await started(bench))
        time.goes_on(minutes=30)
        await look(bench)
        assert len(await started(bench)) == before + 1


async def test_what_cannot_become_a_task_is_noted_with_the_reason(tmp_path: Path) -> None:
    time = Time()
    async with workbench(tmp_path / "data", ScriptedModel(), clock=time) as bench:
        folder = tmp_path / "data" / "config" / "schedules"
        folder.mkdir()
        (folder / "news.yaml").write_text("cron: '@hourly'\nmessage: Look.\nuser_id: user_gone\n")
        async with asyncio.timeout(10):
            while "news" not in await parts(bench).store.states():
                await asyncio.sleep(0.02)
        time.goes_on(minutes=30)
        await look(bench)
        run = (await parts(bench).store.last_runs())["news"]
        assert run.outcome is RunOutcome.REFUSED
        assert "user_gone" in run.why
        assert await started(bench) == []


# --- the former one has not ended -----------------------------------------------------------------------------------


def held() -> tuple[ScriptedModel, asyncio.Event]:
    """A model whose answers stop after their first word until the event is set."""
    go_on = asyncio.Event()
    return ScriptedModel(Reply((Text("One moment.", hold=go_on),))), go_on


async def hours(bench: Workbench, time: Time, count: int) -> None:
    for _ in range(count):
        time.now = (time.now + timedelta(hours=1)).replace(minute=0)
        await look(bench)


async def test_a_time_at_which_the_database_is_away_comes_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    async with workbench(tmp_path / "data", ScriptedModel("Looked."), clock=time) as bench:
        await make(bench)
        people = bench.room.api.people

        async def away() -> UserRow:
            raise StoreError("The database does not answer.")

        time.goes_on(minutes=30)
        with monkeypatch.context() as patch:
            patch.setattr(people, "local_administrator", away)
            patch.setattr(people, "user", lambda _user_id: away())
            with pytest.raises(StoreError):
                await parts(bench).scheduler.look()
        await look(bench)
        assert await outcomes(bench) == [("01 09:00", "started")]


async def test_skip_leaves_out_what_comes_before_the_former_has_ended(tmp_path: Path) -> None:
    time, (model, go_on) = Time(), held()
    async with workbench(tmp_path / "data", model, clock=time) as bench:
        await make(bench)
        await hours(bench, time, 2)
        (task,) = await started(bench)
        assert await outcomes(bench) == [("01 09:00", "started"), ("01 10:00", "skipped")]
        assert (await parts(bench).store.last_runs())["news"].why == f"{task.task_id} has not ended."
        with pytest.raises(Conflict, match="has not ended"):
            await parts(bench).scheduler.run_now("news", bench.principal)
        go_on.set()
        await bench.ended(task)
        await hours(bench, time, 1)
        assert len(await started(bench)) == 2


async def test_enqueue_lets_the_next_one_wait_and_only_so_many(tmp_path: Path) -> None:
    time, (model, go_on) = Time(), held()
    async with workbench(tmp_path / "data", model, clock=time) as bench:
        await make(bench, overlap="enqueue")
        await hours(bench, time, MAX_WAITING + 2)
        tasks = await started(bench)
        assert len(tasks) == MAX_WAITING
        await bench.until(tasks[0], TaskStatus.RUNNING)
        assert {(await bench.task(task.task_id)).status for task in tasks[1:]} == {TaskStatus.QUEUED}
        assert [outcome for _, outcome in await outcomes(bench)] == ["started"] * MAX_WAITING + ["skipped"] * 2
        for task in tasks[2:]:
            await bench.room.engine.manager.stop(task.task_id)
        go_on.set()
        assert (await bench.ended(tasks[1])).status is TaskStatus.COMPLETED


async def test_replace_stops_the_former_one(tmp_path: Path) -> None:
    time, (model, go_on) = Time(), held()
    async with workbench(tmp_path / "data", model, clock=time) as bench:
        await make(bench, overlap="replace")
        await hours(bench, time, 1)
        (first,) = await started(bench)
        await bench.until(first, TaskStatus.RUNNING)
        await model.wait_for_requests(1)
        second = await parts(bench).scheduler.run_now("news", bench.principal)
        assert (await bench.ended(first)).status is TaskStatus.CANCELLED
        go_on.set()
        assert (await bench.ended(second)).status is TaskStatus.COMPLETED
        assert second.source_metadata["run_by"] == bench.principal.user_id


async def test_a_successor_that_was_stored_before_the_machine_died_still_replaces(tmp_path: Path) -> None:
    time, (model, go_on) = Time(), held()
    async with workbench(tmp_path / "data", model, clock=time) as bench:
        await make(bench, overlap="enqueue", timeout_seconds=86_400)  # two hours pass at once
        await hours(bench, time, 2)
        first, second = await started(bench)
    text = (tmp_path / "data/config/schedules/news.yaml").read_text()
    (tmp_path / "data/config/schedules/news.yaml").write_text(text.replace("enqueue", "replace"))
    async with workbench(tmp_path / "data", model, clock=time) as bench:
        assert (await bench.ended(first)).status is TaskStatus.CANCELLED
        go_on.set()
        assert (await bench.ended(second)).status is TaskStatus.COMPLETED


# --- once -----------------------------------------------------------------------------------------------------------


async def test_a_time_is_noted_with_its_task_or_not_at_all_and_once(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        store, tasks = machine.room.api.schedules.store, machine.room.api.tasks
        there = await resting_task(machine)
        now = machine.room.api.clock()
        state = ScheduleState(name="ghost", rule="r", since=now)
        await store.put_state(state)

        def noted(task: Task) -> tuple[ScheduleRun, tuple[Task, PendingInput]]:
            due_at = now + timedelta(minutes=1)
            run = ScheduleRun(
                run_id=new_id("run"), schedule="ghost", due_at=due_at, at=now, outcome="started", task_id=task.task_id
            )
            return run, (task, an_input(task))

        with pytest.raises(Conflict):
            await store.note(*noted(there), state=state)
        assert (await store.states())["ghost"] == state
        assert (await store.runs("ghost", limit=5)).items == ()
        fresh = [
            there.model_copy(update={"task_id": new_id("task"), "concurrency_key": concurrency_key("ghost")})
            for _ in range(5)
        ]
        assert sum([await store.note(*noted(task), state=state) for task in fresh]) == 1
        assert len(await store.unfinished(concurrency_key("ghost"))) == 1
        assert len((await tasks.list(TaskFilter(), limit=10)).items) == 2


def test_a_daemon_that_is_killed_at_the_time_starts_it_once(tmp_path: Path) -> None:
    """What was missed is due as soon as it starts: it is killed there at several moments."""
    with demo_daemon_on(tmp_path / "data") as daemon:
        daemon.post("/api/schedules", {**HOURLY, "message": "demo:slow", "missed": "once"})
        earlier = "UPDATE schedule_states SET since = '2026-01-01T00:00:00.000000Z'"
        deadline = monotonic() + 30
        with contextlib.closing(sqlite3.connect(tmp_path / "data/db/machine.db", timeout=10)) as database:
            while not database.execute("SELECT count(*) FROM schedule_states").fetchone()[0] and monotonic() < deadline:
                sleep(0.05)
            daemon.kill9()
            assert database.execute(earlier).rowcount == 1
            database.commit()
        for _ in range(3):
            daemon.launch()
            daemon.kill9()
        daemon.launch()
        deadline = monotonic() + 30
        while not (found := daemon.get("/api/tasks?source=schedule")["items"]) and monotonic() < deadline:
            sleep(0.05)
        assert len(found) == 1
        runs = daemon.get("/api/schedules/news/runs")["items"]
        assert [(run["outcome"], run["task_id"]) for run in runs] == [("started", found[0]["task_id"])]


# --- over HTTP and the command line ---------------------------------------------------------------------------------


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def test_it_is_made_shown_changed_run_and_deleted_over_http(machine: Served) -> None:
    admin = machine.admin
    made = await admin.post("/api/schedules", json={**HOURLY, "cron": "0 9 * * MON-FRI", "timezone": "Europe/Berlin"})
    assert made.status_code == 201, made.text
    shown = made.json()
    assert (shown["words"], len(shown["next_runs"])) == ("At 09:00 on Monday through Friday", 5)
    assert {text[10:19] for text in shown["next_runs"]} == {"T09:00:00"}
    assert (await admin.post("/api/schedules", json=HOURLY)).status_code == 409
    changed = await admin.put("/api/schedules/news", json={**HOURLY, "message": "Look again."})
    assert (changed.status_code, changed.json()["user_id"]) == (200, shown["user_id"])
    ran = await admin.post("/api/schedules/news/run")
    assert (ran.status_code, ran.json()["source"], ran.json()["input_message"]) == (201, "schedule", "Look again.")
    paused = (await admin.post("/api/schedules/news/pause")).json()
    assert (paused["paused"], paused["next_runs"]) == (True, [])
    assert (await admin.post("/api/schedules/news/resume")).json()["paused"] is False
    listed = (await admin.get("/api/schedules")).json()
    assert [one["last_run"]["task_id"] for one in listed["items"]] == [ran.json()["task_id"]]
    (run,) = (await admin.get("/api/schedules/news/runs")).json()["items"]
    assert run["by"] == shown["user_id"]
    assert (await admin.delete("/api/schedules/news")).status_code == 204
    for path in ("", "/runs"):
        assert (await admin.get(f"/api/schedules/news{path}")).status_code == 404


async def test_what_is_wrong_is_said_with_its_place(machine: Served, tmp_path: Path) -> None:
    refused = await machine.admin.post("/api/schedules", json={**HOURLY, "agent": "nobody"})
    assert refused.status_code == 422
    assert "there is no agent nobody" in refused.json()["errors"][0]["what"]
    for wrong, place in (({"cron": "9 * * *"}, "body.cron"), ({"cron": "@daily", "timezone": "X/Y"}, "body.timezone")):
        answer = await machine.admin.post("/api/schedules/explain", json=wrong)
        assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, place)
    good = await machine.admin.post("/api/schedules/explain", json={"cron": "@daily", "timezone": "Europe/Berlin"})
    assert good.json()["words"] == "At 00:00 every day"
    await machine.admin.post("/api/schedules", json=HOURLY)
    async with machine.session() as talk:
        path = tmp_path / "data/config/schedules/news.yaml"
        path.write_text(path.read_text() + "timezone: Nowhere\n")
        heard = [event for event in await talk.until("agent.status") if event["type"] == "agent.status"][-1]
    assert (heard["data"]["kind"], heard["data"]["state"]) == ("schedule", "broken")
    (fault,) = (await machine.admin.get("/api/schedules")).json()["faults"]
    assert (fault["path"], fault["line"], fault["field"]) == ("schedules/news.yaml", 5, "timezone")
    shown = (await machine.admin.get("/api/schedules/news")).json()
    assert (shown["timezone"], shown["faults"]) == ("UTC", [fault])  # the last good version stays
    assert (await machine.admin.post("/api/schedules/news/pause")).status_code == 409


async def test_members_look_and_administrators_change(machine: Served) -> None:
    await machine.admin.post("/api/schedules", json=HOURLY)
    _, token = await person(machine, Role.MEMBER)
    member = machine.client(token)
    assert (await member.get("/api/schedules/news")).status_code == 200
    assert (await member.post("/api/schedules", json={**HOURLY, "name": "mine"})).status_code == 403
    assert (await member.put("/api/schedules/news", json=HOURLY)).status_code == 403
    for path in ("run", "pause", "resume"):
        assert (await member.post(f"/api/schedules/news/{path}")).status_code == 403
    assert (await member.delete("/api/schedules/news")).status_code == 403


def test_the_command_line_lists_pauses_resumes_and_runs(tmp_path: Path) -> None:
    with demo_daemon_on(tmp_path / "data") as daemon:
        daemon.post("/api/schedules", HOURLY)
        assert "paused" in daemon.command("schedules", "pause", "news").stdout
        assert daemon.command("schedules").stdout.splitlines()[1].split()[-1] == "paused"
        assert "runs next at" in daemon.command("schedules", "resume", "news").stdout
        assert "is queued" in daemon.command("schedules", "run", "news").stdout
        missing = daemon.command("schedules", "run", "nothing")
        assert (missing.returncode, "no schedule nothing" in missing.stderr) == (2, True)
