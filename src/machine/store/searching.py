"""Finding tasks by words of their titles and messages.

Every search looks at a bounded number of tasks, newest first, and says where it stopped: so one for something that is
nowhere costs no more than any other, and an index of words need be kept by nobody.
"""

from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.engine import Connection

from machine.store.tables import tasks

LOOKED_AT: Final = 20_000
"""Tasks that one page of a search looks at. It then may have fewer than were asked for, and a cursor all the same."""
MAX_WORDS: Final = 8


def words_in(text: str) -> tuple[str, ...]:
    """The words that all have to be there."""
    return tuple(dict.fromkeys(text.split()))[:MAX_WORDS]


def found_ids(
    connection: Connection, candidates: Select[tuple[str]], text: str, limit: int
) -> tuple[list[str], str | None]:
    """Of `candidates` (at most `LOOKED_AT` ids, newest first) those that hold the words, and after which id to go on;
    None when all there is was looked at."""
    looked = candidates.subquery()
    holds = [_holds(word) for word in words_in(text)]
    query = select(tasks.c.task_id).where(tasks.c.task_id.in_(select(looked.c.task_id)), *holds)
    found = list(connection.scalars(query.order_by(tasks.c.task_id.desc()).limit(limit + 1)))
    if len(found) > limit:
        return found[:limit], found[limit - 1]
    count, oldest = connection.execute(select(func.count(), func.min(looked.c.task_id))).one()
    return found, oldest if count == LOOKED_AT else None


def _holds(word: str) -> ColumnElement[bool]:
    """Large or small letters are the same; beyond ASCII, where SQLite does not know of them, in their usual forms."""
    forms = {word} if word.isascii() else {word, word.lower(), word.upper(), word.capitalize()}
    each = [
        column.icontains(form, autoescape=True) for column in (tasks.c.title, tasks.c.input_message) for form in forms
    ]
    return and_(or_(*each))
