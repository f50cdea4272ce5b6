"""A process of a fleet as far as events and pokes go: its own hub and connections, its own store over the one file."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.tasks import stored_task

from machine.app.live_room import Live, join_fleet, open_live
from machine.domain.events import Output, OutputKind, TaskOutput
from machine.domain.version import VERSION
from machine.settings import read_settings
from machine.store.notes import SqlNotes
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore


@dataclass(frozen=True)
class Member:
    """What one process has."""

    live: Live
    tasks: SqlTaskStore

    async def new_task(self) -> str:
        """A task with one event, as it comes from a person; returns its id."""
        return (await stored_task(self.tasks)).task_id

    async def say(self, task_id: str, count: int = 1) -> None:
        """So many pieces of output, each stored for itself."""
        for _ in range(count):
            await self.tasks.append(task_id, [TaskOutput(data=Output(kind=OutputKind.TEXT, text="word " * 20))])


@asynccontextmanager
async def member(database_file: Path, redis_url: str) -> AsyncIterator[Member]:
    """Joined as the daemon joins; left at the end."""
    settings = read_settings({"REDIS_URL": redis_url}, data_dir=database_file.parent)
    async with AsyncExitStack() as stack:
        live = await open_live(settings)
        database = await open_database(database_file, VERSION, on_committed=live.publish)
        stack.push_async_callback(database.close)
        tasks = SqlTaskStore(database, machine_id="machine-001")
        await join_fleet(live, tasks, SqlNotes(database), stack)
        yield Member(live, tasks)
