"""Every route, asked by everybody: a viewer, a member, another member, an administrator, a stranger, and by tokens of
each scope. The table says who may; a route that is not in it fails the test.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from tests.support.api import Served, person, resting_task, served

from machine.api.public import is_public
from machine.api.rules import RULES, rule_of
from machine.domain.ids import new_id
from machine.domain.principal import Role, Scope
from machine.domain.session import Session
from machine.store.types import moment_text

V, M, A = "whoever is signed in", "members", "administrators"
READ, TASKS, ADMIN = Scope.READ, Scope.TASKS, Scope.ADMIN


@dataclass(frozen=True)
class May:
    """Who may, and how far a token has to reach. `kind`: of the object in the address, which is its owner's alone."""

    who: str
    scope: Scope
    kind: str = ""
    body: Any = None


def definitions(kind: str, *switches: str) -> dict[str, May]:
    path = f"/api/{kind}s"
    return {
        f"GET {path}": May(V, READ),
        f"GET {path}/{{name}}": May(V, READ),
        **{f"POST {path}{rest}": May(A, ADMIN) for rest in ("", "/preview", "/upload")},
        f"POST {path}/describe": May(M, ADMIN),  # asked with no wish; who may then is in test_dynamic_creation.py
        **{f"POST {path}/{{name}}/{what}": May(A, ADMIN) for what in (*switches, "revert")},
        f"GET {path}/{{name}}/export": May(A, ADMIN),
        f"PUT {path}/{{name}}": May(A, ADMIN),
        f"DELETE {path}/{{name}}": May(A, ADMIN),
    }


