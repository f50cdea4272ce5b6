"""scripts/export-keychain-credentials.sh: the login of a computer as JSON, or what is wrong. All homes are ours."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "export-keychain-credentials.sh"
LOGIN = {"claudeAiOauth": {"accessToken": "not-a-token", "refreshToken": "nor-this", "expiresAt": 1, "scopes": []}}


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def export(home: Path, *arguments: str, programs: Path | None = None, **env: str) -> "subprocess.CompletedProcess[str]":
    path = os.environ["PATH"] if programs is None else f"{programs}:{os.environ['PATH']}"
    environ = {"PATH": path, "HOME": str(home), "USER": "somebody", **env}
    return subprocess.run([SCRIPT, *arguments], env=environ, capture_output=True, text=True, check=False, timeout=30)


def mac(folder: Path, security: str) -> Path:
    """Programs that make this computer look like a Mac whose `security` does that."""
    program(folder, "uname", "echo Darwin")
    program(folder, "security", security)
    return folder


def login_file(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    path = folder / ".credentials.json"
    path.write_text(text)
    return path


def test_on_linux_the_file_of_the_cli_is_printed(tmp_path: Path) -> None:
    login_file(tmp_path / ".claude", json.dumps(LOGIN))
    done = export(tmp_path)
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, LOGIN, "")


def test_a_config_folder_elsewhere_is_found(tmp_path: Path) -> None:
    login_file(tmp_path / "else where", json.dumps(LOGIN))
    done = export(tmp_path, CLAUDE_CONFIG_DIR=str(tmp_path / "else where"))
    assert (done.returncode, json.loads(done.stdout)) == (0, LOGIN)


@pytest.mark.parametrize("text", [json.dumps(LOGIN), json.dumps(LOGIN).encode().hex()])
def test_on_a_mac_the_keychain_s_item_is_printed(tmp_path: Path, text: str) -> None:
    wanted = "find-generic-password -s Claude Code-credentials -a somebody -w"
    programs = mac(tmp_path / "bin", f"[ \"$*\" = '{wanted}' ] || exit 9\ncat <<'END'\n{text}\nEND")
    program(programs, "xxd", "exec python3 -c 'import sys; sys.stdout.write(bytes.fromhex(sys.stdin.read()).decode())'")
    done = export(tmp_path, programs=programs)
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (0, LOGIN, "")


def test_on_a_mac_without_an_item_the_file_is_printed(tmp_path: Path) -> None:
    login_file(tmp_path / ".claude", json.dumps(LOGIN))
    done = export(tmp_path, programs=mac(tmp_path / "bin", "exit 44"))
    assert (done.returncode, json.loads(done.stdout)) == (0, LOGIN)


def test_a_locked_keychain_is_said_and_no_file_stands_in_for_it(tmp_path: Path) -> None:
    login_file(tmp_path / ".claude", json.dumps(LOGIN))
    done = export(tmp_path, programs=mac(tmp_path / "bin", "exit 36"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "locked" in done.stderr


def test_no_login_is_said_with_what_to_do(tmp_path: Path) -> None:
    for programs in (None, mac(tmp_path / "bin", "exit 44")):
        done = export(tmp_path, programs=programs)
        assert (done.returncode, done.stdout) == (1, "")
        assert "there is no login" in done.stderr
        assert "log in first" in done.stderr


@pytest.mark.parametrize("text", ["", "no json", "[]", "{}", '{"claudeAiOauth": {"accessToken": ""}}'])
def test_what_is_no_login_is_not_printed(tmp_path: Path, text: str) -> None:
    login_file(tmp_path / ".claude", text)
    done = export(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "no login" in done.stderr


def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    path = login_file(tmp_path / ".claude", json.dumps(LOGIN))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("the administrator of a computer may read everything")
    done = export(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "may not be read" in done.stderr


def test_arguments_are_refused(tmp_path: Path) -> None:
    assert export(tmp_path, "--help").returncode == 2


def test_it_can_be_run() -> None:
    assert SCRIPT.stat().st_mode & stat.S_IXUSR
