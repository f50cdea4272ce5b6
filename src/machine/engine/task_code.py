"""The code that tasks work on: when they get it, with whose credentials, and what has become of it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from pydantic import SecretStr

from machine.domain.code import REPO_FOLDER, Changes, CodeSource, Diff, Pushed
from machine.domain.errors import CodeFault, Forbidden, MachineError, StaleTask
from machine.domain.principal import Principal
from machine.domain.snapshot import ClonePart
from machine.domain.task import Task
from machine.engine.profiles import is_untrusted
from machine.ports import Repositories, TaskStore, Variables
from machine.ports.values import Value

_log = logging.getLogger(__name__)

Tell = Callable[[str], Awaitable[None]]


class CodeReady(Value):
    """What a CLI is started with because of its task's code."""

    note: str = ""
    """What the agent is told of it."""
    environment: Mapping[str, SecretStr] = {}
    """With what its own git logs in."""


class TaskCode:
    """Between tasks and `Repositories`. What strangers can have caused gets no credentials, and is not pushed."""

    def __init__(self, *, repositories: Repositories, variables: Variables, store: TaskStore) -> None:
        self._repositories = repositories
        self._variables = variables
        self._store = store

    async def ready(self, task: Task, workspace: str, tell: Tell) -> CodeReady:
        """See that a task's clone lies in its workspace. Raises CodeFault."""
        code = _code_of(task)
        if code is None:
            return CodeReady()
        secret = await self._secret(code)
        is_new = not await self._repositories.has(workspace, code)
        if is_new:
            await tell(f"Fetching {code.repository}{f' at {code.ref}' if code.ref else ''}")
        branch = await self._repositories.check_out(workspace, code, secret, task_id=task.task_id)
        if is_new:
            await tell(f"The code is in {REPO_FOLDER}/, on the branch {branch}")
        return CodeReady(note=_note(branch), environment=self._repositories.environment(code, secret))

    async def changes(self, task: Task) -> Changes | None:
        """What stands in a task's clone now; None where there is none, or where it cannot be told."""
        try:
            code, workspace = _code_of(task), await self._workspace(task)
            if workspace is None or code is None:
                return None
            return await self._repositories.changes(workspace, await self._secret(code))
        except MachineError as error:
            _log.warning("what %s has changed cannot be told: %s", task.task_id, error.message)
            return None

    async def diff(self, task: Task) -> Diff:
        """Raises CodeFault."""
        return await self._repositories.diff(await self._clone(task))

    async def push(self, task: Task, principal: Principal) -> Pushed:
        """Push a task's branch, because a person says so. Raises CodeFault, Forbidden."""
        if not principal.may_write:
            raise Forbidden("A viewer cannot push.", hint="Ask a member or an administrator.")
        workspace, code = await self._clone(task), _code_of(task)
        if is_untrusted(task) or code is None:
            raise Forbidden(
                "What an untrusted task has is not pushed.",
                hint="Look at its diff, and give the work to a task of yours.",
            )
        pushed = await self._repositories.push(workspace, await self._secret(code))
        if task.changes is not None:
            try:
                await self._store.move(task, task.model_copy(update={"changes": await self.changes(task)}), [])
            except StaleTask:  # it goes on meanwhile, and will say itself how it ended
                _log.info("%s changed while its branch was pushed", task.task_id)
        return pushed

    async def unpushed(self, task: Task) -> bool:
        """Whether something would be lost with the task's clone: then nothing removes it but a person's word."""
        try:
            code, workspace = _code_of(task), await self._workspace(task)
            if workspace is None or code is None:
                return False
            return await self._repositories.unpushed(workspace, await self._secret(code))
        except CodeFault:
            return True

    async def pack(self, workspace: str, into: Path) -> ClonePart | None:
        """What of the clone in a workspace goes along to another machine. Raises CodeFault."""
        return await self._repositories.pack(workspace, into)

    async def put_back(
        self, task: Task, workspace: str, part: ClonePart | None, *, folder: Path, pack: Path | None
    ) -> None:
        """Make a clone of it again, with what the task may see of its server. Raises CodeFault."""
        code = _code_of(task)
        secret = None if code is None or part is None else await self._secret(code)
        await self._repositories.put_back(workspace, part, secret, folder=folder, pack=pack)

    async def forget(self, workspace: str) -> None:
        """A workspace was removed. Raises CodeFault."""
        await self._repositories.forget(workspace)

    async def knows(self, task: Task) -> bool:
        """Whether there is a clone for the task that can be looked at. Raises CodeFault."""
        return await self._workspace(task) is not None

    async def _clone(self, task: Task) -> str:
        workspace = await self._workspace(task)
        if workspace is None:
            raise CodeFault(
                "This task has no clone.", hint="Only tasks that name a repository get one, when they start."
            )
        return workspace

    async def _workspace(self, task: Task) -> str | None:
        """The workspace in which the task's clone is: its own, or its agent's lasting one."""
        if task.code is not None:
            for name in (task.workspace, f"agent-{task.assigned_agent}"):
                if await self._repositories.has(name, task.code):
                    return name
        return None

    async def _secret(self, code: CodeSource) -> SecretStr | None:
        if code.credentials is None:
            return None
        found = (await self._variables.values_of([code.credentials])).get(code.credentials)
        if not found:
            raise CodeFault(
                f"There is no variable {code.credentials} with the credentials for {code.repository}.",
                hint="Enter it among the variables, then retry the task.",
            )
        return SecretStr(found)


def check_credentials(code: CodeSource | None, principal: Principal) -> None:
    """Whoever names an address and a secret together could send the secret anywhere. Raises Forbidden."""
    if code is not None and code.credentials is not None and not principal.is_administrator:
        raise Forbidden(
            "Only an administrator may say with which credentials a repository is reached.",
            hint=f"{principal.how_to_administer} Or leave them out, or use an agent that has a repository and its own.",
        )


def _code_of(task: Task) -> CodeSource | None:
    """The task's code as it may have it."""
    if task.code is not None and is_untrusted(task):
        return task.code.model_copy(update={"credentials": None})
    return task.code


def _note(branch: str) -> str:
    return (
        f"The code to work on is a git repository in the folder {REPO_FOLDER}/ of your working directory, checked out "
        f"on the branch {branch}. Commit there what is finished; push that branch only when you are asked to."
    )
