"""Tasks that write a definition: how they are told from others, and the shape of what they have to answer."""

from collections.abc import Mapping
from typing import Any, Final

from machine.domain.agent import AgentForm
from machine.domain.definitions import DefinitionKind
from machine.domain.schedule import ScheduleForm
from machine.domain.skill import SkillForm
from machine.domain.task import Task
from machine.engine.tools.new_webhook import NewWebhook

DESCRIBES: Final = "describes"
"""In a task's metadata: which kind of definition it is to write."""
Form = AgentForm | SkillForm | NewWebhook | ScheduleForm

FORMS: Final[Mapping[DefinitionKind, type[Form]]] = {
    DefinitionKind.AGENT: AgentForm,
    DefinitionKind.SKILL: SkillForm,
    DefinitionKind.WEBHOOK: NewWebhook,
    DefinitionKind.SCHEDULE: ScheduleForm,
}
_NOT_ASKED_FOR: Final = ("claude_code", "secret", "unsigned")
"""Fields that a description cannot fill: what has no effect here, and what a person has to say themselves."""


def is_description(task: Task) -> bool:
    """Whether a task is to write a definition, and nothing else."""
    return DESCRIBES in task.source_metadata


def described_kind(task: Task) -> DefinitionKind | None:
    """What kind of definition a task is to write; None for all that write none."""
    kind = task.source_metadata.get(DESCRIBES)
    return DefinitionKind(kind) if isinstance(kind, str) and kind in FORMS else None


def answer_schema_of(task: Task) -> dict[str, Any] | None:
    """The JSON schema that a task's result has to have; None for text."""
    kind = described_kind(task)
    return None if kind is None else schema_of(kind)


def schema_of(kind: DefinitionKind) -> dict[str, Any]:
    """The schema of a kind's form, without what a description cannot fill."""
    schema = FORMS[kind].model_json_schema()
    for field in _NOT_ASKED_FOR:
        schema["properties"].pop(field, None)
    return schema
