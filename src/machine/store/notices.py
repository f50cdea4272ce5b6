"""What is to be told of a change of a task, stored together with that change."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.engine import Connection

from machine.domain.ids import new_id
from machine.domain.notification import Notice, NoticeState, occasion_of
from machine.domain.task import Task
from machine.store.notification_tables import channels, notices

KEPT: Final = 100
"""Notices of each channel that are over; older ones go."""
_OVER: Final = (NoticeState.SENT.value, NoticeState.GIVEN_UP.value)


def ask_for_notices(connection: Connection, old: Task, new: Task, at: datetime) -> None:
    """Make due what the channels want to be told of this change."""
    occasion = occasion_of(old, new)
    if occasion is None:
        return
    found = connection.execute(select(channels.c.name, channels.c.occasions).where(channels.c.enabled)).all()
    for name in (row.name for row in found if occasion.value in row.occasions):
        times = {"next_at": at, "created_at": at, "changed_at": at}
        notice = Notice(notice_id=new_id("notice"), channel=name, task_id=new.task_id, occasion=occasion, **times)
        connection.execute(insert(notices).values(values_of(notice)))
        _prune(connection, name)


def values_of(notice: Notice) -> dict[str, Any]:
    return {**dict(notice), "state": notice.state.value, "occasion": notice.occasion.value}


def _prune(connection: Connection, channel: str) -> None:
    over = (notices.c.channel == channel, notices.c.state.in_(_OVER))
    newest = select(notices.c.changed_at).where(*over).order_by(notices.c.changed_at.desc())
    last_kept = newest.limit(1).offset(KEPT).scalar_subquery()
    connection.execute(delete(notices).where(*over, notices.c.changed_at <= last_kept))
