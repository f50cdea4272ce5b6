"""Nothing answers without a login but what is on the short list; names, pages, bodies and rights are checked."""

import asyncio
import contextlib
import gzip
import json
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import websockets
from fastapi.routing import iter_route_contexts
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.api import Served, close_code, person, resting_task, served

from machine.api.origins import OwnNames
from machine.api.public import PAGES, is_public
from machine.api.strict_json import fault_of
from machine.domain.principal import Role
from machine.settings import read_settings

PUBLIC = {
    ("GET", "/"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/assets/{name:path}"),
    ("POST", "/webhooks/{name}"),
    ("POST", "/api/auth/login"),
    ("POST", "/api/auth/setup"),
    ("POST", "/api/auth/invite"),
} | {("GET", f"/{page}{depth}") for page in PAGES for depth in ("", "/{a}", "/{a}/{b}", "/{a}/{b}/{c}")}
"""Written out a second time on purpose: whoever opens a door has to do it in two places."""


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


def routes(machine: Served) -> Iterator[tuple[str, str]]:
    """(method or WEBSOCKET, path) of every route of the application."""
    for route in iter_route_contexts(machine.app.routes):
        path = getattr(route, "path_format", None) or getattr(route, "path", None)
        assert path is not None, f"a route without a path cannot be checked: {route}"
        for method in getattr(route, "methods", None) or ("WEBSOCKET",):
            yield method, str(getattr(route, "path", path))


def address(path: str) -> str:
    for name in (
        "task_id",
        "approval_id",
        "session_id",
        "login_id",
        "token_id",
        "user_id",
        "invitation_id",
        "a",
        "b",
        "c",
    ):
        path = path.replace(f"{{{name}}}", "x")
    return path.replace("{name:path}", "x.js")


# --- closed by default ----------------------------------------------------------------------------------------------


async def test_every_route_is_behind_a_login_or_on_the_public_list(machine: Served) -> None:
    """CVE-2026-22812, vibe-kanban #3034: routes without a login, or with one that was declared and never mounted."""
    found = set(routes(machine))
    assert {("GET", "/api/tasks"), ("POST", "/api/chat"), ("GET", "/docs"), ("WEBSOCKET", "/ws/{session_id}")} <= found
    client = machine.client(**machine.origin)
    for method, path in sorted(found):
        if method == "WEBSOCKET" or (method, path) in PUBLIC:
            continue
        for wrong in ({}, {"authorization": "Bearer mct_wrong"}, {"cookie": f"{machine.room.api.cookie_name}=wrong"}):
            answer = await client.request(method, address(path), headers=wrong)
            assert answer.status_code in (401, 429), f"{method} {path} answers {answer.status_code} without a login"
            assert answer.headers["content-type"] == "application/problem+json"
            machine.room.api.authenticator._attempts._buckets.clear()


async def test_every_websocket_wants_a_hello_with_a_valid_token(machine: Served) -> None:
    session_id = await machine.session_id()
    for method, path in routes(machine):
        if method != "WEBSOCKET":
            continue
        async with websockets.connect(
            f"ws://127.0.0.1:{machine.port}{path.replace('{session_id}', session_id)}", proxy=None
        ) as connection:
            await connection.send('{"type":"hello","token":"mct_wrong"}')
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await connection.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401


async def test_a_route_that_somebody_adds_without_thinking_is_closed(machine: Served) -> None:
    @machine.app.get("/api/new")
    @machine.app.get("/debug")
    async def new() -> str:
        return "open"

    for path in ("/api/new", "/debug"):
        assert (await machine.client().get(path)).status_code == 401


async def test_what_is_not_there_is_not_told_apart_without_a_login(machine: Served) -> None:
    answers = [await machine.client().get(path) for path in ("/api/nothing", "/api/tasks", "/nothing", "/mcp")]
    assert {answer.status_code for answer in answers} == {401}


@pytest.mark.parametrize(
    "path", ["/api/auth/login/", "/api/auth/login/x", "//api/tasks", "/healthz/../api/tasks", "/API/tasks"]
)
async def test_paths_that_look_public_are_not(machine: Served, path: str) -> None:
    assert not is_public("GET", path)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    assert b" 401 " in (await raw(machine, head.encode())).split(b"\r\n")[0]


async def test_public_pages_hold_nothing_of_the_machine(machine: Served) -> None:
    task = await resting_task(machine, message="the secret wish")
    for path in ("/", "/login", "/tasks", f"/tasks/{task.task_id}"):
        answer = await machine.client().get(path)
        assert answer.status_code == 200
        assert "secret wish" not in answer.text
        assert "machine login-link" in answer.text


# --- Host and Origin ------------------------------------------------------------------------------------------------


ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - sent as a name, not bound to
FOREIGN_HOSTS = (
    "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example",
    ANY_ADDRESS, "", "a b", "[::1", "127.0.0.1:x", "127.0.0.1,evil",
)  # fmt: skip


async def test_a_foreign_host_is_refused_with_a_valid_token_too(machine: Served) -> None:
    """CVE-2025-59956: DNS rebinding."""
    for host in FOREIGN_HOSTS:
        signed = f"Authorization: Bearer {machine.token}\r\nConnection: close\r\n\r\n"
        for head in (f"GET /api/tasks HTTP/1.1\r\nHost: {host}\r\n", f"GET / HTTP/1.1\r\nHost: {host}\r\n"):
            answer = await raw(machine, (head + signed).encode())
            assert answer.split(b" ")[1] in (b"403", b"400"), host


async def test_two_hosts_are_refused(machine: Served) -> None:
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{machine.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert (await raw(machine, head.encode())).split(b" ")[1] in (b"403", b"400")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:1", "LOCALHOST", "localhost.", "[::1]:9"])
async def test_own_names_are_let_in_with_any_port(machine: Served, host: str) -> None:
    answer = await machine.client(machine.token, host=host).get("/api/tasks")
    assert answer.status_code == 200


async def test_health_answers_under_any_name(machine: Served) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await machine.client(host="10.0.0.7").get(path)
        assert answer.status_code == 200
        assert answer.json() == {"status": "ok", "version": machine.room.api.version, "machine_id": "machine-001"}


def test_names_come_from_the_settings() -> None:
    given = {"host": ANY_ADDRESS, "public_url": "https://Box.example:8443/x", "allowed_hosts": "box.lan, [fd00::1]:80"}
    names = OwnNames(read_settings({}, **given))
    assert all(names.knows(host) for host in ("box.example", "box.example:1", "box.lan", "[fd00::1]", "127.0.0.1"))
    assert not any(names.knows(host) for host in (ANY_ADDRESS, f"{ANY_ADDRESS}:8080", None, "", "example", "lan"))
    assert names.is_own_page("https://box.example:8443", "box.example:8443")
    assert names.is_own_page("https://box.lan", "box.lan"), "TLS that ends at a proxy"
    assert not names.is_own_page("http://box.example:8443", "box.example:8443"), "PUBLIC_URL says https"
    assert not names.is_own_page("http://127.0.0.1:3000", "127.0.0.1:8080")
    assert not names.is_own_page("null", "127.0.0.1:8080")


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost", "file://", ""]
)
async def test_a_foreign_page_can_change_nothing_even_with_the_cookie_or_a_token(machine: Served, origin: str) -> None:
    browser = await machine.browser()
    for client in (browser, machine.admin):
        answer = await client.post("/api/sessions", headers={"origin": origin})
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")


async def test_a_browser_s_cookie_without_an_origin_changes_nothing(machine: Served) -> None:
    browser = await machine.browser()
    del browser.headers["origin"]
    assert (await browser.get("/api/tasks")).status_code == 200
    answer = await browser.post("/api/sessions")
    assert (answer.status_code, answer.json()["code"]) == (403, "origin_missing")
    assert (await machine.admin.post("/api/sessions")).status_code == 201


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"host": "evil.example"}])
async def test_a_foreign_page_gets_no_websocket(machine: Served, headers: dict[str, str]) -> None:
    session_id = await machine.session_id()
    head = {"Host": f"127.0.0.1:{machine.port}", "Upgrade": "websocket", "Connection": "Upgrade"}
    head |= {
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "x3JJHMbDL1EzLkh9GBhXDw==",
        "Authorization": f"Bearer {machine.token}",
    }
    lines = "".join(
        f"{name}: {value}\r\n"
        for name, value in (head | {key.title(): value for key, value in headers.items()}).items()
    )
    answer = await raw(machine, f"GET /ws/{session_id} HTTP/1.1\r\n{lines}\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 403")
    assert b"_not_allowed" in answer


