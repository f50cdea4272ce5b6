"""From a description to a draft: what the Brain makes of it, shown before anything is saved."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from machine.api.definition_routes import refusals
from machine.api.deps import Caller, State
from machine.api.state import ApiState
from machine.domain.agent import AgentForm
from machine.domain.definitions import DefinitionKind, Files, Preview
from machine.domain.principal import Principal
from machine.domain.schedule import ScheduleForm
from machine.engine.describing import MAX_WISH_CHARS
from machine.engine.descriptions import Form
from machine.engine.schedule_desk import draft_of
from machine.engine.tools.new_webhook import NewWebhook, with_secret

router = APIRouter(tags=["describe"])


class Wish(BaseModel):
    """What is wanted, in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    description: str = Field(min_length=1, max_length=MAX_WISH_CHARS, pattern=r"\S")


class TextFile(BaseModel):
    model_config = ConfigDict(frozen=True)

    path: str
    text: str


class Drafted(BaseModel):
    """A draft; nothing is saved. Either `files` are uploaded with the preview's `content_hash`, or `form` is posted."""

    model_config = ConfigDict(frozen=True)

    task_id: str
    """The task that wrote it."""
    preview: Preview
    files: list[TextFile]
    form: dict[str, Any]
    """The fields as they are filled in by hand. A webhook's hold its new secret."""


@router.post("/api/agents/describe")
async def describe_agent(wish: Wish, state: State, caller: Caller) -> Drafted:
    """Have an agent written from a description; takes as long as the model does. Nothing is saved."""
    return await _drafted(state, DefinitionKind.AGENT, wish, caller)


@router.post("/api/skills/describe")
async def describe_skill(wish: Wish, state: State, caller: Caller) -> Drafted:
    """Have a skill written from a description; takes as long as the model does. Nothing is saved."""
    return await _drafted(state, DefinitionKind.SKILL, wish, caller)


@router.post("/api/webhooks/describe")
async def describe_webhook(wish: Wish, state: State, caller: Caller) -> Drafted:
    """Have a webhook written from a description; takes as long as the model does. Nothing is saved."""
    return await _drafted(state, DefinitionKind.WEBHOOK, wish, caller)


@router.post("/api/schedules/describe")
async def describe_schedule(wish: Wish, state: State, caller: Caller) -> Drafted:
    """Have a schedule written from a description; takes as long as the model does. Nothing is saved.

    Where the description names no time zone and no place, the draft says none: it is UTC unless you fill it in.
    """
    return await _drafted(state, DefinitionKind.SCHEDULE, wish, caller)


async def _drafted(state: ApiState, kind: DefinitionKind, wish: Wish, by: Principal) -> Drafted:
    with refusals():
        described = await state.brain.create_entity(kind, wish.description, by)
        preview, files, form = await _previewed(state, described.form, by)
    texts = [TextFile(path=path, text=file.content.decode()) for path, file in sorted(files.items())]
    return Drafted(task_id=described.task_id, preview=preview, files=texts, form=form)


async def _previewed(state: ApiState, form: Form, by: Principal) -> tuple[Preview, Files, dict[str, Any]]:
    """By the same model and the same preview as a form and an upload. Raises InvalidDefinition."""
    if isinstance(form, NewWebhook):
        webhook = with_secret(form)
        draft = await state.creator.webhook_draft(webhook)
        fields = webhook.model_dump(mode="json", exclude_unset=True, exclude={"secret"})
        secret = webhook.secret.get_secret_value() if webhook.secret else None
        return await state.creator.webhooks.preview(draft, by), draft.files, {**fields, "secret": secret}
    fields = form.model_dump(mode="json", exclude_unset=True)
    if isinstance(form, ScheduleForm):
        draft = draft_of(form)
        return await state.schedules.desk.preview(draft, by), draft.files, fields
    if isinstance(form, AgentForm):
        draft = await state.creator.agent_draft(form)
        return await state.creator.preview_agent(draft, by), draft.files, fields
    draft = await state.creator.skill_draft(form)
    return await state.creator.preview_skill(draft, by), draft.files, fields
