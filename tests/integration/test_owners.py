"""What starts by itself works as its owner, and starts nothing for who may start nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.test_webhooks import WEBHOOK, deliver, issue, signed, tasks_of
from tests.support.api import Served, person, served
from tests.support.model import ScriptedModel
from tests.support.workbench import workbench

from machine.domain.clock import utc_now
from machine.domain.principal import Principal, Role, User, Via
from machine.domain.schedule import RunOutcome, ScheduleForm
from machine.ports import UserChange, UserRow

SCHEDULE = {"name": "daily", "cron": "@daily", "message": "Look around.", "agent": "planning", "missed": "once"}
WHAT = {"webhook": ("/api/webhooks", WEBHOOK), "schedule": ("/api/schedules", SCHEDULE)}


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def made_by_another(machine: Served, kind: str) -> tuple[str, str]:
    """The address of a thing that another administrator has made, and their id."""
    user_id, token = await person(machine, Role.ADMINISTRATOR)
    path, form = WHAT[kind]
    answer = await machine.client(token).post(path, json=form)
    assert answer.status_code == 201, answer.text
    return f"{path}/{form['name']}", user_id


async def ruin(machine: Served, user_id: str, how: str) -> None:
    address = f"/api/users/{user_id}"
    changes: dict[str, dict[str, Any]] = {"disabled": {"disabled": True}, "a viewer": {"role": "viewer"}}
    if how == "deleted":
        answer = await machine.admin.delete(address)
    else:
        answer = await machine.admin.patch(address, json=changes[how])
    assert answer.status_code < 300, answer.text


@pytest.mark.parametrize("how", ["disabled", "deleted", "a viewer"])
async def test_a_webhook_of_somebody_who_may_start_nothing_starts_nothing(machine: Served, how: str) -> None:
    address, owner = await made_by_another(machine, "webhook")
    assert (await machine.admin.get(address)).json()["problem"] == ""
    await ruin(machine, owner, how)
    body = issue()
    answer = await deliver(machine, body, signed(body))
    assert answer.status_code == 200
    said = f"Its owner, {owner}, is not there (any more)" if how == "deleted" else f"Its owner is {how}"
    assert said in answer.json()["ignored"]
    assert await tasks_of(machine) == []
    (delivery,) = (await machine.admin.get(f"{address}/deliveries")).json()["items"]
    assert (delivery["outcome"], said in delivery["why"]) == ("ignored", True)
    (listed,) = (await machine.admin.get("/api/webhooks")).json()["items"]
    assert said in listed["problem"]
    assert "take it over" in listed["problem"]


async def test_a_webhook_that_was_taken_over_works_again_for_its_new_owner(machine: Served) -> None:
    address, owner = await made_by_another(machine, "webhook")
    await ruin(machine, owner, "disabled")
    body = issue()
    first = (await deliver(machine, body, signed(body))).json()
    given = await machine.admin.post(f"{address}/owner")
    assert given.status_code == 200, given.text
    me = (await machine.admin.get("/api/auth/me")).json()["user_id"]
    assert (given.json()["user_id"], given.json()["problem"]) == (me, "")
    assert (await deliver(machine, body, signed(body, delivery="d-2"))).status_code == 202
    replayed = await machine.admin.post(f"{address}/deliveries/{first['delivery_id']}/replay")
    assert replayed.status_code == 202, replayed.text
    assert {task.user_id for task in await tasks_of(machine)} == {me}


async def test_a_schedule_of_somebody_who_may_start_nothing_says_so_until_it_is_given_away(machine: Served) -> None:
    address, owner = await made_by_another(machine, "schedule")
    await ruin(machine, owner, "deleted")
    assert "is not there" in (await machine.admin.get(address)).json()["problem"]
    refused = await machine.admin.post(f"{address}/run")
    assert refused.status_code == 403
    assert "take it over" in refused.json()["hint"]
    heir, _ = await person(machine, Role.MEMBER)
    name = (await machine.admin.get(f"/api/users/{heir}")).json()["name"]
    given = await machine.admin.post(f"{address}/owner", json={"user": name})
    assert given.status_code == 200, given.text
    assert (given.json()["user_id"], given.json()["problem"]) == (heir, "")
    run = await machine.admin.post(f"{address}/run")
    assert (run.status_code, run.json()["user_id"]) == (201, heir)


async def test_a_time_that_comes_for_a_disabled_owner_is_refused_with_the_reason(tmp_path: Path) -> None:
    late = timedelta(0)
    async with workbench(tmp_path / "data", ScriptedModel(), clock=lambda: utc_now() + late) as machine:
        room = machine.room.api
        user = User(user_id="user_other", name="Other", role=Role.ADMINISTRATOR)
        await room.people.add_user(UserRow(**dict(user), created_at=utc_now()), "no hash")
        other = Principal(user=user, via=Via.INTERNAL, credential_id="test")
        await room.schedules.desk.create(ScheduleForm.model_validate(SCHEDULE), other)
        await room.schedules.scheduler.look()
        await room.people.change_user(user.user_id, UserChange(disabled=True), utc_now())
        late = timedelta(days=1)
        await room.schedules.scheduler.look()
        (run,) = (await room.schedules.store.runs("daily", limit=10)).items
        assert (run.outcome, run.task_id) == (RunOutcome.REFUSED, None)
        assert "is disabled" in run.why
        assert "take it over" in run.why


@pytest.mark.parametrize("kind", ["webhook", "schedule"])
async def test_only_to_somebody_who_may_start_tasks_and_only_by_an_administrator(machine: Served, kind: str) -> None:
    address, owner = await made_by_another(machine, kind)
    viewer, _ = await person(machine, Role.VIEWER)
    _, member = await person(machine, Role.MEMBER)
    for user, status in ((viewer, 403), ("nobody", 404)):
        answer = await machine.admin.post(f"{address}/owner", json={"user": user})
        assert answer.status_code == status, answer.text
    assert (await machine.client(member).post(f"{address}/owner")).status_code == 403
    assert (await machine.admin.get(address)).json()["user_id"] == owner
    await ruin(machine, owner, "disabled")
    assert (await machine.client(member).get(address)).json()["problem"] == ""
