"""`machine status` and `machine agents`: how the machine is, and who works on it."""

from collections.abc import Mapping
from typing import Any

import click

from machine.cli.calls import with_api
from machine.cli.output import (
    Invocation,
    ListByDefault,
    data_dir_option,
    emit,
    fields,
    json_option,
    table,
)


@click.command()
@data_dir_option
@json_option
@click.pass_obj
def status(invocation: Invocation, *, data_dir: str | None) -> None:
    """How the machine is: what runs, what waits, whether Claude Code is logged in."""
    answer = with_api(data_dir, lambda api: api.get("/api/status"))
    emit(invocation, answer, status_text(answer))


@click.group(cls=ListByDefault)
def agents() -> None:
    """The agents there are."""


@agents.command("list")
@data_dir_option
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, data_dir: str | None) -> None:
    """Name and purpose of every agent."""
    page = with_api(data_dir, lambda api: api.get("/api/agents"))
    rows = [
        (agent["name"], "built in" if agent.get("builtin") else "", agent.get("description")) for agent in page["items"]
    ]
    emit(invocation, page, table(("agent", "", "what for"), rows, widest=100))


def status_text(answer: Mapping[str, Any]) -> str:
    """The machine on a few lines, in words."""
    now: Mapping[str, Any] = answer.get("machine") or {}
    login: Mapping[str, Any] = answer.get("auth") or {}
    caller: Mapping[str, Any] = answer.get("me") or {}
    demo = ", demo: no real model, no cost" if answer.get("demo") else ""
    counts = ", ".join(f"{now.get(name, 0)} {name}" for name in ("running", "queued", "waiting"))
    return fields(
        {
            "machine": f"{answer.get('machine_id')}, version {answer.get('version')}{demo}",
            "role": {"web": "web: takes requests, runs no tasks"}.get(str(answer.get("role"))),
            "state": f"{now.get('state')}, {counts}, {now.get('slots')} slots",
            "held back": now.get("held_back"),
            "login": " · ".join(str(login[name]) for name in ("state", "message", "hint", "until") if login.get(name)),
            "you": f"{caller.get('name')} ({caller.get('role')})",
            "default agent": answer.get("default_agent"),
            "heed": "\n".join(f"{one['message']} {one['hint']}" for one in answer.get("warnings") or ()),
        }
    )
