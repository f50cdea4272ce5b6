"""What is wrong with a machine is said to its administrators: in `GET /api/status` and by `machine doctor`."""

import os
from pathlib import Path
from typing import Any

import pytest
from tests.integration.test_owners import made_by_another, ruin
from tests.support.api import Served, person, served

from machine.app import checks
from machine.claude.sandbox import probe
from machine.domain.agent import AgentForm
from machine.domain.machine_status import exposure
from machine.domain.principal import Principal, Role, User, Via
from machine.settings import read_settings

OFF = {"MACHINE_SANDBOX": "off", "PATH": os.environ["PATH"]}


async def warnings_of(machine: Served, token: str | None = None) -> dict[str, dict[str, Any]]:
    """By their code."""
    found = (await machine.client(token or machine.token).get("/api/status")).json()["warnings"]
    assert all(set(one) == {"code", "message", "hint", "about"} and one["message"] and one["hint"] for one in found)
    return {one["code"]: one for one in found}


async def test_that_nothing_keeps_agents_in_is_said_to_administrators_alone(tmp_path: Path) -> None:
    async with served(tmp_path / "data", environ=OFF) as machine:
        found = await warnings_of(machine)
        assert "An agent can read what the daemon can" in found["agents_not_kept_in"]["message"]
        assert "MACHINE_SANDBOX=off" in found["agents_not_kept_in"]["hint"]
        assert ("runs_as_root" in found) is (os.geteuid() == 0)
        _, member = await person(machine, Role.MEMBER)
        assert await warnings_of(machine, member) == {}


@pytest.mark.skipif(not probe("auto").active, reason="this computer has no working sandbox")
async def test_agents_that_are_let_out_of_the_sandbox_are_named(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        assert "agents_not_kept_in" not in await warnings_of(machine)
        assert "agents_outside_sandbox" not in await warnings_of(machine)
        form = {"name": "free", "description": "Does.", "instructions": "Do.", "profile": "trusted", "sandbox": False}
        row = await machine.room.api.people.local_administrator()
        user = User(user_id=row.user_id, name=row.name, role=row.role)
        by = Principal(user=user, via=Via.INTERNAL, credential_id="test")
        await machine.room.api.creator.create_agent(AgentForm.model_validate(form), by)
        assert (
            "Commands of free are not in the sandbox"
            in (await warnings_of(machine))["agents_outside_sandbox"]["message"]
        )


@pytest.mark.parametrize("kind", ["webhook", "schedule"])
async def test_what_starts_nothing_any_more_is_said_until_somebody_takes_it_over(tmp_path: Path, kind: str) -> None:
    async with served(tmp_path / "data") as machine:
        address, owner = await made_by_another(machine, kind)
        assert "starts_nothing" not in await warnings_of(machine)
        await ruin(machine, owner, "disabled")
        found = (await warnings_of(machine))["starts_nothing"]
        assert found["about"] == f"{kind}/{address.rpartition('/')[2]}"
        assert "is disabled" in found["message"]
        assert "take it over" in found["hint"]
        assert (await machine.admin.post(f"{address}/owner")).status_code == 200
        assert "starts_nothing" not in await warnings_of(machine)


def test_the_doctor_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    settings = read_settings(OFF, data_dir=tmp_path / "data")
    found = [*checks.user(settings), *checks.sandbox(settings)]
    expected = exposure(is_root=True, kept_in=False, why_not="It is switched off (MACHINE_SANDBOX=off).")
    warned = [(one.text, one.hint) for one in found if one.level == "warning"]
    assert warned == [(one.message, one.hint) for one in expected]


def test_where_nothing_is_wrong_nothing_is_said() -> None:
    assert exposure(is_root=False, kept_in=True) == ()
