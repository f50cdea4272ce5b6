"""People: how they come in, what they may change about themselves and others, and that it takes effect at once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.support.api import Served, close_code, person, resting_task, served

from machine.auth.attempts import PASSWORDS_PER_NAME, PasswordAttempts
from machine.auth.passwords import Passwords
from machine.domain.clock import utc_now
from machine.domain.errors import Unavailable
from machine.domain.principal import Role

GOOD = "correct horse battery"
OTHER = "staple battery horse"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


async def invited(machine: Served, **wish: Any) -> str:
    """The secret of a fresh invitation."""
    answer = await machine.admin.post("/api/invitations", json=wish)
    assert answer.status_code == 201, answer.text
    base, _, secret = answer.json()["link"].partition("#")
    assert base == f"{machine.url}/invite"
    return str(secret)


async def created(machine: Served, name: str, role: str = "member") -> str:
    answer = await machine.admin.post("/api/users", json={"name": name, "role": role, "password": GOOD})
    assert answer.status_code == 201, answer.text
    assert "password" not in answer.json()
    return str(answer.json()["user_id"])


async def signed_in(machine: Served, name: str, password: str = GOOD) -> httpx2.AsyncClient:
    browser = machine.client(**machine.origin)
    answer = await browser.post("/api/auth/login", json={"name": name, "password": password})
    assert answer.status_code == 200, answer.text
    return browser


async def me(client: httpx2.AsyncClient) -> str:
    answer = await client.get("/api/auth/me")
    return str(answer.json()["user_id"]) if answer.status_code == 200 else str(answer.status_code)


# --- coming in ------------------------------------------------------------------------------------------------------


async def test_an_invitation_makes_a_user_once_who_comes_back_with_a_password(machine: Served) -> None:
    secret = await invited(machine, name="Ada", role="viewer")
    browser = machine.client(**machine.origin)
    answer = await browser.post("/api/auth/invite", json={"secret": secret, "password": GOOD})
    assert (answer.status_code, answer.json()["name"], answer.json()["role"]) == (200, "Ada", "viewer")
    assert await me(browser) == answer.json()["user_id"]
    assert await me(await signed_in(machine, "ada")) == answer.json()["user_id"], "whatever the case"
    again = await machine.client(**machine.origin).post(
        "/api/auth/invite", json={"secret": secret, "name": "Eve", "password": GOOD}
    )
    assert again.status_code == 401
    listed = (await machine.admin.get("/api/invitations")).json()["items"]
    assert listed[0]["user_id"] == answer.json()["user_id"]
    assert "digest" not in listed[0]


async def test_an_invitation_used_twice_at_once_makes_one_user(machine: Served) -> None:
    secret = await invited(machine)

    async def accept(n: int) -> int:
        body = {"secret": secret, "name": f"user {n}", "password": GOOD}
        return (await machine.client(**machine.origin).post("/api/auth/invite", json=body)).status_code

    assert sorted(await asyncio.gather(*(accept(n) for n in range(4)))) == [200, 401, 401, 401]
    assert len((await machine.admin.get("/api/users")).json()["items"]) == 2


async def test_what_is_wrong_with_name_or_password_does_not_use_an_invitation_up(machine: Served) -> None:
    await created(machine, "Ada")
    secret = await invited(machine)
    stranger = machine.client(**machine.origin)
    for body, code in (
        ({"password": GOOD}, "bad_request"),
        ({"name": "ADA", "password": GOOD}, "conflict"),
        ({"name": "Bob", "password": "elevenchars"}, "unfit_password"),
        ({"name": "Robert the Great", "password": "robert the great"}, "unfit_password"),
        ({"name": " Bob", "password": GOOD}, "invalid"),
        ({"name": "Bob", "password": "x" * 1025}, "invalid"),
    ):
        answer = await stranger.post("/api/auth/invite", json={"secret": secret, **body})
        assert answer.json()["code"] == code, body
    answer = await stranger.post("/api/auth/invite", json={"secret": secret, "name": "Bob", "password": GOOD})
    assert answer.status_code == 200


async def test_a_revoked_invitation_works_no_more(machine: Served) -> None:
    secret = await invited(machine)
    (one,) = (await machine.admin.get("/api/invitations")).json()["items"]
    assert (await machine.admin.delete(f"/api/invitations/{one['invitation_id']}")).status_code == 204
    body = {"secret": secret, "name": "Ada", "password": GOOD}
    assert (await machine.client(**machine.origin).post("/api/auth/invite", json=body)).status_code == 401


async def test_who_loses_their_rights_loses_the_invitations_they_made(machine: Served) -> None:
    boss_id = await created(machine, "boss", "administrator")
    boss = await signed_in(machine, "boss")
    made = (await boss.post("/api/invitations", json={"role": "administrator"})).json()
    assert (await machine.admin.patch(f"/api/users/{boss_id}", json={"role": "member"})).status_code == 200
    body = {"secret": made["link"].partition("#")[2], "name": "Eve", "password": GOOD}
    assert (await machine.client(**machine.origin).post("/api/auth/invite", json=body)).status_code == 401


async def test_the_first_administrator_takes_a_name_and_a_password_with_a_login_link(machine: Served) -> None:
    link = await machine.room.api.authenticator.new_link(machine.url)
    body = {"secret": link.partition("#")[2], "name": "Grace", "password": GOOD}
    browser = machine.client(**machine.origin)
    unfit = await browser.post("/api/auth/setup", json={**body, "password": "short"})
    assert unfit.status_code == 422
    answer = await browser.post("/api/auth/setup", json=body)
    assert (answer.status_code, answer.json()["role"]) == (200, "administrator")
    assert await me(browser) == await me(machine.admin)
    assert await me(await signed_in(machine, "grace")) == await me(machine.admin)
    assert (await browser.post("/api/auth/setup", json=body)).status_code == 401


async def test_wrong_names_and_passwords_get_the_same_answer_and_in_the_end_must_wait(machine: Served) -> None:
    await created(machine, "Ada")
    disabled = await created(machine, "Dan")
    await machine.admin.patch(f"/api/users/{disabled}", json={"disabled": True})
    stranger = machine.client(**machine.origin)
    said = []
    for name, password in (("Ada", OTHER), ("Nobody", OTHER), ("Dan", GOOD), ("administrator", GOOD)):
        answer = await stranger.post("/api/auth/login", json={"name": name, "password": password})
        said.append((answer.status_code, answer.json()["detail"]))
    assert len(set(said)) == 1
    assert said[0][0] == 401
    statuses = [401]
    while statuses[-1] == 401 and len(statuses) < 2 * PASSWORDS_PER_NAME:
        answer = await stranger.post("/api/auth/login", json={"name": "aDA", "password": OTHER})
        statuses.append(answer.status_code)
    assert statuses[-1] == 429
    assert len(statuses) > PASSWORDS_PER_NAME
    right = await stranger.post("/api/auth/login", json={"name": "Ada", "password": GOOD})
    assert right.status_code == 429, "the right one has to wait as well, or waiting would tell"


def test_attempts_are_counted_by_address_too_and_forgotten_with_time() -> None:
    now = [utc_now()]
    attempts = PasswordAttempts(lambda: now[0])
    waits = [attempts.begin("1.2.3.4", f"name {n}") for n in range(31)]
    assert waits[:30] == [0.0] * 30
    assert waits[30] > 0
    assert attempts.begin("5.6.7.8", "name 1") == 0
    now[0] += timedelta(minutes=1)
    assert attempts.begin("1.2.3.4", "name 99") == 0


async def test_only_so_many_passwords_are_worked_on() -> None:
    passwords = Passwords()
    results = await asyncio.gather(*(passwords.matches(GOOD, None) for _ in range(30)), return_exceptions=True)
    assert {type(result) for result in results} == {bool, Unavailable}
    assert True not in results
    kept = await passwords.hashed(GOOD)
    assert kept.startswith("$argon2id$")
    assert await passwords.matches(GOOD, kept)
    assert not await passwords.matches(GOOD, "damaged")


async def test_a_new_password_wants_the_old_one_and_ends_the_other_logins(machine: Served) -> None:
    await created(machine, "Ada")
    here, there = await signed_in(machine, "Ada"), await signed_in(machine, "Ada")
    token = (await here.post("/api/tokens", json={"name": "ci"})).json()["token"]
    wrong = await here.put("/api/auth/password", json={"old": OTHER, "new": OTHER})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    assert (await here.put("/api/auth/password", json={"new": OTHER})).status_code == 403
    assert (await here.put("/api/auth/password", json={"old": GOOD, "new": OTHER})).status_code == 204
    assert [await me(client) for client in (there, here)] == ["401", await me(here)]
    assert await me(machine.client(token)) == await me(here), "tokens are revoked one by one"
    await signed_in(machine, "Ada", OTHER)
    old = await machine.client(**machine.origin).post("/api/auth/login", json={"name": "Ada", "password": GOOD})
    assert old.status_code == 401


async def test_passwords_and_secrets_are_stored_as_hashes_only(machine: Served) -> None:
    secret = await invited(machine)
    await created(machine, "Ada")
    await signed_in(machine, "Ada")
    file = machine.room.api.settings.database_file
    content = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    assert b"$argon2id$" in content
    assert GOOD.encode() not in content
    assert secret.encode() not in content


# --- people about people --------------------------------------------------------------------------------------------


async def test_disabling_and_demoting_take_effect_on_open_connections(machine: Served) -> None:
    for change in ({"disabled": True}, {"role": "viewer"}):
        user_id, token = await person(machine, Role.MEMBER)
        async with machine.session(token=token) as talk:
            assert (await machine.admin.patch(f"/api/users/{user_id}", json=change)).status_code == 200
            assert await close_code(talk.connection) == 4401
        answer = await machine.client(token).post("/api/tasks", json={"message": "x"})
        assert answer.status_code == (401 if "disabled" in change else 403)


async def test_the_last_administrator_stays(machine: Served) -> None:
    own = await me(machine.admin)
    for refused in (
        await machine.admin.patch(f"/api/users/{own}", json={"role": "member"}),
        await machine.admin.patch(f"/api/users/{own}", json={"disabled": True}),
        await machine.admin.delete(f"/api/users/{own}"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    other = await created(machine, "second", "administrator")
    await machine.admin.patch(f"/api/users/{other}", json={"disabled": True})
    assert (await machine.admin.delete(f"/api/users/{own}")).status_code == 409, "a disabled one does not count"
    await machine.admin.patch(f"/api/users/{other}", json={"disabled": False})
    assert (await machine.admin.patch(f"/api/users/{own}", json={"role": "member"})).status_code == 200
    assert (await machine.room.api.people.local_administrator()).user_id == other
    assert (await (await machine.browser()).get("/api/auth/me")).json()["user_id"] == other


async def test_a_deleted_user_s_tasks_stay_and_nothing_of_theirs_opens_anything(machine: Served) -> None:
    user_id = await created(machine, "Ada")
    browser = await signed_in(machine, "Ada")
    token = (await browser.post("/api/tokens", json={"name": "ci"})).json()["token"]
    task = await resting_task(machine, user_id=user_id)
    assert (await machine.admin.delete(f"/api/users/{user_id}")).status_code == 204
    assert [await me(client) for client in (browser, machine.client(token))] == ["401", "401"]
    assert (await machine.admin.get(f"/api/tasks/{task.task_id}")).json()["user_id"] == user_id
    assert (await machine.admin.get(f"/api/users/{user_id}")).status_code == 404
    assert await created(machine, "Ada") != user_id, "the name is free again"


async def test_a_person_changes_their_own_name_and_nothing_else(machine: Served) -> None:
    user_id, token = await person(machine, Role.VIEWER)
    own, other = machine.client(token), await me(machine.admin)
    assert (await own.patch(f"/api/users/{user_id}", json={"name": "Vi"})).json()["name"] == "Vi"
    for change in ({"role": "administrator"}, {"disabled": False}):
        assert (await own.patch(f"/api/users/{user_id}", json=change)).status_code == 403
    assert (await own.patch(f"/api/users/{user_id}", json={"password": GOOD})).status_code == 400
    assert (await own.patch(f"/api/users/{other}", json={"name": "x"})).status_code == 404
    assert (await own.patch(f"/api/users/{user_id}", json={"name": "Administrator"})).status_code == 409
    assert (await own.get(f"/api/users/{user_id}")).json()["role"] == "viewer"


async def test_an_administrator_helps_who_forgot_their_password(machine: Served) -> None:
    user_id = await created(machine, "Ada")
    browser = await signed_in(machine, "Ada")
    answer = await machine.admin.patch(f"/api/users/{user_id}", json={"password": OTHER})
    assert answer.status_code == 200
    assert await me(browser) == "401"
    await signed_in(machine, "Ada", OTHER)


# --- tokens ---------------------------------------------------------------------------------------------------------


async def test_tokens_reach_as_far_as_their_scopes_and_make_none_that_reach_further(machine: Served) -> None:
    async def token(client: httpx2.AsyncClient, **wish: Any) -> httpx2.Response:
        return await client.post("/api/tokens", json={"name": "t", **wish})

    made = {scope: (await token(machine.admin, scopes=[scope])).json()["token"] for scope in ("read", "tasks")}
    reading, working = machine.client(made["read"]), machine.client(made["tasks"])
    assert (await reading.get("/api/tasks")).status_code == 200
    assert (await reading.post("/api/tasks", json={"message": "x"})).status_code == 403
    assert (await token(reading)).status_code == 403
    assert (await working.post("/api/users", json={"name": "x", "password": GOOD})).status_code == 403
    assert (await token(working, scopes=["admin"])).status_code == 403
    assert (await token(working)).json()["scopes"] == ["tasks"], "the default is no further than its maker"
    _, member = await person(machine, Role.MEMBER)
    assert (await token(machine.client(member))).json()["scopes"] == ["tasks"], "by the role"
    async with machine.session(token=made["read"]) as talk:
        answer = await talk.asked(id=1, type="chat.message", message="hello")
        assert (answer["type"], answer["code"]) == ("error", "forbidden")


async def test_a_token_makes_none_that_outlives_it(machine: Served) -> None:
    short = (await machine.admin.post("/api/tokens", json={"name": "short", "expires_in_days": 1})).json()
    for wish in ({}, {"expires_in_days": 100}):
        made = (await machine.client(short["token"]).post("/api/tokens", json={"name": "long", **wish})).json()
        assert made["expires_at"] == short["expires_at"]


def test_a_database_from_before_keeps_its_tokens_and_its_user(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    from machine.store.opening import backend_of, prepare
    from machine.store.sqlite import writing_engine

    path = tmp_path / "db" / "machine.db"
    path.parent.mkdir()
    engine = writing_engine(path)
    with engine.connect() as connection, connection.begin():
        config = Config()
        config.set_main_option("script_location", "machine.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
    engine.dispose()
    with sqlite3.connect(path) as database:
        at = "2026-11-03T09:00:00.000000Z"
        database.execute("INSERT INTO users VALUES ('user_1', 'Administrator', 'administrator', ?)", (at,))
        database.execute("INSERT INTO tokens VALUES ('token_1', 'user_1', 'd', 'ci', ?, NULL, NULL, NULL)", (at,))
    prepare(backend_of(path), "0.1.0")
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT name_key FROM users").fetchall() == [("administrator",)]
        assert database.execute("SELECT scopes FROM tokens").fetchall() == [('["admin"]',)]
