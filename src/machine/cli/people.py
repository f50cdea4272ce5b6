"""`machine login-link` and `machine token`: done on the data folder itself, beside a running daemon or without one."""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from machine.cli.config import read_checked_settings
from machine.cli.output import Invocation, ListByDefault, data_dir_option, emit, json_option, one_line, table

if TYPE_CHECKING:
    from machine.app import Offline


@click.command("login-link")
@data_dir_option
@json_option
@click.pass_obj
def login_link(invocation: Invocation, *, data_dir: str | None) -> None:
    """Print a fresh one-time link; opening it shows a button, and only the click uses it up."""
    link = on_folder(data_dir, lambda offline: offline.login_link())
    emit(invocation, {"link": link}, link)


@click.group(cls=ListByDefault)
def token() -> None:
    """Tokens for programs: made here, shown once, stored as hashes."""


@token.command()
@click.option("--name", required=True, help="What it is for, so that it can be told from others.")
@click.option(
    "--expires-in-days",
    "--expires-days",
    "expires_days",
    type=click.IntRange(1, 3650),
    default=None,
    help="End of its life (default: none).",
)
@click.option(
    "--scope",
    "scopes",
    type=click.Choice(["metrics", "read", "tasks", "admin"]),
    multiple=True,
    default=("admin",),
    help="How far it reaches: /metrics alone; looking; tasks and answers as well; everything (default).",
)
@data_dir_option
@json_option
@click.pass_obj
def create(
    invocation: Invocation, *, name: str, expires_days: int | None, scopes: tuple[str, ...], data_dir: str | None
) -> None:
    """Make a token of the local administrator and print it, alone: TOKEN=$(machine token create --name ci)."""
    from machine.domain.principal import Scope

    expires_at = datetime.now(UTC) + timedelta(days=expires_days) if expires_days else None
    secret = on_folder(data_dir, lambda offline: offline.create_token(name, expires_at, tuple(map(Scope, scopes))))
    emit(
        invocation,
        {"name": name, "token": secret, "expires_at": expires_at and expires_at.isoformat(), "scopes": scopes},
        secret,
    )


@token.command("list")
@data_dir_option
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, data_dir: str | None) -> None:
    """The tokens there are, without their secrets."""
    found = on_folder(data_dir, lambda offline: offline.tokens())
    rows = [
        (
            each.token_id,
            each.name,
            " ".join(each.scopes),
            _day(each.created_at),
            _day(each.last_used_at),
            _day(each.expires_at),
            _state(each),
        )
        for each in found
    ]
    text = (
        table(("token", "name", "scopes", "created", "last used", "expires", "state"), rows) if rows else "No tokens."
    )
    emit(invocation, {"items": [each.model_dump(mode="json") for each in found]}, text)


@token.command()
@click.argument("token_id")
@data_dir_option
@json_option
@click.pass_obj
def revoke(invocation: Invocation, *, token_id: str, data_dir: str | None) -> None:
    """End a token; connections made with it end too."""
    on_folder(data_dir, lambda offline: offline.revoke_token(token_id))
    emit(invocation, {"token_id": token_id, "state": "revoked"}, f"{one_line(token_id, 60)} is revoked")


def on_folder(data_dir: str | None, work: "Callable[[Offline], Awaitable[Any]]") -> Any:
    """What `work` gives on the opened data folder. Raises MachineError."""
    import asyncio

    settings = read_checked_settings(os.environ, data_dir=data_dir)

    async def opened() -> Any:
        from machine.app import offline

        async with offline(settings) as folder:
            return await work(folder)

    return asyncio.run(opened())


def _day(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else ""


def _state(token: Any) -> str:
    if token.revoked_at:
        return "revoked"
    return "expired" if token.expires_at and token.expires_at <= datetime.now(UTC) else "valid"