async def test_a_cookie_without_origin_opens_no_websocket(machine: Served) -> None:
    browser = await machine.browser()
    session_id = await machine.session_id(browser)
    cookie = f"{machine.room.api.cookie_name}={browser.cookies[machine.room.api.cookie_name]}"
    with pytest.raises(websockets.InvalidStatus) as refused:
        await machine.socket(session_id, additional_headers={"cookie": cookie})
    assert refused.value.response.status_code == 403
    async with machine.socket(session_id, additional_headers={"cookie": cookie}, origin=machine.url) as connection:
        assert json.loads(await connection.recv())["type"] == "session.ready"


# --- logins and tokens ----------------------------------------------------------------------------------------------


async def test_only_the_click_uses_a_link_up_and_it_works_once(machine: Served) -> None:
    link = await machine.room.api.authenticator.new_link(machine.url)
    assert link.startswith(f"{machine.url}/login#")
    secret = link.partition("#")[2]
    client = machine.client(**machine.origin)
    for _ in range(3):
        assert (await client.get("/login")).status_code == 200
    answer = await client.post("/api/auth/login", json={"secret": secret})
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await client.get("/api/auth/me")).json()["role"] == "administrator"
    again = await machine.client(**machine.origin).post("/api/auth/login", json={"secret": secret})
    assert (again.status_code, again.json()["code"]) == (401, "not_signed_in")
    assert "login-link" in again.json()["hint"]


