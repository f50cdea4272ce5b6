"""What is over goes after its time; what is not, or holds work that is nowhere else, stays."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.tasks import stored_task

from machine.app.disk_room import keeping_of
from machine.disk import DataFolders
from machine.domain.costs import CostGroup, Usage
from machine.domain.disk import Keeping, OwnBackups
from machine.domain.errors import NotFound
from machine.domain.events import EndedData, Output, OutputKind, TaskCompleted, TaskOutput
from machine.domain.task import Task, TaskStatus
from machine.engine.cost_report import last_days
from machine.engine.disk_desk import DiskDesk
from machine.engine.moving import Moving
from machine.engine.past_work import PastWork
from machine.engine.retention import Retention
from machine.ports import Belongings
from machine.settings import read_settings
from machine.shared import SharedFiles
from machine.store.deliveries import SqlDeliveryStore
from machine.store.opening import open_database
from machine.store.past import Past
from machine.store.snapshots import SqlSnapshotStore
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)
KEEPING = Keeping(events=10 * DAY, tasks=100 * DAY, deliveries=30 * DAY, workspaces=20 * DAY, set_aside=30 * DAY)


@dataclass
class Code:
    """Says of each workspace what a real `TaskCode` would say of its clone."""

    clones: set[str] = field(default_factory=set)
    unpushed_in: set[str] = field(default_factory=set)
    forgotten: list[str] = field(default_factory=list)

    async def pack(self, _workspace: str, _into: Path) -> None:
        """None of them is a clone that could be moved."""

    async def knows(self, task: Task) -> bool:
        return task.workspace in self.clones

    async def unpushed(self, task: Task) -> bool:
        return task.workspace in self.unpushed_in

    async def forget(self, workspace: str) -> None:
        self.forgotten.append(workspace)


class Place:
    """A store, a data folder, and the hand that tidies them up."""

    def __init__(self, data: Path, database: Any) -> None:
        self.data = data
        self.store = SqlTaskStore(database, machine_id="machine-001", clock=lambda: NOW)
        self.code = Code()
        self.disk = DataFolders(data)
        self.past = Past(database)
        self.deliveries = SqlDeliveryStore(database)
        self.snapshots = SqlSnapshotStore(database)
        self.shared = data / "shared"
        self.files = SharedFiles(self.shared, data, max_mb=1, left_out=frozenset())

    def tidier(self, keeping: Keeping = KEEPING) -> Retention:
        code: Any = self.code
        work = PastWork(keeping=keeping, past=self.past, disk=self.disk, code=code, whereabouts=None)
        return Retention(
            keeping=keeping,
            work=work,
            deliveries=self.deliveries,
            disk=self.disk,
            moving=self.moving(),
            clock=lambda: NOW,
            pause_seconds=0,
        )

    def moving(self) -> Moving:
        code: Any = self.code
        return Moving(
            shared=self.files,
            in_fleet=False,
            snapshots=self.snapshots,
            code=code,
            belongings_of=self.belongings,
            machine_id="machine-001",
            clock=lambda: NOW,
        )

    def belongings(self, task: Task) -> Belongings:
        return Belongings(
            conversation_id=task.conversation_id,
            workspace=task.workspace,
            project=self.data / "projects",
            session_id=task.claude_session_id,
        )

    async def task(self, *, days_ago: float, of: Task | None = None, ends: bool = True, cost: float = 0.25) -> Task:
        """A task that ran so long ago, with some output and a workspace of its own, or in another's conversation."""
        at, shared = NOW - timedelta(days=days_ago), {}
        if of is not None:
            shared = {"conversation_id": of.conversation_id, "workspace": of.workspace}
        usage = Usage(cost_usd=cost, input_tokens=3, output_tokens=2)
        stored = task = await stored_task(self.store, usage=usage, created_at=at, **shared)
        for number in range(5):
            said = Output(kind=OutputKind.TEXT, text=f"page {number}")
            await self.store.append(task.task_id, [TaskOutput(data=said)])
        self.workspace(task).mkdir(parents=True, exist_ok=True)
        (self.workspace(task) / "notes.md").write_text("notes")
        if ends:
            running = await self.store.move(stored, stored.moved_to(TaskStatus.RUNNING, at), [])
            told = EndedData(usage=task.usage, cost_kind=task.cost_kind, duration_seconds=1)
            done = running.moved_to(TaskStatus.COMPLETED, at, result="done")
            await self.store.move(running, done, [TaskCompleted(data=told)])
        return task

    def workspace(self, task: Task) -> Path:
        return self.data / "workspaces" / task.workspace

    async def events_of(self, task: Task) -> int:
        return len(await self.store.events(task.task_id))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    database = await open_database(tmp_path / "db" / "machine.db", "0.1.0", on_committed=lambda _events: None)
    made = Place(tmp_path, database)
    await asyncio.to_thread(made.files.prepare)
    yield made
    await database.close()


