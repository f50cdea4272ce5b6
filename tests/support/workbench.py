"""A whole machine in the test's own process: real store, real engine, real CLI; only the model is scripted."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from tests.support.model import ScriptedModel

from machine.app.data_folder import prepare
from machine.app.machine_room import MachineRoom, opened
from machine.domain.approval import Approval, ApprovalStatus
from machine.domain.clock import Clock, utc_now
from machine.domain.events import Output, StoredEvent
from machine.domain.principal import Principal, Role, User, Via
from machine.domain.task import Task, TaskSource, TaskStatus
from machine.engine.intake import TaskRequest
from machine.settings import Settings, read_settings

WAIT_SECONDS = 30.0


@dataclass
class Workbench:
    """A machine that works, and the hands to use it."""

    room: MachineRoom
    settings: Settings
    model: ScriptedModel
    principal: Principal

    async def submit(self, message: str, **wish: Any) -> Task:
        """A wish of the administrator's; `wish` are the fields of a TaskRequest. With `agent=None` it is routed."""
        wish.setdefault("source", TaskSource.API)
        if "conversation_id" not in wish:
            wish.setdefault("agent", "planning")
        return await self.room.engine.intake.accept(TaskRequest(message=message, **wish), self.principal)

    async def task(self, task_id: str) -> Task:
        return await self.room.api.tasks.get(task_id)

    async def until(
        self, task: Task | str, *status: TaskStatus, where: Callable[[Task], bool] = lambda _: True
    ) -> Task:
        """The task once it is in one of `status`; fails loudly when it ends otherwise or takes too long."""
        task_id = task if isinstance(task, str) else task.task_id
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while (now := await self.task(task_id)).status not in status or not where(now):
                    assert not now.ended or not status or now.status in status, f"{now.status}: {now.failure}"
                    await asyncio.sleep(0.02)
                return now
        except TimeoutError:
            raise AssertionError(f"task is {now.status} ({now.waiting_reason}), not {status}") from None

    async def ended(self, task: Task | str) -> Task:
        """The task once it has ended, however."""
        return await self.until(task, TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)

    async def events(self, task: Task | str, *, after: int = 0) -> list[StoredEvent]:
        """All stored events of a task."""
        task_id = task if isinstance(task, str) else task.task_id
        found: list[StoredEvent] = []
        while page := await self.room.api.tasks.events(task_id, after=after, limit=1000):
            found += page
            after = page[-1].seq or after
        return found

    async def types(self, task: Task | str) -> list[str]:
        """The types of a task's events in order, without output and metrics."""
        return [e.type for e in await self.events(task) if e.type not in ("task.output", "task.metrics")]

    async def outputs(self, task: Task | str) -> list[Output]:
        """All stored output."""
        return [Output.model_validate_json(e.body) for e in await self.events(task) if e.type == "task.output"]

    async def text(self, task: Task | str) -> str:
        """What the agent said."""
        return "".join(piece.text for piece in await self.outputs(task) if piece.kind == "text")

    async def says(self, task: Task | str, words: str) -> None:
        """Wait until the agent has said `words`."""
        async with asyncio.timeout(WAIT_SECONDS):
            while words not in await self.text(task):
                await asyncio.sleep(0.02)

    async def written_down(self, task: Task, word: str) -> None:
        """Wait until the CLI's transcript of a task holds `word`: it is some milliseconds behind what the CLI says."""
        pattern = f"*/{task.claude_session_id}.jsonl"

        def holds() -> bool:
            found = (self.settings.cli_config_dir / "projects").glob(pattern)
            return any(word in path.read_text(encoding="utf-8", errors="replace") for path in found)

        async with asyncio.timeout(WAIT_SECONDS):
            while not await asyncio.to_thread(holds):
                await asyncio.sleep(0.02)

    async def pending(self, task: Task | str, count: int = 1) -> Approval:
        """The newest pending approval of a task, once there are `count`."""
        task_id = task if isinstance(task, str) else task.task_id
        async with asyncio.timeout(WAIT_SECONDS):
            while len(found := await self._pending_of(task_id)) < count:
                await asyncio.sleep(0.02)
        return found[-1]

    async def _pending_of(self, task_id: str) -> tuple[Approval, ...]:
        return await self.room.api.tasks.approvals(task_id=task_id, status=ApprovalStatus.PENDING)


@asynccontextmanager
async def workbench(
    folder: Path,
    model: ScriptedModel,
    *,
    clock: Clock = utc_now,
    login: Mapping[str, str] | None = None,
    **overrides: Any,
) -> AsyncIterator[Workbench]:
    """Open a machine on `folder`; may be opened again on the same folder, as after a restart.

    `login` are the variables that log Claude Code in; unset: a dummy key.
    """
    login = {"ANTHROPIC_API_KEY": "no-key-is-needed"} if login is None else login
    async with model.serve() as url:
        settings = read_settings(
            {"ANTHROPIC_BASE_URL": url, **login, "PATH": os.environ["PATH"]},
            data_dir=folder,
            port=0,
            **overrides,
        )
        await asyncio.to_thread(prepare, settings)
        async with opened(settings, clock=clock) as room:
            row = await room.api.people.local_administrator()
            user = User(user_id=row.user_id, name=row.name, role=Role(row.role))
            principal = Principal(user=user, via=Via.INTERNAL, credential_id="test")
            yield Workbench(room=room, settings=settings, model=model, principal=principal)


def processes_of(task_id: str) -> list[psutil.Process]:
    """Every live process that carries a task's mark in its environment. Blocking."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("MACHINE_TASK_ID") == task_id and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def processes_with(word: str) -> list[psutil.Process]:
    """Every live process with `word` in its command line. Blocking."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(word in part for part in process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found
