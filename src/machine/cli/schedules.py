"""`machine schedules`: when work begins by itself; pause it, let it go on, run it now."""

from typing import Any

import click

from machine.cli.calls import path_of, with_api
from machine.cli.output import Invocation, ListByDefault, clean, data_dir_option, emit, json_option, one_line, table


@click.group(cls=ListByDefault)
def schedules() -> None:
    """See what begins by itself and when; pause it, resume it, run it now."""


@schedules.command("list")
@data_dir_option
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, data_dir: str | None) -> None:
    """All schedules, when they run next, and what is wrong with their files."""
    page = with_api(data_dir, lambda api: api.get("/api/schedules"))
    rows = [(one["name"], one["cron"], one["timezone"], _next(one), _last(one)) for one in page["items"]]
    text = table(("schedule", "cron", "zone", "next", "last"), rows) if rows else "No schedules."
    wrong = [f"{one['name']}: {one['problem']}" for one in page["items"] if one["problem"]]
    faults = [f"{one['path']}:{one['line'] or ''} {one['field']} {one['reason']}" for one in page["faults"]]
    emit(invocation, page, "\n".join([text, *(clean(line) for line in (*wrong, *faults))]))


@schedules.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def run(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Start its task now."""
    task = with_api(data_dir, lambda api: api.post(path_of("schedules", name, "run")))
    emit(invocation, task, f"{one_line(task['task_id'], 60)} is {one_line(task['status'], 30)}")


@schedules.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def pause(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Start nothing more until it is resumed."""
    one = with_api(data_dir, lambda api: api.post(path_of("schedules", name, "pause")))
    emit(invocation, one, f"{one_line(one['name'], 60)} is paused")


@schedules.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def resume(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Let it go on with its next time."""
    one = with_api(data_dir, lambda api: api.post(path_of("schedules", name, "resume")))
    emit(invocation, one, f"{one_line(one['name'], 60)} runs next at {_next(one)}")


@schedules.command()
@click.argument("name")
@click.option("--to", metavar="PERSON", default=None, help="Name or id; unset: yourself.")
@data_dir_option
@json_option
@click.pass_obj
def give(invocation: Invocation, *, name: str, to: str | None, data_dir: str | None) -> None:
    """Make it another person's: what it starts from now on are their tasks."""
    one = with_api(data_dir, lambda api: api.post(path_of("schedules", name, "owner"), {"user": to}))
    emit(invocation, one, f"{one_line(one['name'], 60)} belongs to {one_line(one['user_id'], 60)}")


def _next(one: dict[str, Any]) -> str:
    if one["paused"]:
        return "paused"
    return one_line(one["next_runs"][0], 40).replace("T", " ") if one["next_runs"] else "never"


def _last(one: dict[str, Any]) -> str:
    last = one.get("last_run") or {}
    return one_line(f"{last.get('outcome')} {last.get('task_id') or last.get('why') or ''}", 60) if last else ""