async def gone(place: Place, task: Task) -> bool:
    try:
        await place.store.get(task.task_id)
    except NotFound:
        return True
    return False


async def test_output_goes_first_and_the_task_with_its_result_stays(place: Place) -> None:
    old, young, open_one = [
        await place.task(days_ago=11),
        await place.task(days_ago=9),
        await place.task(days_ago=99, ends=False),
    ]
    done = await place.tidier().tidy()
    assert (done.events, done.tasks, done.workspaces) == (7, 0, 0)
    assert [await place.events_of(task) for task in (old, young, open_one)] == [0, 7, 6]
    assert (await place.store.get(old.task_id)).result == "done"
    assert place.workspace(old).exists()


async def test_a_folder_goes_when_its_conversation_is_over_for_long_enough(place: Place) -> None:
    old, older = await place.task(days_ago=21), await place.task(days_ago=50)
    await place.task(days_ago=1, of=older)
    (place.data / "homes" / old.workspace).mkdir(parents=True)
    (place.data / "scratch" / old.workspace / "cargo" / "git" / ".git").mkdir(parents=True)
    done = await place.tidier().tidy()
    assert (done.workspaces, done.kept_workspaces) == (1, ())
    assert not place.workspace(old).exists()
    assert not (place.data / "homes" / old.workspace).exists()
    assert not (place.data / "scratch" / old.workspace).exists()
    assert place.workspace(older).exists()
    assert place.code.forgotten == [old.workspace]
    assert not await gone(place, old)


async def test_what_another_machines_copy_set_aside_goes_with_its_conversation_unless_a_clone_is_in_it(
    place: Place,
) -> None:
    old, kept = await place.task(days_ago=21), await place.task(days_ago=21)
    aside = [place.workspace(task).with_name(f"{task.workspace}.set-aside-20261103T090700Z") for task in (old, kept)]
    for folder in aside:
        (folder / "repo").mkdir(parents=True)
    (aside[1] / "repo" / ".git").mkdir()
    done = await place.tidier().tidy()
    assert (done.workspaces, done.kept_workspaces) == (1, (kept.workspace,))
    assert [folder.exists() for folder in aside] == [False, True]


@pytest.mark.parametrize(
    "repository", ["mine/.git/HEAD", "repo/sub/.git/HEAD", "bare/objects/x bare/refs/x bare/HEAD", ".git/HEAD"]
)
async def test_a_repository_that_the_machine_did_not_make_is_never_removed(place: Place, repository: str) -> None:
    task = await place.task(days_ago=500)
    for name in repository.split():
        (place.workspace(task) / name).parent.mkdir(parents=True, exist_ok=True)
        (place.workspace(task) / name).write_text("x")
    done = await place.tidier().tidy()
    assert (done.workspaces, done.tasks, done.kept_workspaces) == (0, 0, (task.workspace,))
    assert place.workspace(task).exists()
    assert not await gone(place, task)


async def test_a_repository_in_an_agents_home_is_work_as_well(place: Place) -> None:
    task = await place.task(days_ago=500)
    (place.data / "homes" / task.workspace / "src" / ".git").mkdir(parents=True)
    assert (await place.tidier().tidy()).kept_workspaces == (task.workspace,)


