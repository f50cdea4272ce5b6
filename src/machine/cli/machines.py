"""`machine machines`: which share the work and how they are; drain one, let it go on."""

from typing import Any

import click

from machine.cli.calls import path_of, with_api
from machine.cli.output import Invocation, ListByDefault, data_dir_option, emit, json_option, one_line, table


@click.group(cls=ListByDefault)
def machines() -> None:
    """See the machines of a fleet; let one take no more tasks, and take them again."""


@machines.command("list")
@data_dir_option
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, data_dir: str | None) -> None:
    """All machines, what they do, and when they were last heard of."""
    page = with_api(data_dir, lambda api: api.get("/api/machines"))
    emit(invocation, page, machines_text(page))


@machines.command()
@click.argument("machine_id")
@data_dir_option
@json_option
@click.pass_obj
def drain(invocation: Invocation, *, machine_id: str, data_dir: str | None) -> None:
    """Let it take no more tasks. What it runs goes on."""
    one = with_api(data_dir, lambda api: api.post(path_of("machines", machine_id, "drain")))
    emit(invocation, one, f"{one_line(one['machine_id'], 64)} takes no more tasks; it has {_tasks(one) or 'none'}")


@machines.command()
@click.argument("machine_id")
@data_dir_option
@json_option
@click.pass_obj
def resume(invocation: Invocation, *, machine_id: str, data_dir: str | None) -> None:
    """Let it take tasks again."""
    one = with_api(data_dir, lambda api: api.post(path_of("machines", machine_id, "resume")))
    emit(invocation, one, f"{one_line(one['machine_id'], 64)} takes tasks again")


def machines_text(page: dict[str, Any]) -> str:
    """The machines as a table, with what is worth a line of its own below it."""
    heads = ("machine", "role", "state", "tasks", "slots", "cpu", "memory", "version", "labels", "last heard of")
    rows = [
        (
            one["machine_id"],
            one["role"],
            one["state"],
            _tasks(one),
            one["slots"] or "",
            _percent(one["load"]["cpu_percent"]),
            _percent(one["load"]["memory_percent"]),
            one["version"],
            ", ".join(one["labels"]),
            str(one["seen_at"])[:19].replace("T", " "),
        )
        for one in page["items"]
    ]
    text = table(heads, rows)
    for one in page["items"]:
        if one.get("held_back"):
            text += f"\n{one_line(one['machine_id'], 64)} starts nothing: {one_line(one['held_back'], 400)}"
    at_work = {one["version"] for one in page["items"] if one["state"] in ("ready", "draining")}
    if len(at_work) > 1:
        text += f"\nThey run different versions: {', '.join(sorted(at_work))}."
    if not page["in_fleet"]:
        text += "\nThis machine works alone; docs/operating.md says how several share the work."
    return text


def _tasks(one: dict[str, Any]) -> str:
    return ", ".join(f"{count} {name}" for name, count in one["tasks"].items() if count)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0f} %"
