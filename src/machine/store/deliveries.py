"""Deliveries of webhooks, stored together with the tasks that they start."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, select
from sqlalchemy.engine import Connection

from machine.domain.clock import Clock, utc_now
from machine.domain.errors import NotFound
from machine.domain.events import StoredEvent, WebhookReceived
from machine.domain.happening import DeliveryData
from machine.domain.triggering import TriggerState
from machine.domain.webhook import Delivery
from machine.ports import Accepted, DeliveryPage, Start
from machine.store.database import Database
from machine.store.event_log import encoded, feed_event
from machine.store.listing import cursor_of, id_in
from machine.store.prepared import PreparedInsert
from machine.store.tables import deliveries
from machine.store.trigger_states import forget_states, paused_states, resume_states
from machine.store.triggers import begin_all
from machine.store.writer import Recorder

_CURSOR_KIND: Final = "deliveries"
_WITHOUT_BODY: Final = tuple(column for column in deliveries.columns if column.name != "body")
_BY_KEY: Final = select(*_WITHOUT_BODY).where(
    deliveries.c.webhook == bindparam("of"), deliveries.c.provider_delivery_id == bindparam("key")
)
_INSERT: Final = PreparedInsert(deliveries)


class SqlDeliveryStore:
    """The port `DeliveryStore`, which says what each method promises."""

    def __init__(self, database: Database, *, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def accept(self, delivery: Delivery, starts: Sequence[Start], *, user_id: str) -> Accepted:
        at = self._clock()

        def write(connection: Connection, recorder: Recorder) -> Accepted:
            key = {"of": delivery.webhook, "key": delivery.provider_delivery_id}
            known = connection.execute(_BY_KEY, key).mappings().first()
            if known is not None:
                return Accepted(delivery=_delivery_of(known), is_new=False)
            begun = begin_all(connection, recorder, starts, at)
            settled = delivery.settled(begun.task_ids, begun.reasons)
            _INSERT.run(connection, _values(settled))
            told = WebhookReceived(data=DeliveryData.model_validate(settled.model_dump(mode="json", include=_TOLD)))
            kind, body = encoded(told)
            feed_event(connection, recorder, StoredEvent(type=kind, at=at, body=body, user_id=user_id))
            return Accepted(delivery=settled, is_new=True, replaced=begun.replaced)

        return await self._database.write(write)

    async def paused(self, webhook: str | None = None) -> tuple[TriggerState, ...]:
        return await self._database.read(lambda connection: paused_states(connection, webhook))

    async def resume(self, webhook: str) -> int:
        def write(connection: Connection, _recorder: Recorder) -> int:
            found = paused_states(connection, webhook)
            resume_states(connection, found)
            return len(found)

        return await self._database.write(write)

    async def forget(self, webhook: str) -> None:
        await self._database.write(lambda connection, _recorder: forget_states(connection, webhook))

    async def get(self, webhook: str, delivery_id: str) -> Delivery:
        query = select(deliveries).where(deliveries.c.webhook == webhook, deliveries.c.delivery_id == delivery_id)
        row = await self._database.read(lambda connection: connection.execute(query).mappings().first())
        if row is None:
            raise NotFound(f"There is no delivery {delivery_id} of the webhook {webhook}.", hint="List its deliveries.")
        return _delivery_of(row)

    async def list(self, webhook: str | None, *, limit: int, cursor: str | None = None) -> DeliveryPage:
        where: list[ColumnElement[bool]] = [] if webhook is None else [deliveries.c.webhook == webhook]
        if cursor is not None:
            where.append(deliveries.c.delivery_id < id_in(cursor, _CURSOR_KIND))
        query = select(*_WITHOUT_BODY).where(*where).order_by(deliveries.c.delivery_id.desc()).limit(limit + 1)
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        items = tuple(_delivery_of(row) for row in rows[:limit])
        after = cursor_of(items[-1].delivery_id, _CURSOR_KIND) if len(rows) > limit else None
        return DeliveryPage(items=items, next_cursor=after)

    async def prune(self, before: datetime, *, most: int = 500) -> int:
        old = select(deliveries.c.delivery_id).where(deliveries.c.received_at < before).limit(most)

        def write(connection: Connection, _recorder: Recorder) -> int:
            return connection.execute(delete(deliveries).where(deliveries.c.delivery_id.in_(old))).rowcount

        return await self._database.write(write)


_TOLD: Final = set(DeliveryData.model_fields)


def _values(delivery: Delivery) -> dict[str, Any]:
    plain = {name: getattr(delivery, name) for name in Delivery.model_fields}
    happening = delivery.happening and delivery.happening.model_dump(mode="json")
    return {**plain, "task_ids": list(delivery.task_ids), "happening": happening}


def _delivery_of(row: RowMapping) -> Delivery:
    return Delivery.model_validate({"body": b"", **row})