async def test_a_clone_goes_only_when_everything_in_it_was_pushed(place: Place) -> None:
    pushed, unpushed, unknown = [await place.task(days_ago=500) for _ in range(3)]
    for task in (pushed, unpushed, unknown):
        (place.workspace(task) / "repo" / ".git").mkdir(parents=True)
    place.code.clones = {pushed.workspace, unpushed.workspace}
    place.code.unpushed_in = {unpushed.workspace}
    done = await place.tidier().tidy()
    assert done.kept_workspaces == tuple(sorted([unpushed.workspace, unknown.workspace]))
    assert [place.workspace(task).exists() for task in (pushed, unpushed, unknown)] == [False, True, True]
    assert [await gone(place, task) for task in (pushed, unpushed, unknown)] == [True, False, False]


async def test_folders_of_nobody_known_of_agents_and_links_stay(place: Place, tmp_path: Path) -> None:
    for name in ("agent-brain", "routing", "task_unknown"):
        (place.data / "workspaces" / name).mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (place.data / "workspaces" / "link").symlink_to(tmp_path / "elsewhere")
    assert (await place.tidier().tidy()).workspaces == 0
    assert len(list((place.data / "workspaces").iterdir())) == 4


async def test_what_was_made_read_only_is_removed_too(place: Place) -> None:
    task = await place.task(days_ago=500)
    inner = place.workspace(task) / "module" / "inner"
    inner.mkdir(parents=True)
    (inner / "file").write_text("x")
    inner.chmod(0o555)
    inner.parent.chmod(0o555)
    assert (await place.tidier().tidy()).workspaces == 1


async def test_a_removal_that_was_cut_off_goes_on(place: Place) -> None:
    (place.data / "workspaces" / ".removing-abc" / "x").mkdir(parents=True)
    await place.tidier().tidy()
    assert list((place.data / "workspaces").iterdir()) == []


async def test_a_task_goes_with_all_that_belongs_to_it_and_its_cost_stays_on_its_day(place: Place) -> None:
    tasks = [await place.task(days_ago=101, cost=0.5), await place.task(days_ago=101, cost=0.25)]
    stays = await place.task(days_ago=1, cost=1)
    spans = last_days(200, UTC, NOW)
    before = {group: await place.store.costs(group, spans) for group in CostGroup}
    assert (await place.tidier().tidy()).tasks == 2
    assert [await gone(place, task) for task in (*tasks, stays)] == [True, True, False]
    assert {group: await place.store.costs(group, spans) for group in CostGroup} == before
    assert await place.store.costs(CostGroup.AGENT, spans, user_id="user_2") == ()
    [own] = await place.store.costs(CostGroup.AGENT, spans, user_id="user_1")
    assert (own.cost_usd, own.tasks, own.input_tokens) == (1.75, 3, 9)
    with closing(sqlite3.connect(place.data / "db" / "machine.db")) as raw:
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
        for table in ("events", "inputs", "feed"):
            left = {row[0] for row in raw.execute(f"SELECT DISTINCT task_id FROM {table}")}  # noqa: S608 - ours
            assert left <= {stays.task_id}, table


async def test_a_day_in_another_zone_gets_what_belongs_to_it(place: Place) -> None:
    await place.task(days_ago=101)
    spans = (before_noon, _) = [
        SimpleNamespace(key="a", begins_at=NOW - 101 * DAY - timedelta(minutes=7), ends_at=NOW - 101 * DAY),
        SimpleNamespace(key="b", begins_at=NOW - 101 * DAY, ends_at=NOW - 100 * DAY),
    ]
    await place.tidier().tidy()
    [item] = await place.store.costs(CostGroup.DAY, spans)  # type: ignore[arg-type] # made by hand
    assert item.key == before_noon.key  # its quarter of an hour began at 9:00


def set_aside(place: Place, days_ago: float) -> Path:
    """As a restore leaves it."""
    folder = place.data / f"before-restore-{NOW - days_ago * DAY:%Y%m%dT%H%M%S%fZ}"
    (folder / "config").mkdir(parents=True)
    (folder / "config" / "file").write_text("old")
    (folder / "config").chmod(0o500)
    return folder


