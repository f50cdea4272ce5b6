"""Two people change the same definition: the second hears of it instead of undoing what the first has saved."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.api import Served, served

FORMS: dict[str, dict[str, Any]] = {
    "agents": {"name": "one", "description": "Reviews.", "instructions": "Read."},
    "skills": {"name": "one", "description": "Greets.", "instructions": "Say hello."},
    "webhooks": {"name": "one", "provider": "github", "secret": "a-secret-that-is-long-enough", "triggers": []},
    "schedules": {"name": "one", "cron": "@daily", "message": "Report."},
}


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def began(machine: Served, kind: str) -> str:
    """Make one, and its hash as an editor would know it."""
    made = await machine.admin.post(f"/api/{kind}", json=FORMS[kind])
    assert made.status_code == 201, made.text
    return str((await machine.admin.get(f"/api/{kind}/one")).json()["content_hash"])


async def change(machine: Served, kind: str, description: str, began_from: str | None = None) -> Any:
    form = {key: value for key, value in FORMS[kind].items() if key != "secret"} | {"description": description}
    query = {} if began_from is None else {"began_from": began_from}
    return await machine.admin.put(f"/api/{kind}/one", json=form, params=query)


async def description(machine: Served, kind: str) -> str:
    return str((await machine.admin.get(f"/api/{kind}/one")).json()["description"])


@pytest.mark.parametrize("kind", FORMS)
async def test_what_began_from_an_older_version_is_refused_and_changes_nothing(machine: Served, kind: str) -> None:
    old = await began(machine, kind)
    assert (await change(machine, kind, "First.", old)).status_code == 200
    refused = await change(machine, kind, "Second.", old)
    assert (refused.status_code, refused.json()["code"]) == (409, "changed_meanwhile")
    assert await description(machine, kind) == "First."
    newest = (await machine.admin.get(f"/api/{kind}/one")).json()["content_hash"]
    assert (await change(machine, kind, "Second.", newest)).status_code == 200
    assert await description(machine, kind) == "Second."


async def test_a_schedule_that_somebody_paused_is_not_set_going_again_unseen(machine: Served) -> None:
    old = await began(machine, "schedules")
    assert (await machine.admin.post("/api/schedules/one/pause")).status_code == 200
    assert (await change(machine, "schedules", "Reports.", old)).status_code == 409
    assert (await machine.admin.get("/api/schedules/one")).json()["paused"] is True


async def test_who_does_not_say_what_they_began_from_is_not_asked(machine: Served) -> None:
    await began(machine, "agents")
    assert (await change(machine, "agents", "First.")).status_code == 200
    assert (await change(machine, "agents", "Second.")).status_code == 200
    assert (await change(machine, "agents", "Third.", "sha1:1")).status_code == 422


async def test_of_two_who_save_at_once_from_the_same_version_one_is_refused(machine: Served) -> None:
    old = await began(machine, "agents")
    answers = await asyncio.gather(*(change(machine, "agents", f"{number}.", old) for number in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_change_of_what_was_deleted_and_comes_with_the_program_is_refused(machine: Served) -> None:
    form = {"name": "planning", "description": "Ours.", "instructions": "Plan."}
    assert (await machine.admin.put("/api/agents/planning", json=form)).status_code == 200
    ours = (await machine.admin.get("/api/agents/planning")).json()["content_hash"]
    assert (await machine.admin.delete("/api/agents/planning")).status_code == 204
    refused = await machine.admin.put("/api/agents/planning", json=form, params={"began_from": ours})
    assert refused.json()["code"] == "changed_meanwhile"
