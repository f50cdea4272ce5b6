"""What the Brain can do: the machine's operations as tools, bounded by the rights of the person it speaks with.

Only a conversation that a person has with the Brain gets them. Each call is made with the rights that this person has
at that moment, and with no more than the login or token had with which they spoke: those are kept with the task. What
destroys, replaces, or hands out rights goes to the person as an approval first: the Brain reads words of strangers, and
those must not be able to do more than make it ask.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from machine.domain.approval import Answer, Decision
from machine.domain.errors import NotFound
from machine.domain.principal import SCOPE_OF_ROLE, Principal, Rights, User, Via
from machine.domain.skill import BRAIN
from machine.domain.task import Lane, Task
from machine.engine.descriptions import is_description
from machine.engine.profiles import is_untrusted
from machine.engine.tools.tool import Caller
from machine.engine.tools.toolbox import ToolBox
from machine.ports import PeopleStore, ToolAnswer, ToolInfo, ToolRequest

SERVER: Final = "machine"
"""The name under which the CLI knows these tools: `mcp__machine__<name>`."""
PREFIX: Final = f"mcp__{SERVER}__"

AskPerson = Callable[[ToolRequest], Awaitable[Answer]]


class BrainTools:
    """Gives conversations with the Brain their tools, and other callers theirs."""

    def __init__(self, box: ToolBox, people: PeopleStore) -> None:
        self._box = box
        self._people = people

    def of_task(self, task: Task) -> "TaskTools | None":
        """Those of a task; None for all that is not a person's conversation with the Brain."""
        if task.lane is not Lane.CHAT or task.assigned_agent != BRAIN or is_untrusted(task) or is_description(task):
            return None
        return TaskTools(self._box, self._people, task)

    def of_principal(self, principal: Principal) -> "PrincipalTools":
        """Those of somebody who has just proved who they are."""
        return PrincipalTools(self._box, principal)


@dataclass(frozen=True)
class PrincipalTools:
    """The tools for one request of a client outside. Who uses it decides there what it may do without asking."""

    _box: ToolBox
    _principal: Principal

    def offered(self) -> tuple[ToolInfo, ...]:
        return self._box.offered()

    async def call(self, name: str, arguments: dict[str, Any]) -> ToolAnswer:
        return await self._box.call(Caller(self._principal), name, arguments)


@dataclass(frozen=True)
class TaskTools:
    """The tools of one conversation."""

    _box: ToolBox
    _people: PeopleStore
    _task: Task

    def offered(self) -> tuple[ToolInfo, ...]:
        return self._box.offered()

    async def call(self, name: str, arguments: dict[str, Any]) -> ToolAnswer:
        """Call one with the rights that the person has now, and no more than they spoke with."""
        try:
            row = await self._people.user(self._task.user_id)
        except NotFound:
            return ToolAnswer(text="not_found: The person of this conversation is gone. Stop here.", is_error=True)
        if row.disabled_at is not None:
            return ToolAnswer(text="forbidden: The person of this conversation is disabled. Stop here.", is_error=True)
        rights = self._task.rights.narrower(Rights(role=row.role, scope=SCOPE_OF_ROLE[row.role]))
        user = User(user_id=row.user_id, name=row.name, role=rights.role)
        principal = Principal(user=user, via=Via.INTERNAL, credential_id=self._task.task_id, scopes=(rights.scope,))
        return await self._box.call(Caller(principal, self._task), name, arguments)

    async def allowed(self, request: ToolRequest, ask: AskPerson) -> Answer:
        """Whether the CLI may make a call: by itself for what does no harm, else as the person answers."""
        name = request.tool_name.removeprefix(PREFIX)
        if name == request.tool_name or self._box.needs_a_person(name, request.input):
            return await ask(request)
        return Answer(decision=Decision.ALLOW)
