"""A wish as it comes in, and what of it stays when its task goes from one agent to another."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from machine.domain.agent import SubAgent
from machine.domain.code import CodeSource
from machine.domain.git_address import address_of
from machine.domain.task import Lane, Task, TaskSource

MAX_TITLE_CHARS: Final = 200
ASKED: Final = "asked"
"""In `source_metadata`: the limits, the priority and the code that the wish itself gave."""


class TaskRequest(BaseModel):
    """A wish as it comes in. Limits that are unset are the agent's, then the machine's."""

    model_config = ConfigDict(frozen=True)

    message: str
    agent: str | None = None
    title: str | None = Field(None, max_length=MAX_TITLE_CHARS)
    is_interactive: bool = False
    priority: int = Field(0, ge=-100, le=100)
    timeout_seconds: float | None = None
    max_turns: int | None = None
    max_budget_usd: float | None = None
    parent_task_id: str | None = None
    conversation_id: str | None = None
    named_by: str = "the request"
    """Who named the agent, where one is named."""
    code: CodeSource | None = None
    """In a conversation it is the code that this works on already, whatever is said here; unset: the agent's."""
    concurrency_key: str | None = None
    lane: Lane = Lane.WORK
    source: TaskSource = TaskSource.API
    source_metadata: dict[str, Any] = Field(default_factory=dict)
    session_id: str | None = None


def asked_in(request: TaskRequest) -> dict[str, Any]:
    """What the wish itself says of limits, place and code: it stays when the task gets another agent."""
    names = ("timeout_seconds", "max_turns", "max_budget_usd", "priority")
    said: dict[str, Any] = {name: value for name in names if (value := getattr(request, name))}
    if request.code is not None:
        said["code"] = request.code.model_dump(mode="json", exclude_none=True)
    return {ASKED: said} if said else {}


def code_for(agent: SubAgent, asked: CodeSource | None) -> CodeSource | None:
    """The code of a new task. What an administrator gave the agent for one repository counts for that one only."""
    if asked is None or agent.code is None or asked.credentials is not None:
        return asked or agent.code
    if address_of(asked.repository).identity != address_of(agent.code.repository).identity:
        return asked
    return asked.model_copy(update={"credentials": agent.code.credentials})


def code_of(task: Task, agent: SubAgent) -> CodeSource | None:
    """The code of a task that goes to another agent: what an agent was given for a repository is not another one's.
    One in the workspace of a conversation has the code that lies there."""
    if task.workspace != task.task_id:
        return task.code
    asked = task.source_metadata.get(ASKED, {}).get("code")
    return code_for(agent, CodeSource.model_validate(asked) if asked else None)
