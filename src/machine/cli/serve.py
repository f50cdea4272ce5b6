"""`machine serve`: the daemon in the foreground."""

import os

import click

from machine.cli.config import read_checked_settings
from machine.cli.output import Invocation, data_dir_option, json_option


@click.command()
@click.option("--demo", is_flag=True, default=None, help="Use the demo model: no account, no cost.")
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
        host=host,
        port=port,
        data_dir=data_dir,
        log_level=log_level,
        log_format=log_format,
    )
    from machine.app import serve as start

    return start(settings)
