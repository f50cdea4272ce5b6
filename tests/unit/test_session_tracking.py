"""Whose a task is, and what it cost them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.domain.clock import utc_now
from machine.domain.errors import NotFound
from machine.domain.principal import Principal, Role, User, Via
from machine.domain.session import Session
from machine.engine.intake import TaskRequest


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
