"""Claude's login: valid, missing, expired, refused, replaced. The real CLI says so; only the model and the account's
servers are scripted, on loopback, and every login in here is a dummy.

The export script has its own tests: `test_export_script.py`.
"""

import asyncio
import json
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.account_server import AccountServer
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.auth.credentials_file import CredentialsInvalid, checked_key, checked_token, parse_login_file
from machine.demo.model_request import ModelRequest
from machine.demo.replies import ApiError, Reply
from machine.domain.aio import spawn
from machine.domain.errors import Conflict, SignInFailed, Unavailable
from machine.domain.task import QueueReason, TaskStatus
from machine.engine.auth_manager import AuthManager

KEY = "ANTHROPIC_API_KEY"
HOUR = 3600


def login(access: str = "good-access", *, lasts: float = HOUR, **more: Any) -> bytes:
    """A login file."""
    expires = int((time.time() + lasts) * 1000)
    section = {"accessToken": access, "refreshToken": "a-refresh-token", "expiresAt": expires, **more}
    section = {"scopes": ["user:inference", "user:profile"], "subscriptionType": "max", **section}
    return json.dumps({"claudeAiOauth": section, "somethingNew": {"kept": True}}).encode()


def gatekeeper(request: ModelRequest) -> Reply | ApiError:
    """An API that refuses every key and token with `bad` in it."""
    shown = request.headers.get("authorization", "") + request.headers.get("x-api-key", "")
    return ApiError(401, "authentication_error", "invalid") if "bad" in shown else Reply.text("All done.")


@pytest.fixture
async def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AccountServer]:
    async with AccountServer(tmp_path).serve() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
async def bench(tmp_path: Path, account: AccountServer) -> AsyncIterator[Workbench]:
    """A machine without a login."""
    async with workbench(tmp_path / "data", ScriptedModel(gatekeeper), login={}) as opened:
        yield opened


def manager_of(bench: Workbench) -> AuthManager:
    manager = bench.room.api.claude_logins.manager
    assert isinstance(manager, AuthManager)
    return manager


def file_of(bench: Workbench) -> Path:
    return bench.settings.credentials_dir / "claude" / ".credentials.json"


async def state_is(bench: Workbench, *states: str) -> None:
    async with asyncio.timeout(30):
        while (auth := bench.room.engine.gate.state).state not in states:
            await asyncio.sleep(0.05)
    assert auth.message
    assert auth.hint or auth.state == "ready"


async def waits(bench: Workbench, task_id: str) -> None:
    """Nothing starts though there is a slot."""
    await asyncio.sleep(0.5)
    task = await bench.task(task_id)
    assert (task.status, task.failure) == (TaskStatus.QUEUED, None)


# --- the machine as a whole ---


async def test_without_a_login_tasks_wait_and_a_valid_upload_lets_them_run_in_order(bench: Workbench) -> None:
    await state_is(bench, "needs_login")
    first, second = await bench.submit("one"), await bench.submit("two")
    await waits(bench, first.task_id)
    taken = await manager_of(bench).upload_credentials(login(), bench.principal)
    assert (taken.verdict.outcome, taken.note) == ("worked", "")
    done = [await bench.ended(first), await bench.ended(second)]
    assert [task.result for task in done] == ["All done.", "All done."]
    assert await bench.types(first) == ["task.created", "task.started", "task.completed"]
    found = await manager_of(bench).check_auth()
    assert found.file is not None
    assert (found.auth.state, found.ways.source, found.file.subscription) == ("ready", "file", "max")
    assert found.last_worked_at is not None
    assert stat.S_IMODE(file_of(bench).stat().st_mode) == 0o600
    assert json.loads(file_of(bench).read_bytes())["somethingNew"] == {"kept": True}
    assert not list(bench.settings.run_dir.glob("login-*"))


async def test_when_the_login_last_worked_is_known_after_a_restart(tmp_path: Path, account: AccountServer) -> None:
    account.dead = True
    async with workbench(tmp_path / "data", ScriptedModel(gatekeeper), login={KEY: "good"}) as bench:
        assert (await bench.ended(await bench.submit("one"))).status is TaskStatus.COMPLETED
        worked_at = (await manager_of(bench).check_auth()).last_worked_at
        assert worked_at is not None
    async with workbench(tmp_path / "data", ScriptedModel(gatekeeper), login={KEY: "bad"}) as bench:
        await state_is(bench, "ready")  # the CLI itself cannot know better
        found = await manager_of(bench).check_auth()
        assert (found.last_worked_at, found.last_refused_at) == (worked_at, None)
        await bench.submit("two")
        await state_is(bench, "refused")
        refused_at = (await manager_of(bench).check_auth()).last_refused_at
        assert refused_at is not None
    async with workbench(tmp_path / "data", ScriptedModel(gatekeeper), login={KEY: "bad"}) as bench:
        await state_is(bench, "ready", "refused")
        found = await manager_of(bench).check_auth()
        assert found.last_worked_at == worked_at
        assert (found.last_refused_at or worked_at) >= refused_at


