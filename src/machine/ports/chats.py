"""Where conversations with the Brain are looked up, and what people attached is kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from machine.domain.chat import Conversation, StoredAttachment
from machine.ports.values import Value


class ConversationPage(Value):
    """Those with the newest message first; `next_cursor` is unset on the last page."""

    items: tuple[Conversation, ...]
    next_cursor: str | None


class ChatStore(Protocol):
    """Conversations are made of the tasks in them; only names and files are kept here. Errors: NotFound, StoreError."""

    async def conversations(
        self, *, user_id: str | None, search: str | None = None, limit: int, cursor: str | None = None
    ) -> ConversationPage:
        """`user_id` unset: everybody's. `search`: words that stand in the name, in a message or in an answer, as they
        are, large and small letters of the Latin alphabet alike. Raises BadRequest for a cursor that no page gave."""
        ...

    async def conversation(self, conversation_id: str) -> Conversation:
        """Raises NotFound, for one that was deleted as well."""
        ...

    async def rename(self, conversation_id: str, title: str | None) -> None:
        """Unset: the beginning of its first message again."""
        ...

    async def delete(self, conversation_id: str, at: datetime) -> tuple[StoredAttachment, ...]:
        """Its tasks stay. Returns what was attached in it and is forgotten now."""
        ...

    async def attached(self, conversation_id: str) -> tuple[StoredAttachment, ...]:
        """All files that came with messages of a conversation."""
        ...

    async def attachment(self, attachment_id: str) -> StoredAttachment: ...

    async def add_attachments(
        self, new: Sequence[StoredAttachment], *, most_unsent: int
    ) -> tuple[StoredAttachment, ...]:
        """Of a person's that came with no message yet only the newest stay; returns those that had to go."""
        ...

    async def forget_unneeded(self, before: datetime) -> tuple[StoredAttachment, ...]:
        """Forget what is older and came with no message, or with a conversation that has no task any more. Returns what
        that was."""
        ...