async def test_signing_out_ends_the_login_at_once(machine: Served) -> None:
    browser = await machine.browser()
    name = machine.room.api.cookie_name
    secret = browser.cookies[name]
    assert (await browser.post("/api/auth/logout")).status_code == 204
    assert (await machine.client(cookie=f"{name}={secret}").get("/api/tasks")).status_code == 401


async def test_secrets_are_stored_as_hashes_only(machine: Served) -> None:
    browser = await machine.browser()
    secrets = [machine.token, browser.cookies[machine.room.api.cookie_name]]
    files = [path.read_bytes() for path in (machine.room.api.settings.data_dir / "db").iterdir() if path.is_file()]
    assert all(secret.encode() not in content for secret in secrets for content in files)


async def test_a_token_is_good_until_it_is_revoked(machine: Served) -> None:
    made = (await machine.admin.post("/api/tokens", json={"name": "ci", "expires_in_days": 1})).json()
    assert made["token"].startswith("mct_")
    client = machine.client(made["token"])
    assert (await client.get("/api/tasks")).status_code == 200
    listed = (await machine.admin.get("/api/tokens")).json()["items"]
    assert made["token_id"] in {token["token_id"] for token in listed}
    assert all("token" not in token for token in listed)
    assert (await machine.admin.delete(f"/api/tokens/{made['token_id']}")).status_code == 204
    assert (await client.get("/api/tasks")).status_code == 401


async def test_wrong_secrets_are_slowed_down_and_the_owner_is_not_locked_out(machine: Served) -> None:
    client = machine.client(machine.token)
    assert (await client.get("/api/tasks")).status_code == 200
    stranger, codes = machine.client(), []
    for n in range(300):
        codes.append((await stranger.get("/api/tasks", headers={"authorization": f"Bearer mct_{n}"})).status_code)
        if codes[-1] == 429:
            break
    assert set(codes) == {401, 429}
    assert len(codes) > 50
    assert (await client.get("/api/tasks")).status_code == 200


async def test_a_token_in_the_address_counts_for_nothing(machine: Served) -> None:
    """OpenClaw CVE-2026-25253."""
    for name in ("token", "access_token", "key"):
        assert (await machine.client().get(f"/api/tasks?{name}={machine.token}")).status_code == 401


# --- rights ---------------------------------------------------------------------------------------------------------


