"""Claude's login over HTTP and the command line: a daemon of its own, the real CLI, a scripted model."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.fault.hands import Machine
from tests.support.account_server import AccountServer
from tests.support.api import person, served
from tests.support.model import ScriptedModel

from machine.domain.principal import Role

SECRET = "an-access-token-that-nobody-may-see"


def login(**more: Any) -> dict[str, Any]:
    expires = int((time.time() + 3600) * 1000)
    section = {
        "accessToken": SECRET,
        "refreshToken": "a-refresh-token",
        "expiresAt": expires,
        "scopes": ["user:inference"],
    }
    return {"claudeAiOauth": {**section, "subscriptionType": "pro", **more}}


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """A daemon without a login."""
    async with AccountServer(tmp_path).serve() as account, ScriptedModel("All done.").serve() as url:
        found = Machine(tmp_path / "data", env={**account.environ, "ANTHROPIC_BASE_URL": url})
        yield await found.start()
        await found.close()


async def test_a_waiting_task_runs_once_a_good_login_is_uploaded(machine: Machine) -> None:
    task_id = await machine.submit("hello")
    async with asyncio.timeout(30):
        while (found := await machine.get("/api/credentials"))["state"] != "needs_login":
            await asyncio.sleep(0.1)
    assert "machine login upload" in found["hint"]
    assert found["details"]["file"] is False
    assert (await machine.task(task_id))["waits_for"] == found["message"]
    bad = await machine.client.post("/api/credentials/upload", json=login(refreshToken=""))
    assert (bad.status_code, bad.json()["code"]) == (422, "credentials_invalid")
    assert "refreshToken" in bad.json()["detail"]
    assert (await machine.task(task_id))["status"] == "queued"
    form = {"file": (".credentials.json", json.dumps(login()).encode())}
    taken = await machine.client.post("/api/credentials/upload", files=form, timeout=90)
    assert taken.status_code == 200, taken.text
    assert taken.json()["validation"]["outcome"] == "worked"
    assert (await machine.completed(task_id))["result"] == "All done."
    found = await machine.get("/api/credentials")
    assert (found["state"], found["subscription"], found["details"]["source"]) == ("ready", "pro", "file")
    assert found["last_ok"]
    assert SECRET not in json.dumps(found) + machine.daemon.log_text() + taken.text

    said = await asyncio.to_thread(machine.daemon.command, "login", "status")
    assert (said.returncode, "subscription  pro" in said.stdout) == (0, True), said
    tried = await asyncio.to_thread(machine.daemon.command, "login", "validate", "--json")
    assert json.loads(tried.stdout)["outcome"] == "worked", tried
    assert (await machine.client.post("/api/credentials/logout", json={})).status_code == 422
    out = await asyncio.to_thread(machine.daemon.command, "login", "logout", "--yes")
    assert out.returncode == 0, out.stderr
    assert (await machine.get("/api/credentials"))["state"] == "needs_login"


async def test_members_see_the_state_and_no_more_and_the_demo_has_no_login_to_change(tmp_path: Path) -> None:
    async with served(tmp_path / "data") as demo:
        _, token = await person(demo, Role.MEMBER)
        member, admin = demo.client(token), demo.admin
        found = (await member.get("/api/credentials")).json()
        assert found["details"] is None
        body = {"value": "a-key-of-a-member"}
        for answer in (
            await member.put("/api/credentials/api-key", json=body),
            await member.delete("/api/credentials/oauth-token"),
            await member.post("/api/credentials/upload", json=login()),
            await member.post("/api/credentials/validate"),
            await member.post("/api/credentials/login"),
            await member.post("/api/credentials/login/code", json={"code": "a#b"}),
            await member.post("/api/credentials/logout", json={"confirm": True}),
        ):
            assert answer.status_code == 403, answer.text
        for answer in (
            await admin.put("/api/credentials/api-key", json=body),
            await admin.post("/api/credentials/upload", json=login()),
            await admin.post("/api/credentials/validate"),
            await admin.post("/api/credentials/login"),
            await admin.post("/api/credentials/logout", json={"confirm": True}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert (await admin.delete("/api/credentials/api-key")).status_code == 404
        assert (await admin.post("/api/credentials/login/code", json={"code": "a#b"})).status_code == 409
        nothing = await admin.post("/api/credentials/upload", content=b"x", headers={"content-type": "image/png"})
        assert nothing.status_code == 415
