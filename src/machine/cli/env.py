"""`machine env`: variables for agents and webhooks. Values go in and never come out."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from machine.cli.calls import path_of, with_api
from machine.cli.output import (
    USAGE,
    CliError,
    Invocation,
    ListByDefault,
    data_dir_option,
    emit,
    json_option,
    one_line,
    table,
)

_MAX_FILE_BYTES: Final = 1024 * 1024


@click.group(cls=ListByDefault)
def env() -> None:
    """Variables for agents and webhooks: encrypted on disk, never shown."""


@env.command("list")
@data_dir_option
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, data_dir: str | None) -> None:
    """The variables there are, without their values, and who names them."""
    found = with_api(data_dir, lambda api: api.get("/api/env"))
    rows = [
        (one["name"], one["set_at"][:16].replace("T", " "), _named_by(one), one["problem"]) for one in found["items"]
    ]
    text = table(("variable", "set (UTC)", "named by", "problem"), rows) if rows else "No variables."
    emit(invocation, found, f"{one_line(found['trouble'], 1000)}\n{text}" if found["trouble"] else text)


@env.command("set")
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def set_(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Set NAME to what is typed, unseen, or read from standard input: machine env set NAME < file.

    One line end at the end of the input is left out.
    """
    value = _value_of(name)
    answer = with_api(data_dir, lambda api: api.put(path_of("env", name), {"value": value}))
    emit(invocation, answer, f"{answer['name']} is set")


@env.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--preview", is_flag=True, help="Only say what would be set.")
@click.option("--replace", is_flag=True, help="Also set those that are there already.")
@data_dir_option
@json_option
@click.pass_obj
def import_(invocation: Invocation, *, file: Path, preview: bool, replace: bool, data_dir: str | None) -> None:
    """Set what a .env FILE sets (- for standard input)."""
    with click.open_file(str(file), "rb") as source:
        content = source.read(_MAX_FILE_BYTES + 1)
    query = {"preview": preview, "replace": replace}
    done = with_api(data_dir, lambda api: api.upload_text("/api/env", content, **query))
    emit(invocation, done, _import_text(done))


@env.command()
@click.argument("name")
@data_dir_option
@json_option
@click.pass_obj
def delete(invocation: Invocation, *, name: str, data_dir: str | None) -> None:
    """Delete NAME."""
    with_api(data_dir, lambda api: api.delete(path_of("env", name)))
    emit(invocation, {"name": name, "state": "deleted"}, f"{one_line(name, 200)} is deleted")


def _value_of(name: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Value of {one_line(name, 200)}", hide_input=True, err=True))
    try:
        value = sys.stdin.buffer.read(_MAX_FILE_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        raise CliError("The value is not UTF-8 text.", exit_code=USAGE, code="bad_request") from error
    return value.removesuffix("\n").removesuffix("\r")


def _named_by(one: Mapping[str, Any]) -> str:
    return ", ".join([*one["agents"], *(f"webhook {name}" for name in one["webhooks"])])


def _import_text(done: Mapping[str, Any]) -> str:
    would = "would be " if done["preview"] else ""
    words = {"new": f"{would}set", "replaced": f"{would}replaced", "kept": "there already, kept: use --replace"}
    lines = [f"{one_line(name, 200)}: {word}" for kind, word in words.items() for name in done[kind]]
    lines += [
        f"line {one['line']}: {one_line(one['name'], 200)} not taken: {one_line(one['why'], 300)}"
        for one in done["refused"]
    ]
    return "\n".join(lines) or "The file sets nothing."
