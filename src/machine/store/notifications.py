"""Channels of notifications, and their notices, attended to one by one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, delete, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from machine.domain.errors import Conflict, NotFound
from machine.domain.notification import MAX_CHANNELS, Channel, Notice, NoticeState
from machine.store.database import Database
from machine.store.notices import values_of
from machine.store.notification_tables import channels, notices
from machine.store.small_tables import all_rows
from machine.store.writer import Recorder

_OPEN: Final = (NoticeState.DUE.value, NoticeState.SENDING.value)


class SqlNotificationStore:
    """The port `NotificationStore`, which says what each method promises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def channels(self) -> tuple[Channel, ...]:
        rows = await all_rows(self._database, select(channels).order_by(channels.c.name))
        return tuple(Channel.model_validate(dict(row)) for row in rows)

    async def add(self, channel: Channel) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            if connection.scalar(select(func.count()).select_from(channels)) == MAX_CHANNELS:
                raise Conflict(f"There are {MAX_CHANNELS} channels already.", hint="Delete one that nobody reads.")
            try:
                connection.execute(insert(channels).values(_values(channel)))
            except IntegrityError as error:
                hint = "Choose another name, or delete that one first."
                raise Conflict(f"There is a channel {channel.name} already.", hint=hint) from error

        await self._database.write(write)

    async def change(self, channel: Channel) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            statement = update(channels).where(channels.c.name == channel.name).values(_values(channel))
            if connection.execute(statement).rowcount == 0:
                raise no_channel(channel.name)

        await self._database.write(write)

    async def remove(self, name: str) -> None:
        def write(connection: Connection, _recorder: Recorder) -> None:
            connection.execute(delete(notices).where(notices.c.channel == name))
            if connection.execute(delete(channels).where(channels.c.name == name)).rowcount == 0:
                raise no_channel(name)

        await self._database.write(write)

    async def due(self, at: datetime) -> tuple[Notice, ...]:
        order = (notices.c.next_at, notices.c.notice_id)
        place = func.row_number().over(partition_by=notices.c.channel, order_by=order)
        waiting = select(notices, place.label("place")).where(notices.c.state.in_(_OPEN), notices.c.next_at <= at)
        first = waiting.subquery()
        rows = await all_rows(self._database, select(first).where(first.c.place == 1))
        return tuple(_notice_of(row) for row in rows)

    async def save(self, old: Notice, new: Notice) -> Notice:
        as_read = (
            notices.c.notice_id == old.notice_id,
            notices.c.state == old.state.value,
            notices.c.attempts == old.attempts,
        )

        def write(connection: Connection, _recorder: Recorder) -> Notice:
            if connection.execute(update(notices).where(*as_read).values(values_of(new))).rowcount == 0:
                raise Conflict(f"The notice {old.notice_id} has changed meanwhile.", hint="Look at it again.")
            return new

        return await self._database.write(write)

    async def newest(self) -> Mapping[str, Notice]:
        order = (notices.c.changed_at.desc(), notices.c.notice_id.desc())
        place = func.row_number().over(partition_by=notices.c.channel, order_by=order)
        all_of_them = select(notices, place.label("place")).subquery()
        rows = await all_rows(self._database, select(all_of_them).where(all_of_them.c.place == 1))
        return {row["channel"]: _notice_of(row) for row in rows}


def no_channel(name: str) -> NotFound:
    return NotFound(f"There is no channel {name}.", hint="List them to see which there are.")


def _values(channel: Channel) -> dict[str, Any]:
    return {**channel.model_dump(), "kind": channel.kind.value, "occasions": [one.value for one in channel.occasions]}


def _notice_of(row: RowMapping) -> Notice:
    return Notice.model_validate({name: row[name] for name in Notice.model_fields})