async def test_what_is_another_s_does_not_exist(machine: Served) -> None:
    _, token = await person(machine, Role.MEMBER)
    theirs = machine.client(token)
    task = await resting_task(machine)
    session_id = await machine.session_id()
    real = f"/api/tasks/{task.task_id}"
    for method, path in (
        ("GET", real), ("GET", f"{real}/events"), ("GET", f"{real}/output"), ("POST", f"{real}/stop"),
        ("POST", f"{real}/retry"), ("GET", f"/api/sessions/{session_id}"),
    ):  # fmt: skip
        answer = await theirs.request(method, path)
        missing = await theirs.request(
            method, path.replace(task.task_id, "task_none").replace(session_id, "session_none")
        )
        assert (answer.status_code, missing.status_code) == (404, 404)
        assert set(answer.json()) == set(missing.json())
        assert answer.json()["detail"].split()[:4] == missing.json()["detail"].split()[:4]
    assert (await theirs.get("/api/tasks")).json()["items"] == []
    assert (await theirs.get("/api/sessions")).json()["items"] == []
    tokens = (await theirs.get("/api/tokens")).json()["items"]
    assert [found["name"] for found in tokens] == ["theirs"]
    for path in ("tokens", "logins"):
        others = (await machine.admin.get(f"/api/{path}")).json()["items"]
        for other in others:
            key = other.get("token_id") or other["login_id"]
            if key not in {found["token_id"] for found in tokens}:
                assert (await theirs.delete(f"/api/{path}/{key}")).status_code == 404
    answer = await theirs.post("/api/chat", json={"message": "hi", "conversation_id": task.conversation_id})
    assert answer.status_code == 404
    answer = await theirs.post("/api/tasks", json={"message": "hi", "session_id": session_id})
    assert answer.status_code == 404


async def test_a_foreign_session_s_websocket_closes_with_4403(machine: Served) -> None:
    _, token = await person(machine, Role.MEMBER)
    for session_id in (await machine.session_id(), "session_none", "%00"):
        async with machine.socket(session_id) as connection:
            await connection.send(json.dumps({"type": "hello", "token": token}))
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await connection.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4403


async def test_a_viewer_looks_and_changes_nothing(machine: Served) -> None:
    user_id, token = await person(machine, Role.VIEWER)
    viewer = machine.client(token)
    task = await resting_task(machine, user_id=user_id)
    assert (await viewer.get(f"/api/tasks/{task.task_id}")).status_code == 200
    for method, path in sorted(set(routes(machine))):
        if method in ("GET", "WEBSOCKET") or (method, path) in PUBLIC or path in ("/api/sessions", "/api/auth/logout"):
            continue
        if path == "/mcp":
            continue  # by it they look, too; that they cannot write is asked in test_mcp
        if method == "DELETE" and path.startswith(("/api/logins", "/api/tokens")):
            continue
        if path in ("/api/users/{user_id}", "/api/auth/password") and method != "DELETE":
            continue  # about themselves; test_people.py asks about that
        answer = await viewer.request(method, address(path).replace("/x", f"/{task.task_id}"), json={})
        assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
    async with machine.session(token=token) as talk:
        assert (await talk.asked(id=1, type="subscribe", task_id=task.task_id))["type"] == "ack"
        said = await talk.asked(id=2, type="task.stop", task_id=task.task_id)
        assert (said["type"], said["code"]) == ("error", "forbidden")


async def test_revoking_a_token_or_a_login_closes_its_connections(machine: Served) -> None:
    made = (await machine.admin.post("/api/tokens", json={"name": "ci"})).json()
    browser = await machine.browser()
    login = next(found for found in (await browser.get("/api/logins")).json()["items"] if found["current"])
    cookie = f"{machine.room.api.cookie_name}={browser.cookies[machine.room.api.cookie_name]}"
    session_id = await machine.session_id(browser)
    async with (
        machine.session(token=made["token"]) as talk,
        machine.socket(session_id, additional_headers={"cookie": cookie}, origin=machine.url) as page,
    ):
        assert json.loads(await page.recv())["type"] == "session.ready"
        await machine.admin.delete(f"/api/tokens/{made['token_id']}")
        await machine.admin.delete(f"/api/logins/{login['login_id']}")
        for connection in (talk.connection, page):
            assert await close_code(connection, within_seconds=1) == 4401


