"""`machine webhooks`: which there are, what to enter at their providers, and switching them."""

from collections.abc import Mapping
from typing import Any

import click

from machine.cli.calls import path_of, with_api
from machine.cli.output import Invocation, ListByDefault, data_dir_option, emit, fields, json_option, one_line, table


@click.group(cls=ListByDefault)
def webhooks() -> None:
    """See and switch webhooks."""


@webhooks.command("list")
@data_dir_option
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, data_dir: str | None) -> None:
    """All webhooks: provider, state, address."""
    page = with_api(data_dir, lambda api: api.get("/api/webhooks"))
    rows = [(one["name"], one["provider"], _state(one), one["url"]) for one in page["items"]]
    faults = [one_line(f"{fault['path']}: {fault['reason']}", 200) for fault in page["faults"]]
    emit(invocation, page, "\n".join([table(("webhook", "provider", "", "address"), rows, widest=100), *faults]))


@webhooks.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def show(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """One webhook, and what to enter at its provider."""
    one = with_api(data_dir, lambda api: api.get(path_of("webhooks", name)))
    emit(invocation, one, _text(one))


@webhooks.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def enable(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Take deliveries in."""
    _switch(invocation, name, "enable", data_dir)


@webhooks.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def disable(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Answer its address as if there were none."""
    _switch(invocation, name, "disable", data_dir)


@webhooks.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def resume(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Let triggers that failed too often in a row start tasks again."""
    answer = with_api(data_dir, lambda api: api.post(path_of("webhooks", name, "resume")))
    emit(invocation, answer, f"{answer['resumed']} triggers of {one_line(name, 70)} resumed")


@webhooks.command()
@click.argument("name")
@click.option("--to", metavar="PERSON", default=None, help="Name or id; unset: yourself.")
@data_dir_option
@json_option
@click.pass_obj
def give(invocation: Invocation, *, name: str, to: str | None, data_dir: str | None) -> None:
    """Make it another person's: what it starts from now on are their tasks."""
    one = with_api(data_dir, lambda api: api.post(path_of("webhooks", name, "owner"), {"user": to}))
    emit(invocation, one, f"{one_line(name, 70)} belongs to {one_line(one['user_id'], 60)}")


def _switch(invocation: Invocation, name: str, step: str, data_dir: str | None) -> None:
    one = with_api(data_dir, lambda api: api.post(path_of("webhooks", name, step)))
    emit(invocation, one, f"{one_line(name, 70)} is {_state(one)}")


def _state(one: Mapping[str, Any]) -> str:
    if not one["enabled"]:
        return "disabled"
    if one["problem"]:
        return "starts nothing"
    return "paused" if one["paused"] else "enabled"


def _text(one: Mapping[str, Any]) -> str:
    setup = one["setup"]
    return fields(
        {
            "webhook": one["name"],
            "provider": one["provider"],
            "state": _state(one),
            "address": one["url"],
            "where": setup["where"],
            "secret": setup["signing"],
            "events": setup["events"],
            "of triggers": ", ".join(one["listens_to"]),
            "notes": "\n".join(setup["notes"]),
            "paused": "\n".join(f"{each['trigger']}: {each['why']}" for each in one["paused"]),
            "problem": one["problem"] or None,
            "heed": "\n".join(one["warnings"]),
        }
    )
