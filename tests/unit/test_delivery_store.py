"""Deliveries of webhooks in the store: with their tasks or not at all, and once."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.support.tasks import a_task, an_input

from machine.domain.errors import BadRequest, Conflict, NotFound
from machine.domain.events import StoredEvent
from machine.domain.happening import Happening
from machine.domain.ids import new_id
from machine.domain.task import TaskSource
from machine.domain.webhook import Delivery, DeliveryOutcome, ProviderName
from machine.domain.webhook_trigger import WhenBusy
from machine.ports import Accepted, DeliveryStore, Start, TaskFilter, TaskStore, Terms
from machine.store import opening
from machine.store.deliveries import SqlDeliveryStore
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 0, 0, 123456, tzinfo=UTC)


class Stores:
    def __init__(self, tasks: TaskStore, deliveries: DeliveryStore, told: list[StoredEvent]) -> None:
        self.tasks = tasks
        self.deliveries = deliveries
        self.told = told


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[Stores]:
    told: list[StoredEvent] = []
    database = await open_database(tmp_path / "db" / "machine.db", "0.1.0", on_committed=told.extend)
    tasks = SqlTaskStore(database, machine_id="machine-001", clock=lambda: NOW)
    yield Stores(tasks, SqlDeliveryStore(database, clock=lambda: NOW), told)
    await database.close()


def a_start() -> Start:
    task = a_task(source=TaskSource.WEBHOOK, created_at=NOW)
    terms = Terms(webhook="issues", trigger="#1", when_busy=WhenBusy.ENQUEUE, rate_per_minute=30)
    return Start(task=task, first_input=an_input(task), terms=terms)


def a_delivery(*starts: Start, **changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "delivery_id": new_id("delivery"),
        "webhook": "issues",
        "provider": ProviderName.GITHUB,
        "provider_delivery_id": str(uuid4()),
        "event": "issues.opened",
        "received_at": NOW,
        "headers": {"x-github-event": "issues"},
        "body": b'{"a": "\xff\x00"}',
        "outcome": DeliveryOutcome.ACCEPTED if starts else DeliveryOutcome.IGNORED,
        "task_ids": tuple(start.task.task_id for start in starts),
        "happening": Happening(provider="github", event="issues", title="It \ud800 breaks"),
    }
    return Delivery.model_validate({**values, **changes})


async def test_a_delivery_is_stored_with_its_tasks_their_inputs_and_events(stores: Stores) -> None:
    work = [a_start(), a_start()]
    delivery = a_delivery(*work)
    assert await stores.deliveries.accept(delivery, work, user_id="user_1") == Accepted(delivery=delivery, is_new=True)
    assert [(event.type, event.user_id) for event in stores.told] == [
        ("task.created", "user_1"),
        ("task.created", "user_1"),
        ("webhook.received", "user_1"),
    ]
    assert stores.told[-1].feed_seq is not None
    for start in work:
        assert (await stores.tasks.get(start.task.task_id)).last_seq == 1
        assert await stores.tasks.inputs(start.task.task_id, unsent_only=True) == (start.first_input,)
    assert await stores.deliveries.get("issues", delivery.delivery_id) == delivery
    again = await stores.deliveries.accept(delivery, [], user_id="user_1")
    assert again == Accepted(delivery=delivery.model_copy(update={"body": b""}), is_new=False)


async def test_the_same_delivery_again_stores_nothing_even_many_at_once(stores: Stores) -> None:
    async def once(_: int) -> Accepted:
        work = [a_start()]
        return await stores.deliveries.accept(
            a_delivery(*work, provider_delivery_id="the-same"), work, user_id="user_1"
        )

    answers = await asyncio.gather(*map(once, range(10)))
    assert sum(answer.is_new for answer in answers) == 1
    assert len({answer.delivery.delivery_id for answer in answers}) == 1
    assert len((await stores.tasks.list(TaskFilter(), limit=50)).items) == 1
    other = await stores.deliveries.accept(
        a_delivery(webhook="other", provider_delivery_id="the-same"), [], user_id="user_1"
    )
    assert other.is_new
    assert other.delivery.webhook == "other"


async def test_a_task_that_cannot_be_stored_takes_the_delivery_with_it(stores: Stores) -> None:
    taken = a_start()
    await stores.tasks.create(taken.task, taken.first_input)
    fresh = a_start()
    delivery = a_delivery(fresh, taken)
    with pytest.raises(Conflict):
        await stores.deliveries.accept(delivery, [fresh, taken], user_id="user_1")
    assert (await stores.deliveries.list("issues", limit=1)).items == ()
    with pytest.raises(NotFound):
        await stores.tasks.get(fresh.task.task_id)


async def test_pages_list_the_deliveries_of_one_webhook_newest_first_without_bodies(stores: Stores) -> None:
    made = [a_delivery() for _ in range(5)]
    for delivery in [*made, a_delivery(webhook="other")]:
        await stores.deliveries.accept(delivery, [], user_id="user_1")
    listed: list[Delivery] = []
    cursor = None
    for _ in range(3):
        page = await stores.deliveries.list("issues", limit=2, cursor=cursor)
        listed += page.items
        cursor = page.next_cursor
    assert cursor is None
    ids = sorted((delivery.delivery_id for delivery in made), reverse=True)
    assert [delivery.delivery_id for delivery in listed] == ids
    assert {delivery.body for delivery in listed} == {b""}
    with pytest.raises(BadRequest):
        await stores.deliveries.list("issues", limit=2, cursor="dGFza3M6dGFza18x")


async def test_what_came_in_last_through_all_webhooks_is_one_list(stores: Stores) -> None:
    made = [a_delivery(webhook=f"webhook-{number}") for number in range(15)]
    for delivery in made:
        await stores.deliveries.accept(delivery, [], user_id="user_1")
    names = [one.webhook for one in sorted(made, key=lambda one: one.delivery_id, reverse=True)]
    page = await stores.deliveries.list(None, limit=14)
    assert [one.webhook for one in page.items] == names[:14]
    (oldest,) = (await stores.deliveries.list(None, limit=14, cursor=page.next_cursor)).items
    assert oldest.webhook == names[14]


async def test_old_deliveries_are_pruned_and_their_tasks_stay(stores: Stores) -> None:
    work = [a_start()]
    old, new = a_delivery(*work, received_at=NOW - timedelta(days=31)), a_delivery()
    await stores.deliveries.accept(old, work, user_id="user_1")
    await stores.deliveries.accept(new, [], user_id="user_1")
    assert await stores.deliveries.prune(NOW - timedelta(days=30)) == 1
    with pytest.raises(NotFound):
        await stores.deliveries.get("issues", old.delivery_id)
    assert (await stores.deliveries.get("issues", new.delivery_id)).delivery_id == new.delivery_id
    assert (await stores.tasks.get(work[0].task.task_id)).source is TaskSource.WEBHOOK


async def test_a_delivery_of_another_webhook_is_not_found(stores: Stores) -> None:
    delivery = a_delivery()
    await stores.deliveries.accept(delivery, [], user_id="user_1")
    with pytest.raises(NotFound, match="other"):
        await stores.deliveries.get("other", delivery.delivery_id)


def test_a_database_of_the_first_form_gets_the_table_and_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "db" / "machine.db"
    with monkeypatch.context() as older:
        older.setattr(opening, "REVISIONS", ("0001",))
        opening.prepare(opening.backend_of(path), "0.1.0")
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute(
            "INSERT INTO users (user_id, name, role, created_at) "
            "VALUES ('user_1', 'a', 'member', '2026-11-03T09:00:00.000000Z')"
        )
        raw.commit()
    opening.prepare(opening.backend_of(path), "0.1.0")
    with contextlib.closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT user_id FROM users").fetchall() == [("user_1",)]
        assert raw.execute("SELECT count(*) FROM deliveries").fetchone() == (0,)
