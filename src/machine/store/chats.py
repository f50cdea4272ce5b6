"""Conversations with the Brain, found in its tasks; their names; the files that people attached."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Integer,
    RowMapping,
    Select,
    Text,
    cast,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from machine.domain.chat import Attachment, Conversation, StoredAttachment
from machine.domain.errors import Conflict, NotFound
from machine.domain.task import Lane
from machine.ports import ConversationPage
from machine.store.chat_tables import attachments, conversations
from machine.store.database import Database
from machine.store.listing import cursor_of, id_in
from machine.store.small_tables import all_rows, first_row
from machine.store.tables import inputs, tasks
from machine.store.writer import Recorder

_CURSOR_KIND: Final = "conversations"
_IS_CHAT: Final = (
    # Spelled out, so that SQLite sees that the index of conversations holds all of them.
    tasks.c.lane == literal_column(repr(Lane.CHAT.value)),
    # Definitions that are written from a description are no conversations.
    type_coerce(tasks.c.source_metadata, Text).not_like('%"describes":%'),
)


class SqlChatStore:
    """The port `ChatStore`, which says what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def conversations(
        self, *, user_id: str | None, search: str | None = None, limit: int, cursor: str | None = None
    ) -> ConversationPage:
        # Not by an index of users: it would lead through all their work, and conversations are few among that.
        wanted = [] if user_id is None else [tasks.c.user_id.concat("") == user_id]
        if search is not None:
            wanted.append(tasks.c.conversation_id.in_(_saying(search, wanted)))
        query = _listed(*wanted)
        if cursor is not None:
            query = query.where(tasks.c.task_id < id_in(cursor, _CURSOR_KIND))
        rows = await all_rows(self._database, query.order_by(tasks.c.task_id.desc()).limit(limit + 1))
        items = tuple(_conversation_of(row) for row in rows[:limit])
        after = cursor_of(items[-1].task_id, _CURSOR_KIND) if len(rows) > limit else None
        return ConversationPage(items=items, next_cursor=after)

    async def conversation(self, conversation_id: str) -> Conversation:
        row = await first_row(self._database, _listed(tasks.c.conversation_id == conversation_id))
        if row is None:
            raise NotFound(f"There is no conversation {conversation_id}.")
        return _conversation_of(row)

    async def rename(self, conversation_id: str, title: str | None) -> None:
        await self._set(conversation_id, {"title": title})

    async def delete(self, conversation_id: str, at: datetime) -> tuple[StoredAttachment, ...]:
        await self._set(conversation_id, {"deleted_at": at})
        return await self._forget(attachments.c.conversation_id == conversation_id)

    async def attached(self, conversation_id: str) -> tuple[StoredAttachment, ...]:
        query = select(attachments).where(attachments.c.conversation_id == conversation_id)
        rows = await all_rows(self._database, query.order_by(attachments.c.attachment_id))
        return tuple(_attachment_of(row) for row in rows)

    async def attachment(self, attachment_id: str) -> StoredAttachment:
        row = await first_row(self._database, select(attachments).where(attachments.c.attachment_id == attachment_id))
        if row is None:
            raise NotFound(f"There is no attachment {attachment_id}.", hint="Send the file again.")
        return _attachment_of(row)

    async def add_attachments(
        self, new: Sequence[StoredAttachment], *, most_unsent: int
    ) -> tuple[StoredAttachment, ...]:
        if not new:
            return ()
        unsent = (attachments.c.user_id == new[0].user_id, attachments.c.conversation_id.is_(None))
        newest = select(attachments.c.attachment_id).where(*unsent).order_by(attachments.c.attachment_id.desc())

        def write(connection: Connection, _recorder: Recorder) -> tuple[StoredAttachment, ...]:
            try:
                connection.execute(insert(attachments), [dict(one) for one in new])
            except IntegrityError as error:
                raise Conflict("One of these attachments is stored already.", hint="Send the files again.") from error
            old = attachments.c.attachment_id.not_in(newest.limit(most_unsent))
            return _taken_out(connection, *unsent, old)

        return await self._database.write(write)

    async def forget_unneeded(self, before: datetime) -> tuple[StoredAttachment, ...]:
        kept = select(tasks.c.task_id).where(tasks.c.conversation_id == attachments.c.conversation_id).exists()
        return await self._forget(attachments.c.conversation_id.is_(None) | ~kept, attachments.c.created_at < before)

    async def _forget(self, *which: ColumnElement[bool]) -> tuple[StoredAttachment, ...]:
        return await self._database.write(lambda connection, _recorder: _taken_out(connection, *which))

    async def _set(self, conversation_id: str, values: dict[str, Any]) -> None:
        """Raises NotFound for a conversation that has no tasks."""
        of_it = conversations.c.conversation_id == conversation_id

        def write(connection: Connection, _recorder: Recorder) -> None:
            there = select(tasks.c.task_id).where(tasks.c.conversation_id == conversation_id, *_IS_CHAT).limit(1)
            if connection.execute(there).first() is None:
                raise NotFound(f"There is no conversation {conversation_id}.")
            if connection.execute(update(conversations).where(of_it).values(values)).rowcount == 0:
                connection.execute(insert(conversations).values(conversation_id=conversation_id, **values))

        await self._database.write(write)


