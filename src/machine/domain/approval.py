"""What waits for a person's answer: a permission, a question, a plan, a budget that is used up."""

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool


class ApprovalKind(StrEnum):
    """What the agent, or for a budget the machine, wants to know."""

    PERMISSION = "permission"
    QUESTION = "question"
    PLAN = "plan"
    BUDGET = "budget"


class ApprovalStatus(StrEnum):
    """`superseded`: the agent asked anew, or no longer needs to know. `cancelled`: its task has ended."""

    PENDING = "pending"
    ANSWERED = "answered"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


class Decision(StrEnum):
    """A person's word."""

    ALLOW = "allow"
    DENY = "deny"


class Answer(BaseModel):
    """What a person answered. `answers` maps each question's text to the chosen label, or to the person's own words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decision: Decision
    input: dict[str, Any] | None = None
    """The tool's input as the person changed it; unset: as the agent asked. For a budget: `raise_by_usd`."""
    remember: StrictBool = False
    """Allow calls of this kind by this agent from now on."""
    reason: str | None = Field(None, max_length=10_000)
    answers: dict[str, str | list[str]] | None = None


class Approval(BaseModel):
    """One request of an agent to a person."""

    model_config = ConfigDict(frozen=True)

    approval_id: str
    task_id: str
    user_id: str
    agent: str
    kind: ApprovalKind
    tool_name: str
    tool_use_id: str | None = None
    input: dict[str, Any]
    fingerprint: str
    """Of tool and input: an answer given while no CLI runs is applied to the same request asked again."""
    title: str
    suggestions: tuple[dict[str, Any], ...] = ()
    """Permission updates that the CLI proposes for `remember`."""
    status: ApprovalStatus = ApprovalStatus.PENDING
    requested_at: datetime
    answered_at: datetime | None = None
    answered_by: str | None = None
    answer: Answer | None = None
    applied: bool = False
    """Whether the answer has reached the agent."""


def fingerprint(tool_name: str, tool_input: dict[str, Any]) -> str:
    """A stable name for a tool call: equal for the same tool with the same input."""
    text = json.dumps([tool_name, tool_input], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def kind_of(tool_name: str) -> ApprovalKind:
    """Which kind of answer a tool's request wants. The names are Claude Code's own."""
    return {"AskUserQuestion": ApprovalKind.QUESTION, "ExitPlanMode": ApprovalKind.PLAN}.get(
        tool_name, ApprovalKind.PERMISSION
    )
