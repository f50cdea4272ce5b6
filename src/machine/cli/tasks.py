"""`machine tasks`: look at tasks, stop them, speak to them."""

from typing import TYPE_CHECKING, Any, Final

import click

from machine.cli.calls import path_of, with_api
from machine.cli.figures import cost_text, duration_text, tokens_text
from machine.cli.output import (
    Invocation,
    ListByDefault,
    clean,
    data_dir_option,
    emit,
    fields,
    json_line,
    json_option,
    one_line,
    table,
)
from machine.cli.run import follow_task

if TYPE_CHECKING:
    from machine.cli.client import Api

_STATUSES: Final = ("queued", "running", "waiting_input", "completed", "failed", "cancelled")
_STOP_SECONDS: Final = 120.0
_PAGE: Final = 1000


@click.group(cls=ListByDefault)
def tasks() -> None:
    """Look at tasks, follow them, stop them, speak to them."""


@tasks.command("list")
@click.option("--status", type=click.Choice(_STATUSES), default=None, help="Only those in this status.")
@click.option("--agent", metavar="A", default=None, help="Only those of this agent.")
@click.option("--machine", "machine_id", metavar="M", default=None, help="Only those on this machine.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True)
@click.option("--cursor", default=None, help="Go on after an earlier list.")
@data_dir_option
@json_option
@click.pass_obj
def list_(
    invocation: Invocation,
    *,
    status: str | None,
    agent: str | None,
    machine_id: str | None,
    limit: int,
    cursor: str | None,
    data_dir: str | None,
) -> None:
    """The newest tasks first."""
    which = {"status": status, "agent": agent, "machine_id": machine_id, "limit": limit, "cursor": cursor}
    page = with_api(data_dir, lambda api: api.get("/api/tasks", **which))
    rows = [
        (task["task_id"], task["status"], task.get("assigned_agent"), _when(task.get("created_at")), task.get("title"))
        for task in page["items"]
    ]
    text = table(("task", "status", "agent", "created", "title"), rows) if rows else "No tasks."
    if page.get("next_cursor"):
        text += f"\nmore: machine tasks list --cursor {clean(str(page['next_cursor']))}"
    emit(invocation, page, text)


@tasks.command()
@click.argument("task_id")
@data_dir_option
@json_option
@click.pass_obj
def show(invocation: Invocation, *, task_id: str, data_dir: str | None) -> None:
    """Everything about one task, its result included."""
    task = with_api(data_dir, lambda api: api.get(path_of("tasks", task_id)))
    emit(invocation, task, task_text(task))


@tasks.command()
@click.argument("task_id")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Leave out events up to this seq.")
@click.option("--wait/--no-wait", default=True, help="Without a terminal: wait for answers, or end with 5.")
@data_dir_option
@json_option
@click.pass_obj
def follow(invocation: Invocation, *, task_id: str, after: int, wait: bool, data_dir: str | None) -> int:
    """Show a task from its beginning, live to its end; like `machine run` after handing it in."""
    code: int = with_api(
        data_dir, lambda api: follow_task(api, task_id, as_json=invocation.json, wait=wait, after=after)
    )
    return code


@tasks.command()
@click.argument("task_id")
@click.option("--interrupt", is_flag=True, help="End only the present turn; the conversation stays open.")
@data_dir_option
@json_option
@click.pass_obj
def stop(invocation: Invocation, *, task_id: str, interrupt: bool, data_dir: str | None) -> None:
    """Stop a task; answers when none of its processes is left."""
    body = {"mode": "interrupt" if interrupt else "stop"}
    path = path_of("tasks", task_id, "stop")
    task = with_api(data_dir, lambda api: api.post(path, body, timeout_seconds=_STOP_SECONDS))
    emit(invocation, task, f"{one_line(task['task_id'], 60)} is {one_line(task['status'], 30)}")


@tasks.command("input")
@click.argument("task_id")
@click.argument("message")
@data_dir_option
@json_option
@click.pass_obj
def input_(invocation: Invocation, *, task_id: str, message: str, data_dir: str | None) -> None:
    """Send a message to a task; to a finished one, it starts a task that goes on from there."""
    answer = with_api(data_dir, lambda api: api.post(path_of("tasks", task_id, "input"), {"message": message}))
    taken_by = answer.get("task_id", task_id) if isinstance(answer, dict) else task_id
    emit(invocation, answer, f"sent to {one_line(taken_by, 60)}")


@tasks.command()
@click.argument("task_id")
@data_dir_option
@json_option
@click.pass_obj
def retry(invocation: Invocation, *, task_id: str, data_dir: str | None) -> None:
    """Do a finished task again, as a new task."""
    task = with_api(data_dir, lambda api: api.post(path_of("tasks", task_id, "retry")))
    emit(invocation, task, f"{one_line(task['task_id'], 60)} is {one_line(task['status'], 30)}")


@tasks.command()
@click.argument("task_id")
@click.option("--after", type=click.IntRange(min=0), default=0, help="Leave out events up to this seq.")
@data_dir_option
@json_option
@click.pass_obj
def events(invocation: Invocation, *, task_id: str, after: int, data_dir: str | None) -> None:
    """What is stored of a task so far; with --json one event a line."""
    with_api(data_dir, lambda api: _print_events(api, task_id, after, as_json=invocation.json))


async def _print_events(api: "Api", task_id: str, after: int, *, as_json: bool) -> None:
    from machine.cli.terminal import Transcript

    transcript = Transcript()
    while True:
        page = await api.get(path_of("tasks", task_id, "events"), after=after, limit=_PAGE)
        for event in page["events"]:
            if as_json:
                click.echo(json_line(event))
            else:
                click.echo("".join(span.text for span in transcript.render(event)), nl=False)
            after = event["seq"]
        if not page["events"] or after >= page["last_seq"]:
            break
    if not as_json:
        click.echo("".join(span.text for span in transcript.end_line()), nl=False)


def task_text(task: dict[str, Any]) -> str:
    """A task in full, for people."""
    failure = task.get("failure") or {}
    return fields(
        {
            "task": task.get("task_id"),
            "title": task.get("title"),
            "status": task.get("status"),
            "waits for": task.get("waiting_reason"),
            "queued for": task.get("queue_reason"),
            "in the queue": task.get("waits_for"),
            "agent": task.get("assigned_agent"),
            "machine": task.get("machine_id"),
            "profile": task.get("profile"),
            "because": (task.get("routing") or {}).get("reason"),
            "created": _when(task.get("created_at")),
            "completed": _when(task.get("completed_at")),
            "duration": duration_text(float(task.get("duration_seconds") or 0)),
            "tokens": tokens_text(task),
            "cost": cost_text(task, str(task.get("cost_kind") or "")),
            "failure": f"{failure.get('reason')}: {failure.get('message')}" if failure else None,
            "what to do": failure.get("hint"),
            "result": task.get("result"),
        }
    )


def _when(at: object) -> str | None:
    return str(at).replace("T", " ")[:19] if at else None