async def test_a_refused_upload_leaves_the_old_login_in_place_and_says_why(
    bench: Workbench, account: AccountServer
) -> None:
    account.dead = True  # or the CLI would get itself another access token
    await manager_of(bench).upload_credentials(login(), bench.principal)
    before = file_of(bench).read_bytes()
    with pytest.raises(CredentialsInvalid, match="The API does not take it: Failed to authenticate"):
        await manager_of(bench).upload_credentials(login("bad-access"), bench.principal)
    with pytest.raises(CredentialsInvalid, match="refreshToken` is missing"):
        await manager_of(bench).upload_credentials(b'{"claudeAiOauth": {"accessToken": "x"}}', bench.principal)
    assert file_of(bench).read_bytes() == before
    assert bench.room.engine.gate.state.state == "ready"
    assert (await bench.ended(await bench.submit("still here"))).result == "All done."


async def test_an_expired_login_that_cannot_be_renewed_parks_the_task(bench: Workbench, account: AccountServer) -> None:
    account.dead = True
    file_of(bench).parent.mkdir(parents=True, exist_ok=True)
    file_of(bench).write_bytes(login(lasts=-HOUR))
    file_of(bench).chmod(0o600)
    task = await bench.submit("work")  # the CLI calls itself logged in until it has tried
    await state_is(bench, "needs_login")
    await bench.until(task, TaskStatus.QUEUED)
    await waits(bench, task.task_id)
    account.dead = False
    await manager_of(bench).upload_credentials(login(), bench.principal)
    assert (await bench.ended(task)).result == "All done."
    assert "task.failed" not in await bench.types(task)


async def test_a_login_that_is_renewed_while_it_is_tried_is_kept_renewed(
    bench: Workbench, account: AccountServer
) -> None:
    await manager_of(bench).upload_credentials(login(lasts=-HOUR), bench.principal)
    assert [asked["refresh_token"] for asked in account.renewals] == ["a-refresh-token"]
    kept = json.loads(file_of(bench).read_bytes())["claudeAiOauth"]
    assert (kept["accessToken"], kept["refreshToken"]) == ("fresh-access-1", "fresh-refresh-1")


async def test_clis_that_find_an_expired_login_together_renew_it_once(bench: Workbench, account: AccountServer) -> None:
    manager = manager_of(bench)
    await manager.upload_credentials(login(), bench.principal)
    stale = json.loads(login("stale-access", lasts=-HOUR))
    file_of(bench).write_text(json.dumps(stale))
    tasks = [await bench.submit(f"work {number}") for number in range(3)]
    assert [(await bench.ended(task)).result for task in tasks] == ["All done."] * 3
    assert len(account.renewals) == 1
    used = {request.headers["authorization"] for request in bench.model.requests[-3:]}
    assert used == {"Bearer fresh-access-1"}


async def test_an_upload_waits_for_a_cli_that_is_renewing(bench: Workbench) -> None:
    file_of(bench).parent.mkdir(parents=True, exist_ok=True)
    lock = file_of(bench).parent / ".oauth_refresh.lock"
    lock.mkdir()
    uploading = spawn(manager_of(bench).upload_credentials(login(), bench.principal), name="upload")
    async with asyncio.timeout(30):
        while not bench.model.requests or list(bench.settings.run_dir.glob("login-*")):
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    assert not file_of(bench).exists()
    with pytest.raises(Conflict):
        await manager_of(bench).upload_credentials(login(), bench.principal)
    lock.rmdir()
    await uploading
    assert file_of(bench).exists()
    assert not lock.exists()


