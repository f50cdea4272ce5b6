"""The page of health: what `machine doctor` says, asked of the daemon."""

import asyncio
from pathlib import Path

from tests.support.api import person, served

from machine.domain.principal import Role


async def test_an_administrator_reads_what_doctor_says_and_others_may_not(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as machine:
        found = (await machine.admin.get("/api/health")).json()
        by_check = {one["check"]: one for one in found["checks"]}
        assert {"python", "data folder", "disk", "backup", "claude", "sandbox", "tools", "clock"} <= by_check.keys()
        assert {by_check[name]["level"] for name in ("daemon", "database", "login", "claude")} == {"ok"}
        assert found["ok"] == all(one["level"] != "problem" for one in found["checks"])
        _, token = await person(machine, Role.MEMBER)
        refused = await machine.client(token).get("/api/health")
        assert (refused.status_code, refused.json()["hint"]) == (403, "Ask an administrator.")


async def test_what_is_broken_is_named_with_its_remedy_and_many_who_ask_cause_one_look(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with served(folder) as machine:
        await asyncio.to_thread((folder / "run").chmod, 0o755)
        admin = machine.admin
        answers = await asyncio.gather(*(admin.get("/api/health") for _ in range(5)))
        assert len({answer.json()["at"] for answer in answers}) == 1
        found = answers[0].json()
        assert found["ok"] is False
        assert f"chmod 700 {folder / 'run'}" in [one["hint"] for one in found["checks"]]
