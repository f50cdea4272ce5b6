"""Conversations with the Brain and attached files over the wire."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from machine.api.schemas import TaskSummary
from machine.domain.chat import Attachment, Conversation, attachments_of
from machine.domain.task import Task

Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class Rename(BaseModel):
    """What to call a conversation; null: the beginning of its first message again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Title | None


class _Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class ChatTaken(_Out):
    conversation_id: str
    task_id: str


class ConversationList(_Out):
    items: list[Conversation]
    next_cursor: str | None


class MessageView(TaskSummary):
    """One message of a conversation, which is one task of the Brain: what was said and answered is in its events."""

    attachments: list[Attachment]

    @classmethod
    def of(cls, task: Task) -> Self:
        attachments = list(attachments_of(task))
        return cls(**TaskSummary.of(task).model_dump(), attachments=attachments)


class ConversationDetail(_Out):
    """A conversation with a page of its messages, the newest first."""

    conversation: Conversation
    items: list[MessageView]
    next_cursor: str | None


class AttachmentList(_Out):
    items: list[Attachment]
