"""The one door to what people want of a task, wherever it is at work.

Where this process has the task, or nobody has it, it is done here. Otherwise it is asked of the machine that has it,
which comes through the same door from the other side (`here`).
"""

from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import uuid4

from machine.domain.approval import Answer, Approval
from machine.domain.code import Diff, Pushed
from machine.domain.command import (
    AnswerApproval,
    ChangeLogin,
    Interrupt,
    ListFiles,
    Push,
    ReadFile,
    SendInput,
    ShowDiff,
    Stop,
    Wish,
)
from machine.domain.errors import Forbidden, Unavailable
from machine.domain.principal import Principal
from machine.domain.task import Task
from machine.domain.workspace import FileContent, WorkspaceListing
from machine.engine.approvals import Approvals
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.command_desk import CommandDesk
from machine.engine.task_code import TaskCode
from machine.engine.task_files import TaskFiles
from machine.engine.whereabouts import StoredElsewhere, TakenElsewhere
from machine.ports import TaskStore

MOST_MOVES: Final = 3
"""How often a task may go to another machine while something is wanted of it."""

T = TypeVar("T")


@dataclass(frozen=True)
class Steering:
    """`desk` is unset on a machine that works alone: then nothing is asked of anybody."""

    store: TaskStore
    manager: BackgroundTaskManager
    approvals: Approvals
    code: TaskCode
    files: TaskFiles
    desk: CommandDesk | None = None

    async def send_input(self, task_id: str, message: str, *, principal: Principal | None = None) -> Task:
        """See `BackgroundTaskManager.send_input`."""
        return await self._done(SendInput(task_id=task_id, message=message, input_id=str(uuid4())), principal, Task)

    async def interrupt(self, task_id: str) -> Task:
        """See `BackgroundTaskManager.interrupt`."""
        return await self._done(Interrupt(task_id=task_id), None, Task)

    async def stop(self, task_id: str, *, by: str | None = None) -> bool:
        """See `BackgroundTaskManager.stop`."""
        return await self._done(Stop(task_id=task_id, by=by), None, bool)

    async def answer(self, approval: Approval, answer: Answer, principal: Principal) -> Approval:
        """See `Approvals.answer`."""
        wish = AnswerApproval(task_id=approval.task_id, approval_id=approval.approval_id, answer=answer)
        return await self._done(wish, principal, Approval)

    async def diff(self, task: Task) -> Diff:
        """See `TaskCode.diff`."""
        return await self._done(ShowDiff(task_id=task.task_id), None, Diff)

    async def push(self, task: Task, principal: Principal) -> Pushed:
        """See `TaskCode.push`."""
        return await self._done(Push(task_id=task.task_id), principal, Pushed)

    async def list_files(self, task: Task, path: str) -> WorkspaceListing:
        """See `TaskFiles.list`."""
        return await self._done(ListFiles(task_id=task.task_id, path=path), None, WorkspaceListing)

    async def read_file(self, task: Task, path: str) -> FileContent:
        """See `TaskFiles.read`. From another machine comes what has less than a mebibyte."""
        return await self._done(ReadFile(task_id=task.task_id, path=path), None, FileContent)

    async def here(self, wish: Wish, caller: Principal | None) -> Any:
        """Do it in this process. Raises TakenElsewhere for what another machine has, and what the doing raises."""
        if self.desk is not None and (machine := await self._elsewhere(self.desk, wish)) is not None:
            raise TakenElsewhere(wish.task_id, machine)
        return await self._perform(wish, caller)

    async def _perform(self, wish: Wish, caller: Principal | None) -> Any:
        match wish:
            case SendInput():
                return await self.manager.send_input(
                    wish.task_id, wish.message, principal=caller, input_id=wish.input_id
                )
            case Interrupt():
                return await self.manager.interrupt(wish.task_id)
            case Stop():
                return await self.manager.stop(wish.task_id, by=wish.by)
            case AnswerApproval():
                return await self.approvals.answer(wish.approval_id, wish.answer, _somebody(caller), stored=wish.stored)
            case ChangeLogin():
                raise Unavailable("This process does nothing with a login.", hint="Ask one that runs tasks.")
        return await self._of_files(wish, await self.store.get(wish.task_id), caller)

    async def _of_files(
        self, wish: ShowDiff | Push | ListFiles | ReadFile, task: Task, caller: Principal | None
    ) -> Any:
        match wish:
            case ShowDiff():
                return await self.code.diff(task)
            case Push():
                return await self.code.push(task, _somebody(caller))
            case ListFiles():
                return await self.files.list(task, wish.path)
            case ReadFile():
                return await self.files.read(task, wish.path)

    async def _done(self, wish: Wish, caller: Principal | None, kind: type[T]) -> T:
        if self.desk is None:
            found: T = await self._perform(wish, caller)
            return found
        for _ in range(MOST_MOVES):
            try:
                return await self._asked(self.desk, wish, caller, kind)
            except TakenElsewhere as moved:
                if isinstance(moved, StoredElsewhere) and isinstance(wish, AnswerApproval):
                    wish = wish.model_copy(update={"stored": True})
        raise Unavailable(f"Task {wish.task_id} goes from machine to machine.", hint="Try again in a moment.")

    async def _asked(self, desk: CommandDesk, wish: Wish, caller: Principal | None, kind: type[T]) -> T:
        machine = await self._elsewhere(desk, wish)
        if machine is not None:
            return await desk.ask(machine, wish, caller, kind)
        found: T = await self._perform(wish, caller)
        return found

    async def _elsewhere(self, desk: CommandDesk, wish: Wish) -> str | None:
        task = await self.store.get(wish.task_id)
        if wish.about_files:
            return desk.whereabouts.files_elsewhere(task)
        return await desk.whereabouts.elsewhere(task)


def _somebody(caller: Principal | None) -> Principal:
    if caller is None:
        raise Forbidden("Nobody in particular may not do this.", hint="Sign in.")
    return caller
