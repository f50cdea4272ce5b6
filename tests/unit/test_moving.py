"""When a conversation is stored and when it is fetched: the database says which version is the newest."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.tasks import a_task, an_input

from machine.domain.agent import SubAgent
from machine.domain.errors import CodeFault, Conflict, StoreError
from machine.domain.snapshot import Snapshot
from machine.domain.task import Lane, Task, TaskStatus
from machine.engine.moving import Moving
from machine.ports import Belongings, ClaimLimits
from machine.shared import SharedFiles
from machine.store.database import Database
from machine.store.opening import Place, open_database
from machine.store.snapshots import SqlSnapshotStore
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 7, 0, tzinfo=UTC)
PLAIN = SubAgent(name="worker", description="Works.", instructions="Work.")
LASTING = SubAgent.model_validate(
    {"name": "keeper", "description": "Keeps.", "instructions": "Keep.", "workspace": "shared"}
)
LOST = "This machine has lost its lease."
MISSING = "What this conversation said and made on a is not stored for other machines: it is missing here"
PLENTY = ClaimLimits(slots={Lane.WORK: 100}, per_agent={})


class NoCode:
    """Tasks without a repository; `lost` says that one had a clone, which cannot be made again."""

    lost = False

    async def pack(self, _workspace: str, _into: Path) -> None:
        return None

    async def put_back(self, _task: Task, _workspace: str, _part: None, **_at: Any) -> None:
        if self.lost:
            raise CodeFault("Its commits are gone.")


def task_of(conversation_id: str = "conv_1") -> Task:
    return a_task(task_id="task_1", machine_id="a", conversation_id=conversation_id, created_at=NOW)


@dataclass
class Machine:
    """One machine of a fleet: a data folder of its own, the database and the shared folder of all."""

    root: Path
    name: str
    database: Database
    task: Task
    max_mb: int = 1
    sharing: bool = True
    now: datetime = NOW
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.data = self.root / self.name
        self.workspace = self.data / "workspaces" / "task_1"
        self.files = SharedFiles(self.root / "shared", self.data, max_mb=self.max_mb, left_out=frozenset())
        self.files.prepare()
        self.snapshots = SqlSnapshotStore(self.database)
        self.code = NoCode()
        code: Any = self.code
        self.moving = Moving(
            shared=self.files if self.sharing else None,
            in_fleet=True,
            snapshots=self.snapshots,
            code=code,
            belongings_of=self.belongings,
            machine_id=self.name,
            clock=lambda: self.now,
        )

    def belongings(self, task: Task) -> Belongings:
        return Belongings(
            conversation_id=task.conversation_id,
            workspace=task.workspace,
            project=self.data / "projects",
            session_id=task.claude_session_id,
        )

    async def tell(self, text: str) -> None:
        self.told.append(text)

    async def arrive(self, agent: SubAgent = PLAIN) -> None:
        await self.moving.of(self.task, agent, self.tell).arrive()

    async def leave(self, agent: SubAgent = PLAIN) -> None:
        await self.moving.of(self.task, agent, self.tell).leave()

    async def claimed(self) -> None:
        """Its turn begins: the machine has the task, in a run of its own."""
        store = SqlTaskStore(self.database, machine_id=self.name, clock=lambda: self.now, in_fleet=True)
        self.now = NOW + timedelta(seconds=10 * self.task.attempt)
        if self.task.status is TaskStatus.RUNNING:
            task = await store.get(self.task.task_id)
            await store.move(task, task.moved_to(TaskStatus.QUEUED, self.now), [])
        else:
            await store.create(self.task, an_input(self.task))
        claimed = await store.claim(PLENTY, self.now)
        assert claimed is not None
        self.task = claimed
        self.now += timedelta(seconds=5)

    async def work(self, text: str) -> None:
        """A run that writes `text`."""
        await self.arrive()
        await asyncio.to_thread(self.write, text)
        await self.leave()

    def write(self, text: str) -> None:
        self.workspace.mkdir(parents=True, exist_ok=True)
        (self.workspace / "notes.md").write_text(text)

    @property
    def set_aside(self) -> list[str]:
        """The notes in what was set aside."""
        folders = sorted(self.workspace.parent.glob("task_1.set-aside-*"))
        return [(folder / "notes.md").read_text() for folder in folders]

    @property
    def notes(self) -> str | None:
        path = self.workspace / "notes.md"
        return path.read_text() if path.exists() else None

    async def versions(self) -> list[tuple[int, str]]:
        return [(one.version, one.machine_id) for one in await self.snapshots.newest("conv_1")]


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    opened = await open_database(place, "0.1.0", on_committed=lambda _events: None)
    yield opened
    await opened.close()


@pytest.fixture
async def here(tmp_path: Path, database: Database) -> Machine:
    return await asyncio.to_thread(Machine, tmp_path, "a", database, task_of())


@pytest.fixture
async def there(tmp_path: Path, database: Database, here: Machine) -> Machine:
    return await asyncio.to_thread(Machine, tmp_path, "b", database, here.task)


async def test_work_goes_back_and_forth(here: Machine, there: Machine) -> None:
    await here.work("one")
    await there.work("two")
    assert (here.notes, there.notes) == ("one", "two")
    await here.arrive()
    assert here.notes == "two"
    assert await here.versions() == [(2, "b"), (1, "a")]
    assert there.told == ["The files and the conversation were fetched as a left them"]


async def goes_to(source: Machine, target: Machine) -> None:
    """The conversation is taken up on the other machine."""
    target.task = source.task
    await target.claimed()


async def test_what_was_never_stored_is_set_aside_and_where_it_went_on_it_is_said_what_is_missing(
    here: Machine, there: Machine
) -> None:
    large = "x" * 2_000_000
    await here.claimed()
    await here.work(large)
    assert await here.versions() == []
    await goes_to(here, there)
    await there.work("two")
    assert there.told == [
        "What this conversation said and made on a is not stored for other machines: it is missing here"
    ]

    await goes_to(there, here)
    await here.arrive()
    assert here.notes == "two"
    assert here.set_aside == [large]
    assert here.told[-2:] == [
        "The files and the conversation were fetched as b left them",
        "What was here before and was never stored is kept beside its workspace, on a: "
        f"{next(here.workspace.parent.glob('*.set-aside-*')).name}",
    ]


async def test_what_came_after_the_newest_version_is_missing_elsewhere_and_set_aside_here(
    here: Machine, there: Machine, tmp_path: Path
) -> None:
    await here.claimed()
    await here.work("one")
    shared = tmp_path / "shared" / "snapshots"
    shared.rename(tmp_path / "away")
    await goes_to(here, here)
    await here.work("two")
    assert "were not stored" in here.told[-1]
    (tmp_path / "away").rename(shared)

    await goes_to(here, there)
    await there.work("other")
    assert there.told == [
        "The files and the conversation were fetched as a left them",
        "What this conversation said and made on a since 2026-11-03 09:07:10 UTC is not stored for other machines: "
        "it is missing here",
    ]
    await goes_to(there, here)
    await here.arrive()
    assert (here.notes, here.set_aside) == ("other", ["two"])


async def test_words_that_were_never_stored_are_set_aside_too(here: Machine, there: Machine) -> None:
    await here.work("one")
    transcript = here.data / "projects" / f"{here.task.claude_session_id}.jsonl"
    await there.work("two")
    transcript.parent.mkdir(exist_ok=True)
    transcript.write_text("late words")
    await here.arrive()
    assert [path.read_text() for path in transcript.parent.iterdir()] == ["late words"]
    assert not transcript.exists()


async def test_without_a_shared_folder_it_is_said_that_the_conversation_starts_over(
    tmp_path: Path, database: Database
) -> None:
    here = await asyncio.to_thread(Machine, tmp_path, "a", database, task_of(), sharing=False)
    there = await asyncio.to_thread(Machine, tmp_path, "b", database, here.task, sharing=False)
    await here.claimed()
    await here.arrive()
    await goes_to(here, here)
    await here.arrive()
    assert here.told == []
    await goes_to(here, there)
    await there.arrive()
    assert there.told == [
        "What this conversation said and made on a is not stored for other machines: it is missing here"
    ]


async def test_a_follow_up_elsewhere_says_what_its_former_task_left_behind(here: Machine, there: Machine) -> None:
    await here.claimed()
    store = SqlTaskStore(here.database, machine_id="a", clock=lambda: NOW, in_fleet=True)
    await store.move(here.task, here.task.moved_to(TaskStatus.COMPLETED, NOW), [])
    there.task = a_task(task_id="task_2", machine_id="a", conversation_id="conv_1", workspace="task_1", created_at=NOW)
    await there.claimed()
    await there.arrive(LASTING)
    assert there.told == [
        "What this conversation said and made on a is not stored for other machines: it is missing here"
    ]


async def test_a_conversation_that_stays_is_never_fetched(here: Machine) -> None:
    await here.work("one")
    await asyncio.to_thread(here.write, "cut off in the middle of a turn")
    await here.arrive()
    assert here.notes == "cut off in the middle of a turn"
    assert here.told == []


async def test_nothing_that_has_not_changed_becomes_a_version(here: Machine) -> None:
    await here.work("one")
    await here.arrive()
    await here.leave()
    assert await here.versions() == [(1, "a")]


async def test_a_machine_that_lost_a_conversation_cannot_store_its_own_copy_any_more(
    here: Machine, there: Machine, tmp_path: Path
) -> None:
    await here.work("one")
    await there.work("two")
    before = sorted((tmp_path / "shared").rglob("*"))
    await asyncio.to_thread(here.write, "late")
    await here.leave()
    assert "has gone on, on b" in here.told[-1]
    assert await here.versions() == [(2, "b"), (1, "a")]
    assert set(before) <= set((tmp_path / "shared").rglob("*"))
    await here.arrive()
    assert here.notes == "two"


async def test_a_version_that_the_store_refuses_does_not_count(
    here: Machine, there: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.work("one")

    async def refuse(_snapshot: Snapshot) -> tuple[Snapshot, ...]:
        raise StoreError(LOST)

    with monkeypatch.context() as lost:
        lost.setattr(here.snapshots, "add", refuse)
        await asyncio.to_thread(here.write, "late")
        await here.leave()
    assert here.told == ["The files of this conversation were not stored for other machines: " + LOST]
    await there.arrive()
    assert there.notes == "one"


async def test_where_the_newest_version_is_damaged_the_one_before_it_is_fetched(
    here: Machine, there: Machine, tmp_path: Path
) -> None:
    await here.work("one")
    await here.work("two")
    [newest, before] = await here.snapshots.newest("conv_1")
    (tmp_path / "shared" / "snapshots" / "conv_1" / newest.sha256).unlink()
    await there.arrive()
    assert there.notes == "one"
    assert there.told[0].startswith("Version 2 of its files cannot be read")
    await there.work("three")
    assert await there.versions() == [(3, "b"), (2, "a")]
    assert before.version == 1


async def test_where_nothing_can_be_read_the_conversation_starts_over(
    here: Machine, there: Machine, tmp_path: Path
) -> None:
    await here.work("one")
    await asyncio.to_thread(shutil.rmtree, tmp_path / "shared" / "snapshots" / "conv_1")
    await there.arrive()
    assert there.notes is None
    assert there.told[-1].endswith("it starts over")
    await asyncio.to_thread(there.write, "anew")
    await there.leave()
    await here.arrive()
    assert here.notes == "anew"


async def test_what_is_too_large_stays_and_says_so_once(here: Machine) -> None:
    await asyncio.to_thread(here.write, "x" * 2_000_000)
    journey = here.moving.of(here.task, PLAIN, here.tell)
    await journey.leave()
    await journey.leave()
    assert len(here.told) == 1
    assert "MACHINE_SNAPSHOT_MAX_MB" in here.told[0]
    assert await here.versions() == []


async def test_the_lasting_workspace_of_an_agent_moves_with_no_conversation(here: Machine) -> None:
    await asyncio.to_thread(here.write, "many conversations'")
    await here.leave(LASTING)
    assert await here.versions() == []


async def test_a_clone_that_cannot_be_put_back_leaves_the_older_copy_as_it_is(here: Machine, there: Machine) -> None:
    await there.work("old")
    await here.work("new")
    await there.arrive()
    await asyncio.to_thread(there.write, "mine")
    await here.work("newer")

    there.code.lost = True
    with pytest.raises(CodeFault):
        await there.arrive()
    assert there.notes == "mine"


async def test_versions_of_one_conversation_only_grow(database: Database) -> None:
    store = SqlSnapshotStore(database)
    versions = [
        Snapshot(conversation_id="conv_1", version=number, machine_id="a", at=NOW, bytes=1, sha256=f"{number}")
        for number in (1, 2, 3, 5)
    ]
    for version in versions:
        kept = await store.add(version)
    assert kept == (versions[3], versions[2])
    assert await store.newest("conv_1") == kept
    for stale in versions:
        with pytest.raises(Conflict):
            await store.add(stale)
    assert await store.newest("conv_2") == ()
    assert await store.gone(limit=10) == ("conv_1",)
    await store.forget("conv_1")
    assert await store.newest("conv_1") == ()
