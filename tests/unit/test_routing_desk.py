"""Who asks the Brain for an agent: in a fleet the first machine that may, and never one that may not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.support.tasks import stored_task

from machine.domain.machine import NOWHERE, MachineReport
from machine.domain.task import QueueReason, Routing, Task
from machine.engine.brain_routing import Opinion
from machine.engine.live_tasks import LiveTasks
from machine.engine.outcome import Parked
from machine.engine.routing_desk import RoutingDesk
from machine.engine.slots import Slots
from machine.store.database import Database
from machine.store.machines import SqlMachineStore
from machine.store.opening import Place, open_database
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 0, 0, tzinfo=UTC)
REFUSED = Opinion(parked=Parked(reason=QueueReason.NOT_LOGGED_IN))


class Surroundings:
    """All that a desk asks of others, of one machine: each may keep it from asking the Brain."""

    def __init__(self) -> None:
        self.open = self.may_claim = True
        self.draining = False
        self.asked: list[str] = []
        self.opinion = Opinion(routing=Routing(decision="executor", reason="It is small."))

    async def route_message(self, task: Task) -> Opinion:
        self.asked.append(task.task_id)
        return self.opinion

    def heed(self, _parked: Parked) -> None:
        self.open = False

    def given_to(self, task: Task, routing: Routing) -> Task:
        return task.model_copy(update={"assigned_agent": routing.decision, "awaits_routing": False})

    def all(self) -> list[Any]:
        return []


class Desk:
    """The desk of one machine of a fleet."""

    def __init__(self, database: Database, name: str) -> None:
        self.around = Surroundings()
        around: Any = self.around
        self.store = SqlTaskStore(database, machine_id=name, clock=lambda: NOW, in_fleet=True)
        self.live = LiveTasks()
        self.desk = RoutingDesk(
            store=self.store,
            live=self.live,
            brain=around,
            new_tasks=around,
            gate=around,
            slots=Slots(around, work_slots=1),
            manager=around,
            membership=around,
            demo=False,
        )

    async def look(self) -> None:
        """To the end of what it begins."""
        await self.desk._look()
        for asking in list(self.live.asked.values()):
            await asking


@pytest.fixture
async def desks(place: Place) -> AsyncIterator[tuple[Desk, Desk]]:
    database = await open_database(place, "0.1.0", on_committed=lambda _events: None)
    report = MachineReport(slots=1, version="0.1.0")
    for name in ("one", "two"):
        await SqlMachineStore(database, lease_seconds=30).register(name, report)
    database.guard_writes(lambda _connection: None)
    yield Desk(database, "one"), Desk(database, "two")
    await database.close()


async def a_question(desk: Desk) -> Task:
    return await stored_task(desk.store, machine_id=NOWHERE, awaits_routing=True, created_at=NOW)


@pytest.mark.parametrize("shut", [{"open": False}, {"may_claim": False}, {"draining": True}])
async def test_a_machine_that_may_not_ask_the_brain_takes_up_nothing(
    desks: tuple[Desk, Desk], shut: dict[str, bool]
) -> None:
    one, two = desks
    task = await a_question(one)
    vars(one.around).update(shut)
    await one.look()
    assert (await one.store.get(task.task_id)).machine_id == NOWHERE
    await two.look()
    assert (await two.store.get(task.task_id)).assigned_agent == "executor"
    assert (one.around.asked, two.around.asked) == ([], [task.task_id])


async def test_what_was_taken_up_is_left_to_others_once_the_brain_cannot_be_asked(desks: tuple[Desk, Desk]) -> None:
    one, two = desks
    tasks = [await a_question(one) for _ in range(3)]
    one.around.opinion = REFUSED
    await one.look()
    await two.look()
    assert not two.around.asked, "they are another's, who is about to ask"
    await one.look()
    for _ in tasks:
        await two.look()
    assert {(await two.store.get(task.task_id)).assigned_agent for task in tasks} == {"executor"}


async def test_what_is_being_asked_about_is_not_left_to_others(desks: tuple[Desk, Desk]) -> None:
    one, _two = desks
    asked, other = await a_question(one), await a_question(one)
    assert await one.store.awaiting_routing(5) == (asked.task_id, other.task_id)
    assert await one.store.leave_routing(but=[asked.task_id]) == 1
    assert (await one.store.get(asked.task_id)).machine_id == "one"
    assert (await one.store.get(other.task_id)).machine_id == NOWHERE
    assert await one.store.leave_routing(but=[asked.task_id]) == 0
