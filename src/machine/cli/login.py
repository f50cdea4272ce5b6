"""`machine login`: Claude's login on the machine. Logging in to the machine itself is `machine login-link`."""

from pathlib import Path
from typing import Any, Final

import click

from machine.cli.calls import with_api
from machine.cli.output import FAILED, Invocation, clean, data_dir_option, emit, fields, json_option

_MAX_FILE_BYTES: Final = 64 * 1024
_TRIAL_SECONDS: Final = 150.0
"""A real request through Claude Code takes up to 60 s, and may have to wait for another one."""


@click.group()
def login() -> None:
    """Claude's login on the machine: see it, try it, replace it, give it up."""


@login.command()
@data_dir_option
@json_option
@click.pass_obj
def status(invocation: Invocation, *, data_dir: str | None) -> None:
    """Whether Claude Code can work, and how it logs in. Asks nobody."""
    found = with_api(data_dir, lambda api: api.get("/api/credentials"))
    emit(invocation, found, _status_text(found))


@login.command()
@data_dir_option
@json_option
@click.pass_obj
def validate(invocation: Invocation, *, data_dir: str | None) -> int:
    """Try it with one real request; the exit code tells."""
    path = "/api/credentials/validate"
    found = with_api(data_dir, lambda api: api.post(path, timeout_seconds=_TRIAL_SECONDS))
    emit(invocation, found, _verdict_text(found))
    return 0 if found["outcome"] == "worked" else FAILED


@login.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--force", is_flag=True, help="Keep it, too, when it cannot be tried.")
@data_dir_option
@json_option
@click.pass_obj
def upload(invocation: Invocation, *, file: Path, force: bool, data_dir: str | None) -> None:
    """Use the login in FILE (- for standard input): a .credentials.json. It is tried first."""
    with click.open_file(str(file), "rb") as source:
        content = source.read(_MAX_FILE_BYTES + 1)
    path = "/api/credentials/upload"
    taken = with_api(data_dir, lambda api: api.upload_text(path, content, timeout_seconds=_TRIAL_SECONDS, force=force))
    said = f"The login is kept. {_verdict_text(taken['validation'])} {clean(taken['note'])}"
    emit(invocation, taken, said.strip())


@login.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@data_dir_option
@json_option
@click.pass_obj
def logout(invocation: Invocation, *, yes: bool, data_dir: str | None) -> None:
    """Forget the login file and the keys that the machine keeps; tasks wait from then on."""
    if not yes:
        click.confirm("Forget Claude's login on the machine? Tasks will wait.", abort=True, err=True)
    with_api(data_dir, lambda api: api.post("/api/credentials/logout", {"confirm": True}))
    emit(invocation, {"state": "logged_out"}, "Claude's login is forgotten.")


def _status_text(found: dict[str, Any]) -> str:
    details = found["details"] or {}
    return fields(
        {
            "state": found["state"],
            "says": f"{found['message']} {found['hint']}".strip(),
            "until": found["until"],
            "method": found["method"],
            "subscription": found["subscription"],
            "expires": found["expires_at"],
            "source": details.get("variable") or details.get("folder"),
            "problem": details.get("file_problem"),
            "last worked": found["last_ok"],
            "last refused": found["last_refused"],
        }
    )


def _verdict_text(found: dict[str, Any]) -> str:
    cost = f" It cost ${found['cost_usd']:.4f}." if found["cost_usd"] else ""
    return clean(f"{found['message']}{cost}")
