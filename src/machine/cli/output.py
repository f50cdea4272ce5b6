"""What a command gives back: text for people or JSON for programs, errors with what to do, and exit codes."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click

COMPLETED: Final = 0
FAILED: Final = 1
USAGE: Final = 2
CANCELLED: Final = 3
UNREACHABLE: Final = 4
UNANSWERED: Final = 5
LEFT: Final = 130
"""Ctrl-C: this program ended, what it looked at may go on."""

F = TypeVar("F", bound=Callable[..., Any])

# Text of models, tools and strangers must not move the cursor, set the clipboard, or show itself in another order than
# it is.
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


@dataclass
class Invocation:
    """What `main` needs to know of the command that runs, to show its errors in the same form as its results."""

    json: bool = False


class CliError(Exception):
    """A command cannot do what was asked. `code` is stable, `hint` says what to do, `exit_code` ends the process."""

    def __init__(self, message: str, *, hint: str = "", exit_code: int = FAILED, code: str = "failed") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
        self.code = code


def clean(text: str) -> str:
    """`text` without terminal sequences, and with every other unsafe character shown by its number."""
    text = _ANSI.sub("", text.replace("\r\n", "\n")).replace("\r", "\n")
    return _UNSAFE.sub(lambda found: f"<{ord(found[0]):04X}>", text)


def one_line(text: object, limit: int) -> str:
    """`text` cleaned, on one line, cut to `limit` characters."""
    line = " ".join(clean(str(text)).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def json_line(value: object) -> str:
    """`value` as one line of JSON in plain ASCII, which no terminal can misread."""
    return json.dumps(value, separators=(",", ":"), default=str)


def emit(invocation: Invocation, value: object, text: str) -> None:
    """Print `value` as JSON when that was asked for, else `text` (which must be clean)."""
    click.echo(json_line(value) if invocation.json else text)


def show_error(error: CliError, *, as_json: bool) -> None:
    """Print an error on stderr: a sentence and what to do, or one JSON object."""
    if as_json:
        body = {"code": error.code, "message": error.message, "hint": error.hint}
        click.echo(json_line({"error": body}), err=True)
        return
    click.echo(f"machine: {clean(error.message)}", err=True)
    if error.hint:
        click.echo(f"  {clean(error.hint)}", err=True)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, widest: int = 60) -> str:
    """Aligned columns; every cell is cleaned and cut to `widest` characters."""
    lines = [[head.upper() for head in heads]]
    lines += [["" if cell is None else one_line(cell, widest) for cell in row] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def fields(values: Mapping[str, object]) -> str:
    """One `name  value` per line, without those that have no value. Values may have several lines."""
    shown = {name: clean(str(value)) for name, value in values.items() if value not in (None, "", [], {})}
    width = max((len(name) for name in shown), default=0)
    return "\n".join(
        f"{name.ljust(width)}  {value.replace(chr(10), chr(10) + ' ' * (width + 2))}" for name, value in shown.items()
    )


def json_option(command: F) -> F:
    """`--json` for a command that takes an `Invocation` through `click.pass_obj`."""

    def remember(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value:
            context.ensure_object(Invocation).json = True

    return click.option(
        "--json", "as_json", is_flag=True, expose_value=False, callback=remember, help="Print JSON for programs."
    )(command)


def data_dir_option(command: F) -> F:
    """`--data-dir`, which wins over MACHINE_DATA_DIR."""
    return click.option(
        "--data-dir", metavar="DIR", default=None, help="The daemon's data folder (default: MACHINE_DATA_DIR)."
    )(command)


class ListByDefault(click.Group):
    """A group whose `list` runs when no command is named: `machine tasks --json` is `machine tasks list --json`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "-h")):
            args = ["list", *args]
        return super().parse_args(ctx, args)
