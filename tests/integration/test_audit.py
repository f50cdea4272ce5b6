"""The audit log: nobody has to think of it, nothing in it is secret, and nobody changes it."""

import csv
import io
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.api import Served, person, resting_task, served

from machine.domain.clock import utc_now
from machine.domain.errors import StoreError
from machine.domain.principal import Role

PASSWORD = "correct horse battery"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def log(machine: Served, **which: str) -> list[dict[str, Any]]:
    answer = await machine.admin.get("/api/audit", params=which)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_who_did_what_and_how_it_ended_is_in_the_log_and_no_secret_is(machine: Served) -> None:
    body = {"name": "Ada", "role": "member", "password": PASSWORD}
    made = (await machine.admin.post("/api/users", json=body)).json()
    await machine.admin.post("/api/users", json=body)
    await machine.admin.put("/api/env/API_KEY", json={"value": "very-secret-value"})
    token = (await machine.admin.post("/api/tokens", json={"name": "ci", "scopes": ["read"]})).json()
    variable_set = await log(machine, action="variable.set")
    token_made = await log(machine, action="token.create")
    assert (variable_set[0]["object_id"], variable_set[0]["status"]) == ("API_KEY", 200)
    assert token_made[0]["summary"] == {"name": "ci", "scopes": ["read"]}
    assert token_made[0]["made_id"] == token["token_id"]
    refused, done = await log(machine, action="user.create")
    administrator = (await machine.admin.get("/api/auth/me")).json()
    assert (done["status"], done["made_id"], done["user_id"]) == (201, made["user_id"], administrator["user_id"])
    assert (done["via"], done["address"], done["summary"]) == ("token", "127.0.0.1", {"name": "Ada", "role": "member"})
    assert (refused["status"], refused["made_id"]) == (409, "")
    everything = json.dumps(await log(machine))
    for secret in (PASSWORD, "very-secret-value", token["token"], machine.token):
        assert secret not in everything


async def test_signing_in_is_in_the_log_by_each_way(machine: Served) -> None:
    await machine.browser()
    invitation = (await machine.admin.post("/api/invitations", json={"name": "Ada"})).json()
    body = {"secret": invitation["link"].partition("#")[2], "password": PASSWORD}
    await machine.client(**machine.origin).post("/api/auth/invite", json=body)
    await machine.client(**machine.origin).post("/api/auth/login", json={"name": "Ada", "password": PASSWORD})
    found = [(entry["action"], entry["user_name"]) for entry in await log(machine) if entry["via"] == "browser"]
    assert found == [("login.password", "Ada"), ("login.invitation", "Ada"), ("login.link", "administrator")]


async def test_what_is_asked_for_over_the_websocket_is_in_the_log_as_well(machine: Served) -> None:
    task = await resting_task(machine)
    async with machine.session() as talk:
        assert (await talk.asked(id=1, type="task.stop", task_id=task.task_id, mode="stop"))["type"] == "ack"
        await talk.asked(id=2, type="approval.answer", approval_id="approval_x", decision="allow")
    (stopped,) = await log(machine, action="task.stop")
    assert (stopped["object_id"], stopped["summary"], stopped["status"]) == (task.task_id, {"mode": "stop"}, 200)
    (answered,) = await log(machine, action="approval.answer")
    assert (answered["summary"], answered["status"]) == ({"decision": "allow", "remember": False}, 404)


async def test_pages_and_filters(machine: Served) -> None:
    user_id, token = await person(machine, Role.MEMBER)
    for n in range(3):
        await machine.client(token).patch(f"/api/users/{user_id}", json={"name": f"name {n}"})
    await machine.admin.delete("/api/env/NONE")
    assert [entry["summary"]["name"] for entry in await log(machine, actor=user_id)] == ["name 2", "name 1", "name 0"]
    assert await log(machine, since=utc_now().isoformat()) == []
    pages: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (
            await machine.admin.get("/api/audit", params={"limit": "2", **({"cursor": cursor} if cursor else {})})
        ).json()
        pages.append(len(page["items"]))
        cursor = page["next_cursor"]
    assert pages == [2, 2]
    assert (await machine.admin.get("/api/audit?cursor=x")).status_code == 400
    for since in ("yesterday", "0.5", "2026-11-03T09:00:00", "0001-01-01T00:00:00%2B14:00"):
        assert (await machine.admin.get(f"/api/audit?since={since}")).status_code == 422


async def test_what_can_be_asked_for_is_what_was_done_each_once(machine: Served) -> None:
    at_first = (await machine.admin.get("/api/audit/actions")).json()["items"]
    for _ in range(3):
        await machine.admin.delete("/api/env/NONE")
        await machine.admin.post("/api/invitations", json={})
    actions = (await machine.admin.get("/api/audit/actions")).json()["items"]
    assert actions == sorted({*at_first, "variable.delete", "invitation.create"})
    assert set(actions) == {entry["action"] for entry in await log(machine)}


async def test_exports_hold_all_of_it_and_no_formula(machine: Served) -> None:
    names = ["=1+1", "@SUM", " -2", "plain"]
    for name in names:
        await machine.admin.post("/api/tokens", json={"name": name})
        await machine.admin.delete(f"/api/env/{name}")
    lines = (await machine.admin.get("/api/audit/export?action=token.create")).text.splitlines()
    assert [json.loads(line)["summary"]["name"] for line in lines] == names[::-1]
    answer = await machine.admin.get("/api/audit/export?format=csv&action=variable.delete")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["object_id"] for row in rows] == ["plain", "' -2", "'@SUM", "'=1+1"]
    assert {row["status"] for row in rows} <= {"204", "404", "422"}


async def test_members_may_neither_read_nor_export_it(machine: Served) -> None:
    _, token = await person(machine, Role.MEMBER)
    for path in ("/api/audit", "/api/audit/actions", "/api/audit/export"):
        assert (await machine.client(token).get(path)).status_code == 403


async def test_the_database_refuses_to_change_or_delete_an_entry(machine: Served) -> None:
    await machine.admin.post("/api/invitations", json={})
    with sqlite3.connect(machine.room.api.settings.database_file, timeout=10) as database:
        for statement in (
            "UPDATE audit SET user_id = 'eve'",
            "DELETE FROM audit",
            "UPDATE audit_outcomes SET status = 200",
            "DELETE FROM audit_outcomes",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="only added to"):
                database.execute(statement)


async def test_an_act_that_a_crash_cuts_off_is_in_the_log_without_an_end(machine: Served) -> None:
    """Whatever happens after the entry was written cannot take it back: the change itself has not begun yet then."""
    administrator = (await machine.room.api.authenticator.authenticate(bearer=machine.token)).principal
    begun = machine.room.api.audit.recording(administrator, "agent.create", "x")
    await begun.__aenter__()
    (entry,) = await log(machine, action="agent.create")
    assert entry["status"] is None
    await begun.__aexit__(None, None, None)
    assert [entry["status"] for entry in await log(machine, action="agent.create")] == [200]


async def test_what_cannot_be_recorded_is_not_done_but_tasks_can_be_stopped(
    machine: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await resting_task(machine)
    with sqlite3.connect(machine.room.api.settings.database_file, timeout=10) as database:
        database.execute(
            "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'as if the disk were full'); END"
        )
    answer = await machine.admin.post("/api/users", json={"name": "Ada", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (503, StoreError.code)
    assert len((await machine.admin.get("/api/users")).json()["items"]) == 1
    stopped = await machine.admin.post(f"/api/tasks/{task.task_id}/stop")
    assert stopped.json()["status"] == "cancelled"
