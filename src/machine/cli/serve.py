"""`machine serve`: the daemon in the foreground."""

import os
from typing import TYPE_CHECKING

import click

from machine.cli.config import read_checked_settings
from machine.cli.output import USAGE, CliError, Invocation, data_dir_option, json_option

if TYPE_CHECKING:
    from machine.settings import Settings


@click.command()
@click.option("--demo", is_flag=True, default=None, help="Use the demo model: no account, no cost.")
@click.option(
    "--role",
    type=click.Choice(["all", "web", "worker"]),
    default=None,
    help="What this process does: everything (default), what people ask for, or tasks. The latter two want PostgreSQL.",
)
@click.option("--host", metavar="H", default=None, help="Address to listen on (default: 127.0.0.1).")
@click.option("--port", metavar="P", type=click.IntRange(0, 65535), default=None, help="Port (default: 8080; 0: any).")
@data_dir_option
@click.option(
    "--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default=None, help="What to log."
)
@click.option("--log-format", type=click.Choice(["auto", "json", "console"]), default=None, help="How to log.")
@json_option
@click.pass_obj
def serve(
    invocation: Invocation,
    *,
    demo: bool | None,
    role: str | None,
    host: str | None,
    port: int | None,
    data_dir: str | None,
    log_level: str | None,
    log_format: str | None,
) -> int:
    """Start the daemon and print a one-time link to log in with."""
    if invocation.json and log_format is None:
        log_format = "json"
    settings = read_checked_settings(
        os.environ,
        demo=demo or None,
        role=role,
        host=host,
        port=port,
        data_dir=data_dir,
        log_level=log_level,
        log_format=log_format,
    )
    _check_database(settings)
    from machine.app import serve as start

    return start(settings)


def _check_database(settings: "Settings") -> None:
    """Raises CliError where processes that share the work would not share what they know."""
    if settings.role == "all" or settings.in_fleet:
        return
    raise CliError(
        f"The role {settings.role} shares the work with others through PostgreSQL, and DATABASE_URL is not set.",
        hint="Set DATABASE_URL=postgresql://…, or leave the role out: then this process does everything by itself.",
        exit_code=USAGE,
        code="settings",
    )
