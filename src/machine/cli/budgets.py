"""`machine budgets`: what a day may cost, what it has cost so far, and letting a task go on all the same."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import click

from machine.cli.calls import path_of, with_api
from machine.cli.figures import cost_text
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

if TYPE_CHECKING:
    from machine.cli.client import Api

_STATES: Final = {"near": "80 % and more", "used_up": "used up: tasks wait"}


@click.group(cls=ListByDefault)
def budgets() -> None:
    """What a day may cost: the machine, each person, each agent."""


@budgets.command("list")
@data_dir_option
@json_option
@click.pass_obj
def list_(invocation: Invocation, *, data_dir: str | None) -> None:
    """All budgets of a day, and what was spent today."""
    report = with_api(data_dir, lambda api: api.get("/api/budgets"))
    emit(invocation, report, budgets_text(report))


@budgets.command("set")
@click.argument("scope", type=click.Choice(["machine", "user", "agent"]))
@click.argument("name", required=False)
@click.option("--daily", metavar="USD", type=click.FloatRange(0), default=None, help="Most that a day may cost.")
@click.option("--none", "no_budget", is_flag=True, help="There is no budget any more.")
@data_dir_option
@json_option
@click.pass_obj
def set_(
    invocation: Invocation, *, scope: str, name: str | None, daily: float | None, no_budget: bool, data_dir: str | None
) -> None:
    """Set what a day may cost: `set machine --daily 50`, `set user NAME --daily 10`, `set agent NAME --none`."""
    if (daily is None) != no_budget:
        raise CliError("Give either --daily USD or --none.", exit_code=USAGE, code="usage")
    if (name is None) != (scope == "machine"):
        message = "The machine has no name." if scope == "machine" else f"Which {scope}? Give its name."
        raise CliError(message, exit_code=USAGE, code="usage")
    report = with_api(data_dir, lambda api: _put(api, scope, name or "", daily))
    emit(invocation, report, budgets_text(report))


@budgets.command()
@click.argument("task_id")
@data_dir_option
@json_option
@click.pass_obj
def allow(invocation: Invocation, *, task_id: str, data_dir: str | None) -> None:
    """Let a task go on today that a budget of the day holds back."""
    task = with_api(data_dir, lambda api: api.post(path_of("tasks", task_id, "let-through")))
    emit(invocation, task, f"{one_line(task['task_id'], 60)} goes on as soon as there is a slot")


def budgets_text(report: Mapping[str, Any]) -> str:
    """The report as a table, with the kind of dollars said at every amount."""
    rows = [_row(item) for item in report["items"]]
    heads = ("budget", "of", "a day", "spent today", "state")
    reset = one_line(report["resets_at"], 40).replace("T", " ")
    return f"{table(heads, rows, widest=100)}\nA day is one of UTC; the next one begins at {reset}."


def _row(item: Mapping[str, Any]) -> tuple[str, ...]:
    limit = "" if item["daily_usd"] is None else f"${float(item['daily_usd']):.2f}"
    spent = [cost_text(one, str(one["cost_kind"])) for one in item["spent"] or ()]
    state = _STATES.get(str(item["state"]), "")
    return (str(item["scope"]), str(item["label"]), limit, ", ".join(spent), state)


async def _put(api: "Api", scope: str, name: str, daily: float | None) -> Any:
    if scope == "machine":
        return await api.put("/api/budgets/machine", {"daily_usd": daily})
    if scope == "user":
        name = await _user_id(api, name)
    return await api.put(path_of("budgets", f"{scope}s", name), {"daily_usd": daily})


async def _user_id(api: "Api", name: str) -> str:
    """Of a person's name; an id stays as it is."""
    people = (await api.get("/api/users"))["items"]
    found = [each["user_id"] for each in people if name.casefold() in (each["user_id"], str(each["name"]).casefold())]
    if not found:
        raise CliError(
            f"There is nobody called {name}.", hint="`machine user` lists people.", exit_code=USAGE, code="not_found"
        )
    return str(found[0])