# --- bodies ---------------------------------------------------------------------------------------------------------


async def test_a_body_that_is_announced_too_large_is_refused_before_it_is_sent(machine: Served) -> None:
    head = (
        f"POST /api/tasks HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {machine.token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 10737418240\r\n\r\n{"
    )
    assert (await raw(machine, head.encode(), until=b"}")).startswith(b"HTTP/1.1 413")


async def test_a_large_body_gets_413_with_a_length_and_without(machine: Served) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b" " * 65536

    for content in (b" " * 10_485_760, pieces()):
        answer = await machine.admin.post("/api/tasks", content=content, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert (await machine.admin.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
async def test_json_has_to_say_that_it_is_json(machine: Served, kind: str) -> None:
    """n8n CVE-2026-21858: content-type confusion."""
    answer = await machine.admin.post("/api/tasks", content=b'{"message":"hi"}', headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


BAD_BODIES = [
    b"", b"{", b"null", b"[]", b'"x"', b"{}", b'{"message":1}', b'{"message":""}', b'{"message":" \\n"}',
    b'{"message":null}', b'{"message":"a\\u0000b"}', b'{"message":"\\ud800"}', b'{"message":"\xff"}', b"\xff\xfe",
    b"\xef\xbb\xbf{}", b"[" * 100_000, b'{"a":' * 50_000, b'{"message":"x","priority":' + b"9" * 5000 + b"}",
    b'{"message":"x","priority":99999999999999999999}', b'{"message":"x","priority":1e400}',
    b'{"message":"x","timeout_seconds":NaN}', b'{"message":"x","timeout_seconds":-1}',
    b'{"message":"x","max_budget_usd":Infinity}', b'{"message":"x","unknown":1}', b'{"message":"x","agent":""}',
    b'{"message":"x","agent":"../../etc"}', b'{"message":"x","parent_task_id":"a/b"}',
    b'{"message":"x","parent_task_id":"task_none"}', b'{"message":"x","conversation_id":"' + b"x" * 5000 + b'"}',
]  # fmt: skip


async def test_a_bad_body_is_a_clear_4xx(machine: Served) -> None:
    for body in BAD_BODIES:
        answer = await machine.admin.post("/api/tasks", content=body, headers={"content-type": "application/json"})
        assert 400 <= answer.status_code < 500, (body[:80], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        told = answer.json()
        assert {"type", "title", "status", "detail", "code", "hint"} <= set(told)
        assert told["status"] == answer.status_code


JSON: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "message",
    "agent",
    "title",
    "priority",
    "mode",
    "secret",
    "name",
    "decision",
    "input",
    "answers",
    "status",
    "id",
]


async def test_no_json_whatever_it_holds_ends_in_a_500(machine: Served) -> None:
    task = await resting_task(machine)
    client, browser = machine.admin, machine.client(**machine.origin)
    loop = asyncio.get_running_loop()
    paths = [
        "/api/tasks",
        "/api/chat",
        "/api/tokens",
        f"/api/tasks/{task.task_id}/stop",
        "/api/approvals/x",
        "/api/auth/login",
    ]

    async def send(path: str, body: object, query: str) -> int:
        sender = browser if path == "/api/auth/login" else client
        content = json.dumps(body).encode() if not isinstance(body, bytes) else body
        answer = await sender.post(path, content=content, headers={"content-type": "application/json"})
        if query:
            listed = await client.get("/api/tasks", params={"cursor": query, "agent": query, "status": query})
            assert listed.status_code in (200, 400, 422), listed.text
        return answer.status_code

    @settings(max_examples=120, deadline=None)
    @given(
        st.sampled_from(paths),
        st.binary() | JSON | st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4),
        st.text(max_size=20),
    )
    def check(path: str, body: object, query: str) -> None:
        with contextlib.suppress(UnicodeEncodeError):
            query.encode()
            status = asyncio.run_coroutine_threadsafe(send(path, body, query), loop).result(30)
            assert status < 500, (path, body)

    machine.room.engine.manager.stop_claiming()
    await asyncio.to_thread(check)


@given(JSON)
def test_what_passes_the_check_can_be_written_anywhere(value: object) -> None:
    text = json.dumps(value)
    if fault_of(value) is None:
        assert "\\u0000" not in text.replace("\\\\", "")


@pytest.mark.parametrize(
    "path",
    [
        "/api/tasks/%00",
        "/api/tasks/..%2f..%2fetc",
        "/api/tasks/" + "x" * 5000,
        "/api/approvals/%ff",
        "/api/tasks/a%20b",
    ],
)
async def test_an_id_that_is_none_is_a_404(machine: Served, path: str) -> None:
    assert (await machine.admin.get(path)).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=99999999999999999999999", "cursor=%00", "status=none", "agent=%00"],
)
async def test_a_bad_query_is_a_4xx(machine: Served, query: str) -> None:
    assert (await machine.admin.get(f"/api/tasks?{query}")).status_code in (400, 422)


# --- what every response says ---------------------------------------------------------------------------------------


async def test_every_response_carries_its_headers(machine: Served) -> None:
    stranger, admin = machine.client(), machine.admin
    answers = [await stranger.get("/"), await stranger.get("/api/tasks"), await admin.get("/docs")]
    answers += [await admin.get("/api/tasks"), await machine.client(host="evil.example").get("/")]
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "access-control-allow-origin" not in answer.headers
        assert len(answer.headers["x-request-id"]) > 20


async def test_each_page_has_a_nonce_of_its_own_and_nothing_from_elsewhere(machine: Served) -> None:
    pages = [await machine.client().get("/login") for _ in range(2)]
    policies = [page.headers["content-security-policy"] for page in pages]
    assert policies[0] != policies[1]
    for page, policy in zip(pages, policies, strict=True):
        nonce = policy.partition("'nonce-")[2].partition("'")[0]
        assert page.text.count(f'nonce="{nonce}"') == 2
        assert "__CSP_NONCE__" not in page.text
        assert "http://" not in page.text
        assert "https://" not in page.text
    docs = await machine.admin.get("/docs")
    assert "<script" not in docs.text
    assert "/api/tasks/{task_id}/stop" in docs.text


async def test_where_nothing_is_a_person_sees_a_page_and_a_program_a_problem(machine: Served) -> None:
    stranger, admin = machine.client(), machine.admin
    visit = {"accept": "text/html,application/xhtml+xml"}
    page = await admin.get("/nonsense", headers=visit)
    assert page.status_code == 404
    assert page.text.startswith("<!doctype html>")
    assert "__CSP_NONCE__" not in page.text
    for path, headers in (("/nonsense", {}), ("/api/nonsense", visit)):
        assert (await admin.get(path, headers=headers)).json()["code"] == "not_found"
        assert (await stranger.get(path, headers=headers)).json()["code"] == "not_signed_in"
    assert (await admin.post("/nonsense", headers=visit)).json()["code"] == "not_found"
    for path in ("/nonsense", "/docs"):
        refused = await stranger.get(path, headers=visit)
        assert (refused.status_code, refused.headers["location"]) == (303, "/login")


async def test_the_built_dashboard_is_served_with_its_nonce_and_its_assets_for_ever(
    machine: Served, tmp_path: Path
) -> None:
    assets = tmp_path / "dashboard" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-abc.js").write_text("1")
    (tmp_path / "dashboard" / "index.html").write_text(
        '<script nonce="__CSP_NONCE__" src="/assets/index-abc.js"></script>'
    )
    page = await machine.client().get("/tasks/task_1")
    assert page.headers["content-security-policy"].partition("'nonce-")[2].partition("'")[0] in page.text
    asset = await machine.client().get("/assets/index-abc.js")
    assert (asset.status_code, asset.text) == (200, "1")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in asset.headers["content-type"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "gzip"), ("br;q=1, gzip;q=0.5", "gzip"), ("br", None), ("gzip;q=0", None), ("gzip;q=0.0, br", None)],
)
async def test_an_asset_is_sent_gzipped_to_who_takes_that(
    machine: Served, tmp_path: Path, accepted: str, encoding: str | None
) -> None:
    assets = tmp_path / "dashboard" / "assets"
    assets.mkdir(parents=True)
    (assets / "index-abc.js").write_text("plain")
    (assets / "index-abc.js.gz").write_bytes(gzip.compress(b"zipped"))
    answer = await machine.client().get("/assets/index-abc.js", headers={"accept-encoding": accepted})
    assert answer.headers.get("content-encoding") == encoding
    assert answer.text == ("zipped" if encoding else "plain")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "accept-encoding"


