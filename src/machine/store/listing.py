"""Pages of tasks, newest first.

Ids sort by age, so a page is a range of one index, and a cursor is the last id of the page before.
"""

import base64
import binascii
import re
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.engine import Connection

from machine.domain.errors import BadRequest
from machine.ports import TaskFilter, TaskPage
from machine.store.rows import task_of
from machine.store.searching import LOOKED_AT, found_ids
from machine.store.tables import tasks

_CURSOR: Final = re.compile(r"([a-z]+):([!-~]{1,100})")


def cursor_of(object_id: str, kind: str = "tasks") -> str:
    return base64.urlsafe_b64encode(f"{kind}:{object_id}".encode()).decode().rstrip("=")


def task_id_in(cursor: str) -> str:
    """Raises BadRequest for a cursor that no page gave."""
    return id_in(cursor, "tasks")


def id_in(cursor: str, kind: str) -> str:
    """Raises BadRequest for a cursor that no page gave."""
    try:
        text = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if (match := _CURSOR.fullmatch(text)) is None or match[1] != kind:
        raise BadRequest("This cursor is not one that a list gave.", hint="Start again without a cursor.")
    return match[2]


def read_page(connection: Connection, which: TaskFilter, limit: int, before: str | None) -> TaskPage:
    """One page; one more row than asked for tells whether there is another."""
    if which.text.strip():
        return _found_page(connection, which, limit, before)
    query = select(tasks).where(tasks.c.task_id.in_(_ids(which, limit + 1, before)))
    rows = connection.execute(query.order_by(tasks.c.task_id.desc())).mappings().all()
    items = tuple(task_of(row) for row in rows[:limit])
    return TaskPage(items=items, next_cursor=cursor_of(items[-1].task_id) if len(rows) > limit else None)


def _found_page(connection: Connection, which: TaskFilter, limit: int, before: str | None) -> TaskPage:
    """A page of a search: it may have fewer tasks than asked for, and yet a cursor."""
    found, after = found_ids(connection, _ids(which, LOOKED_AT, before), which.text, limit)
    query = select(tasks).where(tasks.c.task_id.in_(found)).order_by(tasks.c.task_id.desc())
    items = tuple(task_of(row) for row in connection.execute(query).mappings())
    return TaskPage(items=items, next_cursor=cursor_of(after) if after else None)


def _ids(which: TaskFilter, count: int, before: str | None) -> Select[Any]:
    """The ids of the page.

    Several statuses are asked for one by one: each is a range of an index in the right order, all at once would be a
    scan of all tasks or a sort of them.
    """
    where = _conditions(which)
    if before is not None:
        where.append(tasks.c.task_id < before)
    newest = select(tasks.c.task_id).where(*where).order_by(tasks.c.task_id.desc()).limit(count)
    if not which.status:
        return newest
    each = [newest.where(tasks.c.status == status.value).subquery() for status in dict.fromkeys(which.status)]
    found = union_all(*(select(part.c.task_id) for part in each)).subquery()
    return select(found.c.task_id).order_by(found.c.task_id.desc()).limit(count)


def _conditions(which: TaskFilter) -> list[ColumnElement[bool]]:
    wanted = {
        "assigned_agent": which.agent,
        "source": which.source,
        "user_id": which.user_id,
        "conversation_id": which.conversation_id,
        "parent_task_id": which.parent_task_id,
        "machine_id": which.machine_id,
        # No index of its own: it is looked at row by row on the way through another, from the newest task on.
        "lane": which.lane,
    }
    return [tasks.c[name] == value for name, value in wanted.items() if value is not None]
