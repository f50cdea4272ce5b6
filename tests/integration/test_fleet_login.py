"""One login for all machines of a fleet: entered anywhere, sealed in the database, renewed by one machine, and what the
API says of it counts everywhere. Real CLIs; the model and the account's servers are scripted, on loopback."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from tests.support.account_server import AccountServer
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.auth.credentials_file import CredentialsInvalid
from machine.auth.secret_key import KeyUnusable
from machine.demo.model_request import ModelRequest
from machine.demo.replies import ApiError, Reply
from machine.domain.errors import MachineError
from machine.domain.task import TaskStatus
from machine.engine.auth_manager import AuthManager
from machine.engine.login_elsewhere import LoginElsewhere
from machine.engine.logins import ClaudeLogins

KEY = SecretStr("one-key-that-all-machines-of-this-fleet-have")
HOUR = 3600

Start = Callable[..., Awaitable[Workbench]]


def login(access: str = "good-access", *, lasts: float = 8 * HOUR) -> bytes:
    section = {"accessToken": access, "refreshToken": "a-refresh-token", "expiresAt": int((time.time() + lasts) * 1000)}
    return json.dumps({"claudeAiOauth": {**section, "scopes": ["user:inference"], "subscriptionType": "max"}}).encode()


class Api:
    """Refuses every key and token with `bad` in it, and those that were revoked."""

    def __init__(self) -> None:
        self.revoked: set[str] = set()

    def __call__(self, request: ModelRequest) -> Reply | ApiError:
        shown = request.headers.get("authorization", "") + request.headers.get("x-api-key", "")
        refused = "bad" in shown or any(one in shown for one in self.revoked)
        return ApiError(401, "authentication_error", "invalid") if refused else Reply.text("All done.")


@pytest.fixture
async def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AccountServer]:
    async with AccountServer(tmp_path).serve() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
async def start(tmp_path: Path, postgres_url: SecretStr, account: AccountServer, api: Api) -> AsyncIterator[Start]:
    """Starts a machine without a login, in a role."""
    async with AsyncExitStack() as stack:

        async def started(name: str, role: str = "worker", **settings: Any) -> Workbench:
            given = {"login": {}, "secret_key": KEY, **settings}
            bench = workbench(
                tmp_path / name,
                ScriptedModel(api),
                role=role,
                machine_id=name,
                database_url=postgres_url,
                **given,
            )
            return await stack.enter_async_context(bench)

        yield started


def file_of(bench: Workbench) -> Path:
    return bench.settings.credentials_dir / "claude" / ".credentials.json"


def section_of(bench: Workbench) -> dict[str, Any]:
    return dict(json.loads(file_of(bench).read_bytes())["claudeAiOauth"])


async def until(is_so: Callable[[], bool], what: Callable[[], object] = lambda: "") -> None:
    try:
        async with asyncio.timeout(40):
            while not is_so():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(what()) from None


async def all_are(state: str, *benches: Workbench) -> None:
    """As they tell people."""
    gates = [bench.room.engine.gate for bench in benches]
    await until(lambda: all(gate.state.state == state for gate in gates), lambda: [gate.state for gate in gates])


async def told(bench: Workbench, state: str) -> None:
    """What people see there."""
    seen = bench.room.api.login
    await until(lambda: seen.state.state == state, lambda: seen.state)


def logins(bench: Workbench) -> ClaudeLogins:
    return bench.room.api.claude_logins


def texts_in(url: SecretStr) -> str:
    """All that could hold a secret, as text."""
    with psycopg.connect(url.get_secret_value()) as connection:
        rows = connection.execute("SELECT value FROM machine_meta").fetchall()
        return str(rows + connection.execute("SELECT body, answer FROM commands").fetchall())


async def test_a_login_entered_at_a_web_process_is_used_by_all_workers_and_renewed_by_one(
    start: Start, account: AccountServer, postgres_url: SecretStr
) -> None:
    web, one, two = await start("web-1", "web"), await start("w1"), await start("w2")
    await all_are("needs_login", one, two)
    await told(web, "needs_login")
    tasks = [await web.submit(f"work {number}") for number in range(3)]
    account.dead = True
    with pytest.raises(CredentialsInvalid, match="does not take it"):
        await logins(web).manager.upload_credentials(login("bad-access"), web.principal)
    account.dead = False
    account.renewals.clear()
    taken = await logins(web).manager.upload_credentials(login(), web.principal)
    assert (taken.verdict.outcome, taken.note) == ("worked", "")
    assert {(await web.ended(task)).status for task in tasks} == {TaskStatus.COMPLETED}
    await all_are("ready", one, two)
    await told(web, "ready")
    await until(lambda: file_of(one).exists() and file_of(two).exists())
    for bench in (one, two):
        assert section_of(bench)["accessToken"] == "good-access"
        assert "refreshToken" not in section_of(bench)
    found = await logins(web).manager.check_auth()
    assert found.file is not None
    assert (found.file.subscription, found.ways.source, found.auth.state) == ("max", "file", "ready")
    assert found.last_worked_at is not None
    stored = texts_in(postgres_url)
    assert "good-access" not in stored
    assert "a-refresh-token" not in stored
    assert account.renewals == []

    short = await logins(web).manager.upload_credentials(login("short-access", lasts=600), web.principal)
    assert short.verdict.outcome == "worked"
    await until(lambda: {section_of(bench)["accessToken"] for bench in (one, two)} == {"fresh-access-1"})
    assert [asked["refresh_token"] for asked in account.renewals] == ["a-refresh-token"]
    assert all("refreshToken" not in section_of(bench) for bench in (one, two))
    assert (await web.ended(await web.submit("go on"))).status is TaskStatus.COMPLETED
    await logins(web).manager.log_out(web.principal)
    await all_are("needs_login", one, two)
    assert not file_of(one).exists()
    assert not file_of(two).exists()


async def test_what_the_api_refuses_on_one_machine_stops_all_and_a_new_key_lets_all_go_on(
    start: Start, api: Api
) -> None:
    web, one, two = await start("web-1", "web"), await start("w1"), await start("w2")
    await logins(web).manager.keep_secret("api_key", "first-key-of-all", web.principal)
    await all_are("ready", one, two)
    api.revoked.add("first-key")
    task = await web.submit("who meets it first")
    await all_are("refused", one, two)
    await told(web, "refused")
    await until(lambda: not web.room.api.login.open)
    assert (await web.until(task, TaskStatus.QUEUED)).failure is None
    asked = len(one.model.requests) + len(two.model.requests)
    more = [await web.submit(f"wait {number}") for number in range(3)]
    await asyncio.sleep(1)
    assert len(one.model.requests) + len(two.model.requests) == asked
    assert {(await web.task(task.task_id)).status for task in more} == {TaskStatus.QUEUED}
    taken = await logins(web).manager.keep_secret("api_key", "second-key-of-all", web.principal)
    assert taken.verdict.outcome == "worked"
    assert {(await web.ended(each)).status for each in (task, *more)} == {TaskStatus.COMPLETED}
    await all_are("ready", one, two)


async def test_a_token_that_is_called_back_is_renewed_by_one_machine_and_all_go_on(
    start: Start, account: AccountServer, api: Api
) -> None:
    web, one, two = await start("web-1", "web"), await start("w1"), await start("w2")
    await logins(web).manager.upload_credentials(login("early-access"), web.principal)
    await all_are("ready", one, two)
    api.revoked.add("early-access")
    tasks = [await web.submit(f"work {number}") for number in range(4)]
    assert {(await web.ended(task)).status for task in tasks} == {TaskStatus.COMPLETED}
    await all_are("ready", one, two)
    assert [asked["refresh_token"] for asked in account.renewals] == ["a-refresh-token"]


async def test_a_machine_whose_login_is_its_own_goes_on_when_anothers_is_refused(start: Start) -> None:
    web = await start("web-1", "web")
    good = await start("w1", login={"ANTHROPIC_API_KEY": "a-good-key"})
    bad = await start("w2", login={"ANTHROPIC_API_KEY": "a-bad-key"})
    await all_are("ready", good, bad)
    assert (await logins(bad).manager.validate()).outcome == "refused"
    await told(web, "refused")
    assert "On w2" in web.room.api.login.state.message
    assert "w1" in web.room.api.login.state.message
    assert good.room.engine.gate.state.state == "ready"
    assert web.room.api.login.open
    assert (await web.ended(await web.submit("go on"))).machine_id == "w1"


async def test_a_guided_login_begun_at_one_web_process_is_completed_at_another(
    start: Start, account: AccountServer
) -> None:
    first, second, worker = await start("web-1", "web"), await start("web-2", "web"), await start("w1")
    begun = await logins(first).guided.begin()
    assert begun.url.startswith("https://")
    with pytest.raises(CredentialsInvalid):
        await logins(second).guided.complete("half-a-code", second.principal)
    taken = await logins(second).guided.complete("whole#code", second.principal)
    assert taken.verdict.outcome == "worked"
    await all_are("ready", worker)
    assert len(account.renewals) == 1


async def test_without_the_key_that_machines_share_it_is_said_plainly(start: Start) -> None:
    web, worker = await start("web-1", "web", secret_key=None), await start("w1", secret_key=None)
    with pytest.raises(KeyUnusable, match="MACHINE_SECRET_KEY"):
        await logins(web).manager.keep_secret("api_key", "first-key-of-all", web.principal)
    with pytest.raises(KeyUnusable, match="MACHINE_SECRET_KEY"):
        await logins(worker).manager.keep_secret("api_key", "first-key-of-all", worker.principal)


async def test_a_machine_with_another_key_says_so_and_the_others_work(start: Start) -> None:
    web, one = await start("web-1", "web"), await start("w1")
    other = await start("w9", secret_key=SecretStr("a-key-that-is-not-the-one-of-the-others"))
    await logins(one).manager.keep_secret("api_key", "first-key-of-all", one.principal)
    manager = logins(other).manager
    assert isinstance(manager, AuthManager)
    with pytest.raises(MachineError, match="is another one than"):
        await manager.upload_credentials(login(), other.principal)
    await all_are("ready", one)
    await all_are("needs_login", other)
    assert "secret_key_differs" in {warning.code for warning in other.room.api.warnings.own()}
    assert "secret_key_differs" not in {warning.code for warning in one.room.api.warnings.own()}
    assert isinstance(logins(web).manager, LoginElsewhere)
    assert (await web.ended(await web.submit("go on"))).machine_id == "w1"