async def test_a_refused_key_is_told_apart_from_a_missing_login(tmp_path: Path, account: AccountServer) -> None:
    async with workbench(tmp_path / "data", ScriptedModel(gatekeeper), login={KEY: "a-bad-key"}) as bench:
        await state_is(bench, "ready")
        verdict = await manager_of(bench).validate()
        assert (verdict.outcome, verdict.cost_usd) == ("refused", 0)
        await state_is(bench, "refused")
        waiting = await bench.submit("later")
        await waits(bench, waiting.task_id)
        asked = len(bench.model.requests)
        assert await manager_of(bench).validate() == verdict  # at once again: no other request
        assert len(bench.model.requests) == asked
        taken = await manager_of(bench).upload_credentials(login(), bench.principal)
        assert "ANTHROPIC_API_KEY wins" in taken.note
        await manager_of(bench).keep_secret("api_key", "another-key", bench.principal)
        assert (await bench.ended(waiting)).result == "All done."
        assert bench.model.requests[-1].headers["x-api-key"] == "another-key"
        assert (await manager_of(bench).check_auth()).ways.source == "stored"


async def test_a_kept_token_is_sealed_and_used_after_a_restart_and_can_be_given_up(
    tmp_path: Path, account: AccountServer
) -> None:
    model = ScriptedModel(gatekeeper)
    async with workbench(tmp_path / "data", model, login={}) as bench:
        with pytest.raises(CredentialsInvalid, match="not take it"):
            await manager_of(bench).keep_secret("oauth_token", "a-bad-token", bench.principal)
        await manager_of(bench).keep_secret("oauth_token", "a-fine-token", bench.principal)
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or b"a-fine-token" not in path.read_bytes(), path
    async with workbench(tmp_path / "data", model, login={}) as bench:
        assert (await bench.ended(await bench.submit("go on"))).result == "All done."
        assert model.requests[-1].headers["authorization"] == "Bearer a-fine-token"
        await manager_of(bench).drop_secret("oauth_token", bench.principal)
        await state_is(bench, "needs_login")


async def test_what_cannot_be_tried_is_kept_by_force_only_and_given_back_when_it_is_refused(
    bench: Workbench, account: AccountServer
) -> None:
    account.dead = True
    manager, model = manager_of(bench), bench.model
    await manager.upload_credentials(login("first-access"), bench.principal)
    model.on("ok", ApiError(400, "invalid_request_error", "out of order"))
    with pytest.raises(Unavailable, match="could not be tried"):
        await manager.upload_credentials(login("bad-access"), bench.principal)
    assert b"first-access" in file_of(bench).read_bytes()
    taken = await manager.upload_credentials(login("bad-access"), bench.principal, force=True)
    assert taken.verdict.outcome == "unclear"
    assert b"bad-access" in file_of(bench).read_bytes()
    model._rules.clear()
    manager._validated = None
    assert "former login" in (await manager.validate()).message
    assert b"first-access" in file_of(bench).read_bytes()
    await state_is(bench, "ready")


async def test_another_login_ends_the_wait_for_a_quota(bench: Workbench) -> None:
    manager = manager_of(bench)
    await manager.upload_credentials(login(), bench.principal)
    quota = {"anthropic-ratelimit-unified-status": "rejected"}
    quota["anthropic-ratelimit-unified-representative-claim"] = "five_hour"
    quota["anthropic-ratelimit-unified-reset"] = str(int(time.time()) + HOUR)
    bench.model.on("work", ApiError(429, "rate_limit_error", "used up", quota))
    task = await bench.submit("work")
    await state_is(bench, "quota")
    parked = await bench.until(task, TaskStatus.QUEUED, where=lambda one: one.parked_until is not None)
    assert parked.queue_reason is QueueReason.QUOTA
    bench.model._rules.clear()
    await manager.upload_credentials(login("of-another-account"), bench.principal)
    assert (await bench.ended(task)).result == "All done."


async def test_logging_out_removes_the_login_and_tasks_wait(bench: Workbench) -> None:
    await manager_of(bench).upload_credentials(login(), bench.principal)
    await manager_of(bench).log_out(bench.principal)
    assert not file_of(bench).exists()
    await state_is(bench, "needs_login")
    await waits(bench, (await bench.submit("later")).task_id)


async def test_a_login_that_ends_soon_says_so_and_works(bench: Workbench) -> None:
    ends = int((time.time() + 24 * HOUR) * 1000)
    await manager_of(bench).upload_credentials(login(refreshTokenExpiresAt=ends), bench.principal)
    await state_is(bench, "expires_soon")
    assert (await bench.ended(await bench.submit("work"))).result == "All done."