def claim_attachments(connection: Connection, sent: Sequence[Attachment], conversation_id: str) -> None:
    """What a message came with belongs to its conversation from the moment in which its task is stored."""
    ids = [one.attachment_id for one in sent]
    unsent = attachments.c.attachment_id.in_(ids) & attachments.c.conversation_id.is_(None)
    connection.execute(update(attachments).where(unsent).values(conversation_id=conversation_id))


def _listed(*which: ColumnElement[bool]) -> Select[Any]:
    """Conversations with their newest task; `which` of the Brain's tasks count. Ids of tasks sort by age."""
    summed = (
        select(
            tasks.c.conversation_id,
            func.min(tasks.c.task_id).label("first_id"),
            func.max(tasks.c.task_id).label("last_id"),
            func.count().label("messages"),
            func.sum(tasks.c.cost_usd).label("cost_usd"),
            func.max(cast(tasks.c.estimated, Integer)).label("estimated"),
        )
        .where(*_IS_CHAT, *which)
        .group_by(tasks.c.conversation_id)
        .subquery()
    )
    first = tasks.alias("first")
    newest = [tasks.c[name] for name in _OF_NEWEST]
    return (
        select(*newest, summed, func.coalesce(conversations.c.title, first.c.title).label("title"), first.c.created_at)
        .join_from(summed, tasks, tasks.c.task_id == summed.c.last_id)
        .join(first, first.c.task_id == summed.c.first_id)
        .join(conversations, conversations.c.conversation_id == summed.c.conversation_id, isouter=True)
        # One that went on after it was deleted is there again.
        .where(or_(conversations.c.deleted_at.is_(None), tasks.c.created_at > conversations.c.deleted_at))
    )


_OF_NEWEST: Final = ("task_id", "user_id", "cost_kind", "status", "status_at", "waiting_reason", "queue_reason")


def _saying(words: str, which: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """Ids of the conversations in which these words stand."""
    said = or_(
        tasks.c.input_message.icontains(words, autoescape=True),
        tasks.c.result.icontains(words, autoescape=True),
        select(inputs.c.task_id)
        .where(inputs.c.task_id == tasks.c.task_id, inputs.c.message.icontains(words, autoescape=True))
        .exists(),
        select(conversations.c.conversation_id)
        .where(
            conversations.c.conversation_id == tasks.c.conversation_id,
            conversations.c.title.icontains(words, autoescape=True),
        )
        .exists(),
    )
    return select(tasks.c.conversation_id).where(*_IS_CHAT, *which, said).correlate(None)


def _taken_out(connection: Connection, *which: ColumnElement[bool]) -> tuple[StoredAttachment, ...]:
    rows = connection.execute(select(attachments).where(*which)).mappings().all()
    found = tuple(_attachment_of(row) for row in rows)
    ids = [one.attachment_id for one in found]
    connection.execute(delete(attachments).where(attachments.c.attachment_id.in_(ids)))
    return found


def _conversation_of(row: RowMapping) -> Conversation:
    return Conversation.model_validate({name: row[name] for name in Conversation.model_fields})


def _attachment_of(row: RowMapping) -> StoredAttachment:
    return StoredAttachment.model_validate(dict(row))
