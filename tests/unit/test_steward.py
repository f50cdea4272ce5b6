"""What the steward refuses, and what happens where there is none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from machine.app.agent_users import open_settling
from machine.claude.agent_login import without_renewal
from machine.claude.installation import Installation
from machine.claude.steward_requests import Steward
from machine.domain.errors import StewardMissing
from machine.settings import read_settings

PRINT = "import os; print(os.geteuid(), os.environ.get('MACHINE_AGENT_USERS'), os.environ.get('MACHINE_STEWARD'))"


@pytest.mark.parametrize("text", ["20000", "20000-", "0-10", "30000-20000", "root-agents", "-5-10"])
def test_users_of_agents_are_two_numbers_in_order_and_not_root(text: str) -> None:
    with pytest.raises(ValidationError, match="FIRST-LAST"):
        read_settings({"MACHINE_AGENT_USERS": text})


def test_users_of_agents_may_be_left_out() -> None:
    assert read_settings({}).agent_users is None
    assert read_settings({"MACHINE_AGENT_USERS": ""}).agent_users is None
    assert read_settings({"MACHINE_AGENT_USERS": "20000-29999"}).agent_users == (20000, 29999)


def test_a_daemon_that_shall_switch_users_and_cannot_says_so(tmp_path: Path) -> None:
    settings = read_settings({"MACHINE_AGENT_USERS": "20000-29999"}, data_dir=tmp_path)
    installation = Installation.from_settings(settings, {}, instance="test")
    with pytest.raises(StewardMissing, match="no steward"):
        open_settling(settings, installation)


@pytest.mark.parametrize("user", [0, 1000, 19999, 30000, "20000", None])
def test_the_steward_knows_users_of_agents_and_no_others(user: object) -> None:
    steward = Steward(user=1000, group=1000, first=20000, last=29999)
    assert steward.check(20000) == 20000
    with pytest.raises(PermissionError):
        steward.check(user)


def run_steward(*arguments: str, **options: object) -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": os.environ["PATH"], "MACHINE_AGENT_USERS": "20000-29999"}
    command = (sys.executable, "-m", "machine.claude.steward", *arguments)
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload,no-any-return]  # the options are whatever run takes


@pytest.mark.skipif(os.geteuid() == 0, reason="root may switch users")
def test_started_by_a_user_it_only_runs_the_daemon() -> None:
    done = run_steward("--user", "machine", "--", sys.executable, "-c", PRINT)
    assert (done.returncode, done.stdout.split()) == (0, [str(os.geteuid()), "None", "None"])
    assert "as the daemon does" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can switch users")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--user", "root"), "must not be root"),
        (("--user", "nobody-has-this-name"), "there is no user"),
        (("--user", "20005"), "neither root nor user 20005"),
        (("--user", "1234", "--agents", "many"), "FIRST-LAST"),
        (("--user", "1234", "--agents", "0-5"), "neither root"),
        ((), "--user"),
    ],
)
def test_it_refuses_users_that_would_be_no_separation(arguments: tuple[str, ...], said: str) -> None:
    done = run_steward(*arguments, "--", "true")
    assert done.returncode != 0
    assert said in done.stderr


def test_what_agents_get_of_a_login_cannot_be_renewed() -> None:
    content = b'{"claudeAiOauth": {"accessToken": "a", "refreshToken": "r", "expiresAt": 1}, "other": "o"}'
    assert without_renewal(content) == b'{"claudeAiOauth": {"accessToken": "a", "expiresAt": 1}}'
    assert without_renewal(b"{}") is None
    assert without_renewal(b"no json") is None
