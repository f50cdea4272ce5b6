"""The command line. Nothing heavy is imported before a command runs, so `machine --help` answers at once."""

import sys
from collections.abc import Sequence

import click

from machine.cli.approvals import approvals
from machine.cli.backup import backup, restore
from machine.cli.budgets import budgets
from machine.cli.costs import costs
from machine.cli.disk import disk
from machine.cli.doctor import doctor
from machine.cli.env import env
from machine.cli.login import login
from machine.cli.machines import machines
from machine.cli.output import FAILED, LEFT, CliError, Invocation, show_error
from machine.cli.people import login_link, token
from machine.cli.run import run
from machine.cli.schedules import schedules
from machine.cli.serve import serve
from machine.cli.status import agents, status
from machine.cli.tasks import tasks
from machine.cli.users import user
from machine.cli.webhooks import webhooks
from machine.domain.errors import MachineError


def _show_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        from machine.domain.version import VERSION

        click.echo(f"machine {VERSION}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version, help="Say which.")
def cli() -> None:
    """A daemon that runs Claude Code on demand, visibly and steerably.

    `machine serve` starts it, `machine run "…"` gives it work. Try it with `machine serve --demo`: no account, no cost.
    """


_COMMANDS = (
    *(serve, run, tasks, approvals, agents, env, schedules, webhooks, status, machines, costs, budgets, disk),
    *(login_link, login, token, user, doctor, backup, restore),
)
for _command in _COMMANDS:
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; errors become a sentence on stderr, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character gets a question mark
    invocation = Invocation()
    try:
        result = cli.main(args=arguments, prog_name="machine", obj=invocation, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return LEFT
    except CliError as error:
        show_error(error, as_json=invocation.json)
        return error.exit_code
    except MachineError as error:
        shown = CliError(error.message, hint=error.hint, exit_code=FAILED, code=error.code)
        show_error(shown, as_json=invocation.json)
        return shown.exit_code
    except OSError as error:
        show_error(CliError(f"{error}.", code="os_error"), as_json=invocation.json)
        return FAILED
    return result if isinstance(result, int) else 0