async def test_assets_are_served_from_their_folder_only(machine: Served, tmp_path: Path) -> None:
    assets = tmp_path / "dashboard" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "dashboard" / "secret.txt").write_text("secret")
    (assets / "link.txt").symlink_to(tmp_path / "dashboard" / "secret.txt")
    (assets / ".hidden").write_text("secret")
    paths = (
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "../secret.txt",
        "a/../../secret.txt",
        ".hidden",
        "link.txt",
        "",
        "..",
    )
    for path in (*paths, f"/{tmp_path}/dashboard/secret.txt", "x%00.js"):
        head = f"GET /assets/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        answer = await raw(machine, head.encode())
        assert answer.split(b" ")[1] in (b"401", b"404"), path
        assert b"secret" not in answer.partition(b"\r\n\r\n")[2]


async def test_a_mistake_of_ours_tells_a_request_id_and_no_more(
    machine: Served, caplog: pytest.LogCaptureFixture
) -> None:
    @machine.app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("the secret inside")

    answer = await machine.admin.get("/api/broken")
    assert answer.status_code == 500
    assert "secret inside" not in answer.text
    assert answer.json()["request_id"] in caplog.text
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert "secret inside" in caplog.text


# --- malformed WebSocket messages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hello", ["", "{}", "null", '{"type":"hello"}', '{"type":"subscribe","id":1}', "\x00", "[" * 5000, b"\x00"]
)
async def test_without_a_proper_hello_there_is_no_connection(machine: Served, hello: str | bytes) -> None:
    async with machine.socket(await machine.session_id()) as connection:
        await connection.send(hello)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await connection.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_malformed_messages_are_answered_with_their_id_and_end_the_connection_only_in_the_end(
    machine: Served,
) -> None:
    async with machine.session() as talk:
        for bad in (
            '{"id":7}',
            '{"id":7,"type":"x"}',
            '{"id":7,"type":"subscribe","task_id":"a/b"}',
            '{"id":7,"type":"feed","after":-1}',
        ):
            await talk.connection.send(bad)
            answer = (await talk.until("error"))[-1]
            assert (answer["id"], answer["code"]) == (7, "invalid")
        for worse in (
            "",
            "{",
            "[" * 5000,
            '{"id":true}',
            b"\x00",
            '{"id":"\\ud800"}',
            '{"id":1,"type":"subscribe","task_id":"x\\u0000"}',
        ):
            await talk.connection.send(worse)
            assert (await talk.until("error"))[-1]["code"] == "invalid"
        assert (await talk.asked(id=8, type="unsubscribe", task_id="task_none"))["type"] == "ack"
        for _ in range(30):
            with contextlib.suppress(websockets.ConnectionClosed):
                await talk.connection.send("nonsense")
        code = await close_code(talk.connection)
        assert code == 4400


async def test_a_frame_over_a_mebibyte_ends_the_connection(machine: Served) -> None:
    async with machine.session() as talk:
        with contextlib.suppress(websockets.ConnectionClosed):
            await talk.connection.send('"' + "x" * (1024 * 1024 + 10) + '"')
        assert await close_code(talk.connection) == 1009


async def raw(machine: Served, request: bytes, *, until: bytes = b"") -> bytes:
    """What the server answers to these very bytes."""

    def exchange() -> bytes:
        with socket.create_connection(("127.0.0.1", machine.port), timeout=10) as connection:
            connection.sendall(request)
            received = b""
            while piece := connection.recv(65536):
                received += piece
                if until and until in received:
                    break
            return received

    return await asyncio.to_thread(exchange)
