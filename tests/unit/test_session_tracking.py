"""Whose a task is, and what it cost them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.domain.clock import utc_now
from machine.domain.errors import Forbidden, NotFound
from machine.domain.principal import Principal, Role, User, Via
from machine.domain.schedule import Schedule
from machine.domain.session import Session
from machine.domain.task import TaskSource
from machine.engine.intake import TaskRequest
from machine.engine.owners import Owners
from machine.engine.schedule_tasks import ScheduleTasks
from machine.ports import TaskFilter, UserChange, UserRow


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Workbench]:
    async with workbench(tmp_path / "data", ScriptedModel("Done.")) as bench:
        yield bench


def _member(name: str) -> Principal:
    user = User(user_id=f"user_{name}", name=name, role=Role.MEMBER)
    return Principal(user=user, via=Via.TOKEN, credential_id=f"token_{name}")


async def _session(bench: Workbench, principal: Principal) -> Session:
    session = Session(
        session_id=f"sess_{principal.user_id}",
        user_id=principal.user_id,
        machine_id=bench.settings.machine_id,
        connected_at=utc_now(),
    )
    await bench.room.api.people.add_session(session)
    return session


async def test_a_session_belongs_to_a_user(bench: Workbench) -> None:
    session = await _session(bench, bench.principal)
    assert (await bench.room.api.people.session(session.session_id)).user_id == bench.principal.user_id


async def test_a_task_belongs_to_the_session_that_made_it_and_its_cost_is_added_there(bench: Workbench) -> None:
    session = await _session(bench, bench.principal)
    task = await bench.submit("hello", session_id=session.session_id)
    assert task.task_id in (await bench.room.api.people.session(session.session_id)).active_tasks
    ended = await bench.ended(task)
    after = await bench.room.api.people.session(session.session_id)
    assert after.total_cost_usd == pytest.approx(ended.usage.cost_usd)
    assert after.total_cost_usd > 0
    assert after.active_tasks == ()


async def test_a_member_sees_own_tasks_an_administrator_all(bench: Workbench) -> None:
    task = await bench.submit("mine")
    stranger = _member("eve")
    assert bench.principal.sees("user_eve")
    assert not stranger.sees(task.user_id)
    with pytest.raises(NotFound):
        await bench.room.engine.intake.accept(
            TaskRequest(message="go on", conversation_id=task.conversation_id), stranger
        )
    await bench.ended(task)


async def test_costs_of_two_users_are_kept_apart(bench: Workbench) -> None:
    people = bench.room.api.people
    at = utc_now()
    other = UserRow(user_id="user_bob", name="bob", role=Role.MEMBER, created_at=at)
    await people.add_user(other, "no hash")
    bob = _member("bob")
    sessions = {who.user_id: await _session(bench, who) for who in (bench.principal, bob)}
    mine = await bench.submit("hello", session_id=sessions[bench.principal.user_id].session_id)
    request = TaskRequest(message="hello", source=TaskSource.API, session_id=sessions["user_bob"].session_id)
    tasks = [mine, *[await bench.room.engine.intake.accept(request, bob) for _ in range(2)]]
    ended = [await bench.ended(task) for task in tasks]
    costs = {
        user_id: (await people.session(session.session_id)).total_cost_usd for user_id, session in sessions.items()
    }
    assert costs["user_bob"] == pytest.approx(sum(task.usage.cost_usd for task in ended[1:]))
    assert costs[bench.principal.user_id] == pytest.approx(ended[0].usage.cost_usd)
    assert min(costs.values()) > 0
    assert {task.user_id for task in ended[1:]} == {"user_bob"}
    own = await bench.room.api.tasks.list(TaskFilter(user_id="user_bob"), limit=10)
    assert {task.task_id for task in own.items} == {task.task_id for task in tasks[1:]}


async def test_a_schedule_of_somebody_who_was_disabled_starts_nothing(bench: Workbench) -> None:
    people = bench.room.api.people
    await people.add_user(UserRow(user_id="user_bob", name="bob", role=Role.MEMBER, created_at=utc_now()), "no hash")
    await people.change_user("user_bob", UserChange(disabled=True), utc_now())
    new_tasks = bench.room.engine.intake._new_tasks
    schedule = Schedule(name="nightly", cron="0 3 * * *", message="go", user_id="user_bob")
    with pytest.raises(Forbidden, match="disabled"):
        await ScheduleTasks(new_tasks=new_tasks, owners=Owners(people)).of(schedule, utc_now(), {})
