"""What is remembered of webhooks' triggers: read, written, and kept up as their tasks end."""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.engine import Connection

from machine.domain.task import Task, TaskSource
from machine.domain.triggering import TriggerState
from machine.store.tables import triggers

_HERE: Final = (triggers.c.webhook == bindparam("of"), triggers.c.trigger == bindparam("called"))
_READ: Final = select(triggers).where(*_HERE)
_UPDATE: Final = update(triggers).where(*_HERE)
_INSERT: Final = insert(triggers)

_log = logging.getLogger(__name__)


def read_state(connection: Connection, webhook: str, trigger: str, at: datetime) -> TriggerState:
    """What is stored; for a trigger that has never started anything, that."""
    row = connection.execute(_READ, {"of": webhook, "called": trigger}).mappings().first()
    return TriggerState(webhook=webhook, trigger=trigger, room_at=at) if row is None else TriggerState(**row)


def write_state(connection: Connection, state: TriggerState) -> None:
    """Store it in place of what there is."""
    values = state.model_dump()
    changed = connection.execute(_UPDATE, {"of": state.webhook, "called": state.trigger, **values})
    if changed.rowcount == 0:
        connection.execute(_INSERT, values)


def heed_end(connection: Connection, ended: Task, at: datetime) -> None:
    """Count what a webhook's task has come to, in the transaction that ends it."""
    about = ended.source_metadata
    webhook, trigger = about.get("webhook"), about.get("trigger_name")
    if ended.source is not TaskSource.WEBHOOK or not isinstance(webhook, str) or not isinstance(trigger, str):
        return
    before = read_state(connection, webhook, trigger, at)
    after = before.with_end(ended, at)
    if after == before:
        return
    write_state(connection, after)
    if after.paused_at is not None and before.paused_at is None:
        _log.warning("trigger %s of webhook %s is paused: %s", trigger, webhook, after.why)


def paused_states(connection: Connection, webhook: str | None) -> tuple[TriggerState, ...]:
    """Those that wait for a person, of one webhook or of all."""
    query = select(triggers).where(triggers.c.paused_at.is_not(None)).order_by(triggers.c.webhook, triggers.c.trigger)
    if webhook is not None:
        query = query.where(triggers.c.webhook == webhook)
    return tuple(TriggerState(**row) for row in connection.execute(query).mappings())


def resume_states(connection: Connection, states: Sequence[TriggerState]) -> None:
    """Let them start tasks again."""
    for state in states:
        write_state(connection, state.resumed())


def forget_states(connection: Connection, webhook: str) -> None:
    """Drop all that is remembered of a webhook's triggers."""
    connection.execute(delete(triggers).where(triggers.c.webhook == webhook))
