"""`machine run`: give the machine a task and watch it."""

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from machine.cli.calls import with_api
from machine.cli.output import USAGE, CliError, Invocation, data_dir_option, emit, json_option, one_line

if TYPE_CHECKING:
    from machine.cli.client import Api

_POSITIVE: Final = click.FloatRange(min=0, min_open=True)


@click.command()
@click.argument("message")
@click.option("--agent", metavar="A", default=None, help="Which agent does it (default: the machine decides).")
@click.option("--follow/--no-follow", default=True, help="Stay and show it, or only hand it in.")
@click.option(
    "--wait/--no-wait", default=True, help="Without a terminal: wait for answers given elsewhere, or end with 5."
)
@click.option("--interactive", is_flag=True, help="Keep the conversation open after the first result.")
@click.option("--timeout", "timeout_seconds", metavar="SECONDS", type=_POSITIVE, help="Longest running time.")
@click.option("--max-turns", metavar="N", type=click.IntRange(min=1), help="Most turns of the agent.")
@click.option("--max-budget", "max_budget_usd", metavar="USD", type=_POSITIVE, help="Most that it may cost.")
@click.option("--repository", metavar="URL", help="A git repository: the task gets a clone of it.")
@click.option("--ref", metavar="R", help="Which branch, tag, commit or ref of it (default: the repository's own).")
@data_dir_option
@json_option
@click.pass_obj
def run(
    invocation: Invocation,
    *,
    message: str,
    agent: str | None,
    follow: bool,
    wait: bool,
    interactive: bool,
    timeout_seconds: float | None,
    max_turns: int | None,
    max_budget_usd: float | None,
    repository: str | None,
    ref: str | None,
    data_dir: str | None,
) -> int:
    """Give the machine a task and watch it work. MESSAGE "-" reads it from standard input.

    At a terminal, questions and permissions are answered right here, and Ctrl-C asks whether to stop the task. --json
    prints the task's events, one a line.

    \b
    Exit codes: 0 completed, 1 failed, 2 not accepted, 3 cancelled, 4 daemon not reached,
    5 waits for an answer that nobody here can give (--no-wait), 130 you left and the task goes on.
    """
    wish = {
        "message": _read(message),
        "agent": agent,
        "is_interactive": interactive or None,
        "timeout_seconds": timeout_seconds,
        "max_turns": max_turns,
        "max_budget_usd": max_budget_usd,
        "repository": repository,
        "ref": ref,
    }
    body = {name: value for name, value in wish.items() if value is not None}
    code: int = with_api(data_dir, lambda api: _run(api, invocation, body, follow=follow, wait=wait))
    return code


async def _run(api: "Api", invocation: Invocation, body: dict[str, Any], *, follow: bool, wait: bool) -> int:
    task = await api.post("/api/tasks", body)
    if not follow:
        emit(invocation, task, one_line(task["task_id"], 100))
        return 0
    return await follow_task(api, task["task_id"], as_json=invocation.json, wait=wait)


async def follow_task(api: "Api", task_id: str, *, as_json: bool, wait: bool = True, after: int = 0) -> int:
    """Show a task until it ends; returns the exit code that tells how. Raises CliError."""
    from machine.cli.follow import Follower
    from machine.cli.screen import screen_for
    from machine.cli.stream import EventStream

    at_terminal = not as_json and sys.stdin.isatty() and sys.stdout.isatty()
    stream = EventStream(api, task_id, after=after)
    return await Follower(api, stream, screen_for(as_json=as_json), at_terminal=at_terminal, wait=wait).follow()


def _read(message: str) -> str:
    text = sys.stdin.buffer.read().decode(errors="replace") if message == "-" else message
    if not text.strip():
        raise CliError("The message is empty.", hint='Say what to do: machine run "…"', exit_code=USAGE, code="empty")
    return text