RIGHTS = {
    "GET /api/status": May(V, READ),
    "GET /api/machines": May(V, READ),
    "GET /api/machines/{machine_id}": May(V, READ),
    **{f"POST /api/machines/{{machine_id}}/{what}": May(A, ADMIN) for what in ("drain", "resume")},
    "GET /api/disk": May(A, ADMIN),
    "GET /api/backups": May(A, ADMIN),
    "POST /api/backups": May(A, ADMIN),
    "GET /api/backups/{name}/content": May(A, ADMIN),
    "DELETE /api/backups/{name}": May(A, ADMIN),
    "GET /metrics": May(A, Scope.METRICS),
    "POST /mcp": May(V, ADMIN),
    "GET /docs": May(V, READ),
    "GET /openapi.json": May(V, READ),
    "POST /api/chat": May(M, TASKS),
    "GET /api/chat": May(V, READ),
    "GET /api/chat/{conversation_id}": May(V, READ, "conversation"),
    "PATCH /api/chat/{conversation_id}": May(M, TASKS, "conversation", {"title": "Tea"}),
    "DELETE /api/chat/{conversation_id}": May(M, TASKS, "conversation"),
    "POST /api/attachments": May(M, TASKS),
    "GET /api/tasks": May(V, READ),
    "POST /api/tasks": May(M, TASKS),
    "GET /api/tasks/{task_id}": May(V, READ, "task"),
    "GET /api/tasks/{task_id}/events": May(V, READ, "task"),
    "GET /api/tasks/{task_id}/output": May(V, READ, "task"),
    "POST /api/tasks/{task_id}/stop": May(M, TASKS, "task", {}),
    "POST /api/tasks/{task_id}/input": May(M, TASKS, "task", {"message": "Go on."}),
    "POST /api/tasks/{task_id}/retry": May(M, TASKS, "task"),
    "GET /api/tasks/{task_id}/diff": May(V, READ, "task"),
    "GET /api/tasks/{task_id}/files": May(V, READ, "task"),
    "GET /api/tasks/{task_id}/files/content": May(V, READ, "task"),
    "POST /api/tasks/{task_id}/push": May(M, TASKS, "task"),
    "POST /api/tasks/{task_id}/reply": May(M, TASKS, "task"),
    "POST /api/tasks/{task_id}/routing": May(M, TASKS, "task", {"agent": "planning"}),
    "POST /api/tasks/{task_id}/approve-plan": May(M, TASKS, "task"),
    "POST /api/tasks/{task_id}/let-through": May(A, ADMIN),
    "GET /api/costs": May(V, READ),
    "GET /api/budgets": May(V, READ),
    "PUT /api/budgets/machine": May(A, ADMIN),
    "PUT /api/budgets/users/{user_id}": May(A, ADMIN),
    "PUT /api/budgets/agents/{name}": May(A, ADMIN),
    "GET /api/approvals": May(V, READ),
    "GET /api/approvals/{approval_id}": May(V, READ, "approval"),
    "POST /api/approvals/{approval_id}": May(M, TASKS, "approval", {"decision": "deny"}),
    **definitions("agent", "disable", "enable"),
    **definitions("skill", "disable", "enable"),
    **definitions("webhook", "disable", "enable"),
    "POST /api/webhooks/{name}/secret": May(A, ADMIN),
    "POST /api/webhooks/{name}/resume": May(A, ADMIN),
    "POST /api/webhooks/{name}/owner": May(A, ADMIN),
    "POST /api/webhooks/{name}/simulate": May(A, ADMIN),
    "GET /api/webhooks/{name}/deliveries": May(A, ADMIN),
    "GET /api/deliveries": May(A, ADMIN),
    "POST /api/webhooks/{name}/deliveries/{delivery_id}/replay": May(A, ADMIN),
    **definitions("schedule", "pause", "resume"),
    "POST /api/schedules/explain": May(M, ADMIN),
    "GET /api/schedules/{name}/runs": May(V, READ),
    **{f"POST /api/schedules/{{name}}/{what}": May(A, ADMIN) for what in ("run", "owner")},
    "GET /api/env": May(A, ADMIN),
    "POST /api/env": May(A, ADMIN),
    "PUT /api/env/{name}": May(A, ADMIN),
    "DELETE /api/env/{name}": May(A, ADMIN),
    "GET /api/notifications": May(A, ADMIN),
    "POST /api/notifications": May(
        A,
        ADMIN,
        body={"name": "x-ray", "kind": "slack", "url": "https://hooks.example.com/x", "occasions": ["failed"]},
    ),
    "PATCH /api/notifications/{name}": May(A, ADMIN, body={}),
    "DELETE /api/notifications/{name}": May(A, ADMIN),
    "POST /api/notifications/{name}/test": May(A, ADMIN),
    "GET /api/credentials": May(V, READ),
    **{f"POST /api/credentials/{what}": May(A, ADMIN) for what in ("validate", "upload", "logout", "login")},
    "POST /api/credentials/login/code": May(A, ADMIN),
    **{
        f"{how} /api/credentials/{what}": May(A, ADMIN)
        for how in ("PUT", "DELETE")
        for what in ("api-key", "oauth-token")
    },
    "GET /api/sessions": May(V, READ),
    "POST /api/sessions": May(V, READ),
    "GET /api/sessions/{session_id}": May(V, READ, "session"),
    "GET /api/logins": May(V, READ),
    "DELETE /api/logins/{login_id}": May(V, ADMIN, "login"),
    "GET /api/tokens": May(V, READ),
    "POST /api/tokens": May(M, TASKS),
    "DELETE /api/tokens/{token_id}": May(V, ADMIN, "token"),
    "GET /api/users": May(A, ADMIN),
    "POST /api/users": May(A, ADMIN, body={"name": "administrator", "password": "correct horse battery"}),
    "GET /api/users/{user_id}": May(V, READ, "user"),
    "PATCH /api/users/{user_id}": May(V, ADMIN, "user", {}),
    "DELETE /api/users/{user_id}": May(A, ADMIN),
    "GET /api/invitations": May(A, ADMIN),
    "POST /api/invitations": May(A, ADMIN, body={}),
    "DELETE /api/invitations/{invitation_id}": May(A, ADMIN),
    "GET /api/audit": May(A, ADMIN),
    "GET /api/audit/actions": May(A, ADMIN),
    "GET /api/audit/export": May(A, ADMIN),
    "GET /api/health": May(A, ADMIN),
    "PUT /api/auth/password": May(V, ADMIN, body={}),
    "GET /api/auth/me": May(V, READ),
    "POST /api/auth/logout": May(V, READ),
}


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


def routes(machine: Served) -> Iterator[tuple[str, str]]:
    """(method, path) of every route that wants a login; WebSockets are asked in test_api_security.py."""
    for route in iter_route_contexts(machine.app.routes):
        path = str(getattr(route, "path", ""))
        for method in getattr(route, "methods", None) or ():
            if not is_public(method, path.replace("{name:path}", "x")):
                yield method, path


async def made(machine: Served, kind: str, owner: str) -> str:
    """The id of a fresh object of `owner`'s."""
    room = machine.room.api
    if kind in ("user", ""):
        return owner if kind else "x"
    if kind == "token":
        return (await room.authenticator.new_token(owner, "an object"))[0].token_id
    if kind == "login":
        return (await room.authenticator.sign_in(owner, "a browser")).login.login_id
    if kind == "session":
        return await _session(machine, owner)
    task = await resting_task(machine, user_id=owner, with_brain=kind == "conversation")
    if kind == "conversation":
        return task.conversation_id
    return task.task_id if kind == "task" else _approval(machine, task.task_id, owner)


def address(path: str, object_id: str) -> str:
    """A path with the object in the first place of a name, `x` in others."""
    place, _, rest = path.partition("{")
    name, _, rest = rest.partition("}")
    given = place + (("x" if name == "name" else object_id) if name else "") + rest
    return address(given, "x") if "{" in given else given