async def test_what_a_restore_put_aside_goes_after_its_time_and_beyond_a_number(place: Place, tmp_path: Path) -> None:
    old = set_aside(place, 31)
    young = [set_aside(place, hours / 24) for hours in range(7)]
    of_somebody = place.data / "before-restore-of-mine"
    of_somebody.mkdir()
    link = place.data / "before-restore-20200101T000000000000Z"
    link.symlink_to(tmp_path)
    done = await place.tidier().tidy()
    assert done.set_aside == 3
    assert not old.exists()
    assert [folder.exists() for folder in young] == [True] * 5 + [False] * 2
    assert of_somebody.exists()
    assert link.is_symlink()


async def test_work_that_a_restore_put_aside_stays(place: Place) -> None:
    kept, emptied = set_aside(place, 400), set_aside(place, 401)
    (kept / "workspaces" / "task_1").mkdir(parents=True)
    (emptied / "workspaces").mkdir()
    assert (await place.tidier().tidy()).set_aside == 1
    assert (kept.exists(), emptied.exists()) == (True, False)


async def test_nothing_is_removed_where_everything_is_kept_for_ever(place: Place) -> None:
    task = await place.task(days_ago=5000)
    keeping = keeping_of(
        read_settings(
            {f"MACHINE_KEEP_{what}_DAYS": "0" for what in ("EVENTS", "TASKS", "DELIVERIES", "WORKSPACES", "SET_ASIDE")},
            data_dir=place.data,
        )
    )
    aside = set_aside(place, 5000)
    done = await place.tidier(keeping).tidy()
    assert (done.events, done.tasks, done.workspaces, done.set_aside) == (0, 0, 0, 0)
    assert aside.exists()
    assert await place.events_of(task) == 7


async def test_a_conversation_that_goes_on_meanwhile_keeps_its_tasks(place: Place) -> None:
    task = await place.task(days_ago=500)
    await place.task(days_ago=0, of=task, ends=False)
    assert await place.past.drop_task(task.task_id, NOW - DAY) is False
    assert not await gone(place, task)


class SmallDisk:
    """A disk with so much room."""

    free = 100 * 1024 * 1024

    async def free_bytes(self) -> int:
        return self.free


async def test_below_the_floor_nothing_starts_and_it_is_said_why(place: Place) -> None:
    seconds, small = 0.0, SmallDisk()
    disk: Any = small
    desk = DiskDesk(
        disk,
        floor_mb=500,
        keeping=KEEPING,
        last_tidied=lambda: None,
        backups=lambda: OwnBackups(every_hours=0, keep=7, encrypted=False, newest=None),
        seconds=lambda: seconds,
    )
    assert await desk.has_room() is False
    assert "100 MB left, less than 500 MB" in desk.held_back
    small.free = 600 * 1024 * 1024
    assert await desk.has_room() is False  # it looks again in a moment
    seconds = 10
    assert await desk.has_room() is True
    assert desk.held_back == ""


async def test_the_sizes_of_the_parts_are_told(place: Place) -> None:
    task = await place.task(days_ago=1)
    (place.workspace(task) / "big").write_bytes(b"x" * 1_000_000)
    use = await place.disk.measure()
    assert 1_000_000 <= use.parts["workspaces"] < 1_100_000
    assert use.parts["db"] > 10_000
    assert 0 < use.free_bytes < use.total_bytes


async def test_what_is_stored_for_other_machines_goes_with_its_conversation(place: Place) -> None:
    gone, stays = await place.task(days_ago=101), await place.task(days_ago=1)
    moving = place.moving()
    for task in (gone, stays):
        await moving.store(task, place.belongings(task))
    shared = place.shared / "snapshots"
    assert {path.name for path in shared.iterdir()} == {gone.conversation_id, stays.conversation_id}
    await place.tidier().tidy()
    assert [path.name for path in shared.iterdir()] == [stays.conversation_id]
    assert await place.snapshots.newest(gone.conversation_id) == ()
    assert len(await place.snapshots.newest(stays.conversation_id)) == 1
