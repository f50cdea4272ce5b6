"""Replies to webhooks' events: due with the end of their task, and attended to one by one."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, func, insert, select, update
from sqlalchemy.engine import Connection

from machine.domain.errors import Conflict
from machine.domain.reply import Reply, ReplyState
from machine.domain.task import Task
from machine.store.database import Database
from machine.store.reply_table import replies
from machine.store.small_tables import all_rows, first_row
from machine.store.writer import Recorder

_OPEN: Final = (ReplyState.DUE.value, ReplyState.SENDING.value)
_DONE: Final = (ReplyState.SENT.value, ReplyState.GIVEN_UP.value)


def ask_for_reply(connection: Connection, ended: Task, at: datetime) -> None:
    """Make the reply due of a task that ends in this transaction, where its trigger asked for one."""
    about = ended.source_metadata
    if about.get("reply") is not True:
        return
    delivery = {"webhook": str(about.get("webhook")), "delivery_id": str(about.get("delivery_id"))}
    reply = Reply(task_id=ended.task_id, **delivery, next_at=at, created_at=at, changed_at=at)
    connection.execute(insert(replies).values(_values(reply)))


class SqlReplyStore:
    """The port `ReplyStore`, which says what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, at: datetime) -> tuple[Reply, ...]:
        place = func.row_number().over(partition_by=replies.c.webhook, order_by=(replies.c.next_at, replies.c.task_id))
        waiting = select(replies, place.label("place")).where(replies.c.state.in_(_OPEN), replies.c.next_at <= at)
        first = waiting.subquery()
        rows = await all_rows(self._database, select(first).where(first.c.place == 1))
        return tuple(_reply_of(row) for row in rows)

    async def of(self, task_id: str) -> Reply | None:
        row = await first_row(self._database, select(replies).where(replies.c.task_id == task_id))
        return None if row is None else _reply_of(row)

    async def save(self, old: Reply, new: Reply) -> Reply:
        as_read = (
            replies.c.task_id == old.task_id,
            replies.c.state == old.state.value,
            replies.c.attempts == old.attempts,
        )

        def write(connection: Connection, _recorder: Recorder) -> Reply:
            if connection.execute(update(replies).where(*as_read).values(_values(new))).rowcount == 0:
                raise Conflict(f"The reply of task {old.task_id} has changed meanwhile.", hint="Look at it again.")
            return new

        return await self._database.write(write)

    async def newest_ends(self, webhook: str, *, limit: int) -> tuple[Reply, ...]:
        query = select(replies).where(replies.c.webhook == webhook, replies.c.state.in_(_DONE))
        rows = await all_rows(self._database, query.order_by(replies.c.changed_at.desc()).limit(limit))
        return tuple(_reply_of(row) for row in rows)


def _values(reply: Reply) -> dict[str, Any]:
    return {**dict(reply), "state": reply.state.value}


def _reply_of(row: RowMapping) -> Reply:
    return Reply.model_validate({name: row[name] for name in Reply.model_fields})