async def asked(machine: Served, token: str | None, route: str, owner: str) -> tuple[int, str]:
    """(status, detail) of what the holder of `token` gets for an object of `owner`'s."""
    method, _, path = route.partition(" ")
    may = RIGHTS[route]
    object_id = await made(machine, may.kind, owner)
    body = ({} if may.body is None else may.body) if method in ("POST", "PUT", "PATCH") else None
    answer = await machine.client(token).request(method, address(path, object_id), json=body)
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    return answer.status_code, answer.json()["detail"] if is_problem else ""


async def test_each_route_does_for_each_person_what_the_table_says(machine: Served) -> None:
    found = {f"{method} {path}" for method, path in routes(machine)}
    assert found == set(RIGHTS), "a route that is new needs a line here, one that is gone needs none"
    viewer, viewer_token = await person(machine, Role.VIEWER)
    member, member_token = await person(machine, Role.MEMBER)
    _, other_token = await person(machine, Role.MEMBER)
    for route, may in RIGHTS.items():
        hidden = f"There is no {may.kind} "
        for who, token, owner, allowed in (
            ("a viewer", viewer_token, viewer, may.who == V),
            ("a member", member_token, member, may.who != A),
            ("an administrator", machine.token, member, True),
        ):
            status, detail = await asked(machine, token, route, owner)
            if allowed:
                assert status not in (401, 403, 500), f"{who} may {route}: {status} {detail}"
                assert not (may.kind and detail.startswith(hidden)), f"{who} sees what {route} is about"
            else:
                assert status == 403, f"{who} may not {route}: {status} {detail}"
        status, detail = await asked(machine, other_token, route, member)
        if may.kind:
            assert (status, detail.startswith(hidden)) == (404, True), f"{route} of another's: {status} {detail}"
        assert (await asked(machine, None, route, member))[0] == 401, route


@pytest.mark.timeout(300)  # every route, for every scope there is
async def test_each_route_wants_of_a_token_the_scope_that_the_table_says(machine: Served) -> None:
    owner = (await machine.room.api.people.local_administrator()).user_id
    reach = list(Scope)
    for scope in reach:
        _, token = await machine.room.api.authenticator.new_token(owner, scope, scopes=(scope,))
        for route, may in RIGHTS.items():
            status, detail = await asked(machine, token, route, owner)
            refused = status == 403 and "scopes" in detail
            assert refused == (reach.index(scope) < reach.index(may.scope)), f"{scope}: {route}: {status} {detail}"


async def test_a_route_that_nobody_thought_of_wants_everything_and_is_recorded(machine: Served) -> None:
    @machine.app.post("/api/new/{thing}")
    async def new(thing: str) -> str:
        return thing

    owner = (await machine.room.api.people.local_administrator()).user_id
    _, token = await machine.room.api.authenticator.new_token(owner, "t", scopes=(Scope.TASKS,))
    assert (await machine.client(token).post("/api/new/x")).status_code == 403
    assert (await machine.admin.post("/api/new/x")).status_code == 200
    newest = (await machine.admin.get("/api/audit?limit=1")).json()["items"][0]
    assert (newest["action"], newest["object_id"]) == ("POST (unlisted)", "/api/new/x")


async def test_each_route_that_changes_something_is_recorded_or_says_why_not(machine: Served) -> None:
    for method, path in routes(machine):
        rule, _ = rule_of(method, address(path, "x"))
        assert rule.path == path, f"{method} {path} has no rule of its own in machine.api.rules"
        assert bool(rule.action) != bool(rule.why), f"{method} {path}"
        assert method != "GET" or not rule.action or rule.action == "backup.download"  # all secrets leave with it
    assert {f"{rule.method} {rule.path}" for rule in RULES} == set(RIGHTS), "rules of routes that are gone"


async def _session(machine: Served, owner: str) -> str:
    at = machine.room.api.clock()
    session = Session(session_id=new_id("session"), user_id=owner, machine_id="machine-001", connected_at=at)
    await machine.room.api.people.add_session(session)
    return session.session_id


def _approval(machine: Served, task_id: str, owner: str) -> str:
    """Put into the table by hand: only a running agent asks."""
    approval_id = new_id("approval")
    columns = {
        "approval_id": approval_id,
        "task_id": task_id,
        "user_id": owner,
        "agent": "planning",
        "kind": "permission",
        "status": "pending",
        "applied": 0,
        "requested_at": moment_text(machine.room.api.clock()),
        "tool_name": "Bash",
        "fingerprint": "f",
        "title": "Run it",
        "input": "{}",
        "suggestions": "[]",
    }
    names = ", ".join(columns)
    values = ", ".join("?" * len(columns))
    with sqlite3.connect(machine.room.api.settings.database_file, timeout=10) as database:
        insert = f"INSERT INTO approvals ({names}) VALUES ({values})"  # noqa: S608 - names from right above
        database.execute(insert, tuple(columns.values()))
    return approval_id
