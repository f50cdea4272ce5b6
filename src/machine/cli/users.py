"""`machine user`: people, on the data folder itself, as its administrator."""

from typing import Any

import click

from machine.cli.output import Invocation, ListByDefault, data_dir_option, emit, json_option, one_line, table
from machine.cli.people import on_folder

_ROLES = click.Choice(["administrator", "member", "viewer"])


@click.group(cls=ListByDefault)
def user() -> None:
    """People: who may come in, and what they may do."""


@user.command("list")
@data_dir_option
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, data_dir: str | None) -> None:
    """The people there are."""
    found = on_folder(data_dir, lambda offline: offline.users())
    rows = [(each.user_id, each.name, each.role.value, "disabled" if each.disabled_at else "") for each in found]
    text = table(("user", "name", "role", "state"), rows) if rows else "Nobody has come in yet: machine login-link"
    emit(invocation, {"items": [each.model_dump(mode="json") for each in found]}, text)


@user.command()
@click.option("--name", default=None, help="Whom it is for; they may choose another name.")
@click.option("--role", type=_ROLES, default="member", show_default=True, help="What they will be allowed to do.")
@click.option("--hours", type=click.IntRange(1, 168), default=72, show_default=True, help="How long the link works.")
@data_dir_option
@json_option
@click.pass_obj
def invite(invocation: Invocation, *, name: str | None, role: str, hours: int, data_dir: str | None) -> None:
    """Print a one-time link by which somebody becomes a user and chooses a password."""
    from datetime import timedelta

    from machine.domain.principal import Role

    link = on_folder(data_dir, lambda offline: offline.invite(name, Role(role), timedelta(hours=hours)))
    emit(invocation, {"link": link, "role": role}, link)


@user.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def disable(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Keep somebody out, at once; what they have stays. NAME is a name or an id."""
    _changed(invocation, name, data_dir, disabled=True)


@user.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def enable(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Let somebody in again who was disabled."""
    _changed(invocation, name, data_dir, disabled=False)


@user.command()
@click.argument("name")
@click.argument("role", type=_ROLES)
@data_dir_option
@json_option
@click.pass_obj
def role(invocation: Invocation, *, name: str, role: str, data_dir: str | None) -> None:
    """Give somebody another role, at once."""
    _changed(invocation, name, data_dir, role=role)


def _changed(invocation: Invocation, name: str, data_dir: str | None, **change: Any) -> None:
    from machine.ports import UserChange

    found = on_folder(data_dir, lambda offline: offline.change_user(name, UserChange(**change)))
    state = "disabled" if found.disabled_at else found.role.value
    emit(invocation, found.model_dump(mode="json"), f"{one_line(found.name, 60)} is {state}")