async def test_a_persons_own_folder_is_used_and_never_changed(tmp_path: Path, account: AccountServer) -> None:
    own = tmp_path / "own"
    own.mkdir(mode=0o700)
    (own / ".credentials.json").write_bytes(login("of-a-person"))
    (own / ".credentials.json").chmod(0o600)
    model = ScriptedModel(gatekeeper)
    async with workbench(tmp_path / "data", model, login={}, claude_config_dir=own) as bench:
        assert (await bench.ended(await bench.submit("work"))).result == "All done."
        assert model.requests[-1].headers["authorization"] == "Bearer of-a-person"
        with pytest.raises(Conflict, match="belongs to a person"):
            await manager_of(bench).upload_credentials(login(), bench.principal)
        with pytest.raises(Conflict, match="belongs to a person"):
            await manager_of(bench).log_out(bench.principal)
        assert (await manager_of(bench).check_auth()).ways.source == "own_folder"


# --- the login in the browser ---


async def test_the_login_of_the_cli_is_driven_from_here(bench: Workbench, account: AccountServer) -> None:
    guided = bench.room.api.claude_logins.guided
    begun = await guided.begin()
    assert begun.url.startswith("https://claude.com/")
    assert "code_challenge=" in begun.url
    with pytest.raises(CredentialsInvalid, match="whole code"):
        await guided.complete("half-a-code", bench.principal)
    with pytest.raises(CredentialsInvalid, match="characters that none has"):
        await guided.complete("two\nlines#", bench.principal)
    taken = await guided.complete("the-code#the-state", bench.principal)
    assert taken.verdict.outcome == "worked"
    assert account.renewals[0]["code"] == "the-code"
    assert b"fresh-access-1" in file_of(bench).read_bytes()
    assert not list(bench.settings.run_dir.glob("login-*"))
    await state_is(bench, "ready")


async def test_a_wrong_code_ends_the_login_and_nothing_is_left_of_it(bench: Workbench) -> None:
    guided = bench.room.api.claude_logins.guided
    await guided.begin()
    with pytest.raises(SignInFailed, match="wasn't accepted"):
        await guided.complete("wrong#code", bench.principal)
    assert not list(bench.settings.run_dir.glob("login-*"))
    with pytest.raises(Conflict, match="No login is waiting"):
        await guided.complete("the-code#the-state", bench.principal)


# --- the structure of a file ---


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"not json", "not JSON"),
        (b"[]", "not an object"),
        (b"{}", "no `claudeAiOauth`"),
        (b"sk-ant-api03-abc", "a key or a token"),
        (b"x" * 70_000, "more than 65536 bytes"),
        (b"[" * 60_000, "not JSON"),
        (b'\xff\xfe{"a": 1}', "not JSON"),
        (login("", lasts=1), "accessToken` is empty"),
        (login("a\ttab"), "characters that no token has"),
        (login(scopes="user:inference"), "scopes` is missing, or no list"),
        (login(scopes=["user:profile"]), "scopes` lacks `user:inference`"),
        (login(expiresAt="soon"), "expiresAt` is no time"),
        (login(expiresAt=1e40), "expiresAt` is no time"),
        (login(refreshTokenExpiresAt=True), "refreshTokenExpiresAt` is no time"),
        (login(subscriptionType=3), "subscriptionType` is no text"),
    ],
)
def test_a_file_that_is_no_login_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(CredentialsInvalid, match=reason.replace("(", r"\(")) as refused:
        parse_login_file(content)
    assert refused.value.hint


def test_no_refusal_repeats_a_token() -> None:
    broken = login("a-secret-access-token")[:-1]
    with pytest.raises(CredentialsInvalid) as refused:
        parse_login_file(broken)
    assert "secret" not in f"{refused.value!r} {refused.value.hint} {refused.value.__cause__!r}"


def test_keys_and_tokens_are_told_apart() -> None:
    assert checked_key("  sk-ant-api03-abcdef\n") == "sk-ant-api03-abcdef"
    assert checked_token("sk-ant-oat01-abcdef") == "sk-ant-oat01-abcdef"
    with pytest.raises(CredentialsInvalid, match="setup-token"):
        checked_key("sk-ant-oat01-abcdef")
    with pytest.raises(CredentialsInvalid, match="API key"):
        checked_token("sk-ant-api03-abcdef")
    for wrong in ("short", '{"claudeAiOauth": {}}', "with a space in it", "käsekuchen"):
        with pytest.raises(CredentialsInvalid):
            checked_key(wrong)
