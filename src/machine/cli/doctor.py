"""`machine doctor`: what is in the way of working here, and how to mend it."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from machine.cli.output import COMPLETED, FAILED, Invocation, clean, data_dir_option, emit, json_option

if TYPE_CHECKING:
    from machine.app.checks import Check
    from machine.domain.finding import Finding
    from machine.settings import Settings

_MARKS: Final = {"ok": "ok     ", "warning": "warning", "problem": "PROBLEM"}


@click.command()
@click.option("--fleet", is_flag=True, help="Look at all machines that share this one's database instead.")
@data_dir_option
@json_option
@click.pass_obj
def doctor(invocation: Invocation, *, fleet: bool, data_dir: str | None) -> int:
    """Check computer, data folder, Claude Code, login and daemon.

    Every line is ok, a warning, or a problem with how to mend it; exit code 1 when there is a problem.
    """
    from machine.cli.config import read_checked_settings

    settings = read_checked_settings(os.environ, data_dir=data_dir)
    findings = _examine_fleet(settings) if fleet else _examine(settings)
    problems = sum(finding.level == "problem" for finding in findings)
    body = {
        "ok": not problems,
        "checks": [
            {"check": each.check, "level": each.level, "text": each.text, "hint": each.hint} for each in findings
        ],
    }
    emit(invocation, body, "\n".join([*map(_line, findings), _summary(findings)]))
    return FAILED if problems else COMPLETED


def _examine(settings: "Settings") -> "list[Finding]":
    from machine.app.checks import LOCAL_CHECKS, guarded

    checks: tuple[Check, ...] = (*LOCAL_CHECKS, _daemon, _folder)
    return [finding for check in checks for finding in guarded(check, settings)]


def _examine_fleet(settings: "Settings") -> "list[Finding]":
    import asyncio

    from machine.app.fleet_doctor import examine

    return asyncio.run(examine(settings))


def _folder(settings: "Settings") -> "Iterator[Finding]":
    """Database and login, through the same code that the daemon uses; nothing is made that is not there yet."""
    import asyncio

    from machine.app import checks
    from machine.domain.errors import MachineError
    from machine.domain.finding import Finding
    from machine.store.health import is_made

    try:
        if not (is_made(settings.database) if settings.database_url else settings.database_file.exists()):
            yield Finding("database", "warning", "there is none yet", "`machine serve` makes it.")
            return
        report, login = asyncio.run(_ask_folder(settings))
    except (MachineError, OSError) as error:
        hint = getattr(error, "hint", "") or "Look at the message; a backup is beside the database."
        yield Finding("database", "problem", str(error), hint)
        return
    yield checks.database(report)
    yield checks.login(login, login.method, demo=settings.demo)


async def _ask_folder(settings: "Settings") -> tuple[dict[str, Any], Any]:
    from machine.app import offline

    async with offline(settings) as folder:
        return await folder.database_report(), await folder.check_login()


def _daemon(settings: "Settings") -> "Iterator[Finding]":
    """The folder's daemon answers and is as old as this program; or its port is free."""
    from machine.app.checks import port_is_free
    from machine.cli.config import daemon_url
    from machine.domain.finding import Finding

    if (url := daemon_url(settings.data_dir)) is not None:
        if (health := _health(url)) is not None:
            yield _version(url, str(health.get("version")))
            return
        yield Finding("daemon", "warning", f"{url} does not answer", "It is not running; start it: machine serve")
    address = f"{settings.host}:{settings.port}"
    try:
        free = not settings.port or port_is_free(settings.host, settings.port)
    except OSError as error:
        yield Finding("port", "problem", f"cannot listen on {address}: {error.strerror}", "Set HOST and PORT.")
        return
    if free:
        yield Finding("port", "ok", f"{address} is free")
        return
    who = "a daemon on another data folder" if _health(f"http://{address}") else "another program"
    yield Finding("port", "problem", f"{address} is taken by {who}", "Stop it, or choose another PORT.")


def _version(url: str, running: str) -> "Finding":
    from machine.domain.finding import Finding
    from machine.domain.version import VERSION

    if running == VERSION:
        return Finding("daemon", "ok", f"answers at {url}, version {running}")
    return Finding("daemon", "warning", f"runs version {running}, this is {VERSION}", "Restart the daemon.")


def _health(url: str) -> dict[str, Any] | None:
    """What `/healthz` answers, or None when nobody does or it is not ours."""
    import httpx2

    try:
        with httpx2.Client(trust_env=False, timeout=3) as client:
            answer = client.get(f"{url}/healthz").json()
    except (httpx2.HTTPError, ValueError):
        return None
    return answer if isinstance(answer, dict) and "machine_id" in answer else None


def _line(finding: "Finding") -> str:
    line = f"{_MARKS[finding.level]}  {finding.check}: {clean(finding.text)}"
    return f"{line}\n         → {clean(finding.hint)}" if finding.hint and finding.level != "ok" else line


def _summary(findings: "list[Finding]") -> str:
    levels = [finding.level for finding in findings]
    counts = f"{levels.count('problem')} problem(s), {levels.count('warning')} warning(s)"
    return f"\n{counts}" if "problem" in levels else f"\nReady to work: {counts}"
