"""Rows become models here, and models become rows."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import RowMapping

from machine.domain.approval import Approval
from machine.domain.costs import Usage
from machine.domain.events import StoredEvent
from machine.domain.session import ApiToken, Invitation, Login
from machine.domain.task import Task
from machine.ports import PendingInput, UserRow

_USAGE: Final = tuple(Usage.model_fields)


def usage_values(usage: Usage) -> dict[str, Any]:
    return {name: getattr(usage, name) for name in _USAGE}


def task_values(task: Task) -> dict[str, Any]:
    """All columns of a task but `last_seq`, which is the event log's."""
    plain = {name: getattr(task, name) for name in Task.model_fields if name not in {"usage", "last_seq"}}
    return {
        **plain,
        **usage_values(task.usage),
        "rights": task.rights.model_dump(mode="json"),
        "limits": task.limits.model_dump(mode="json"),
        "code": task.code and task.code.model_dump(mode="json"),
        "changes": task.changes and task.changes.model_dump(mode="json"),
        "routing": task.routing and task.routing.model_dump(mode="json"),
        "failure": task.failure and task.failure.model_dump(mode="json"),
    }


def task_changes(old: Task, new: Task) -> dict[str, Any]:
    """The columns that `new` changes, so that what others wrote meanwhile into the rest stays."""
    before = task_values(old)
    return {name: value for name, value in task_values(new).items() if value != before[name]}


def task_of(row: RowMapping) -> Task:
    values: dict[str, Any] = dict(row)
    values["usage"] = {name: values.pop(name) for name in _USAGE}
    return Task.model_validate(values)


def approval_values(approval: Approval) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(approval, name) for name in Approval.model_fields}
    values["answer"] = approval.answer and approval.answer.model_dump(mode="json")
    return values


def approval_of(row: RowMapping) -> Approval:
    return Approval.model_validate(dict(row))


def input_of(row: RowMapping) -> PendingInput:
    return PendingInput.model_validate({name: row[name] for name in PendingInput.model_fields})


def event_of(row: Mapping[str, Any]) -> StoredEvent:
    return StoredEvent.model_validate(row)


def user_of(row: RowMapping) -> UserRow:
    return UserRow.model_validate({**row, "has_password": row["password"] is not None})


def login_of(row: RowMapping) -> Login:
    return Login.model_validate(dict(row))


def token_of(row: RowMapping) -> ApiToken:
    return ApiToken.model_validate(dict(row))


def invitation_of(row: RowMapping) -> Invitation:
    return Invitation.model_validate(dict(row))
