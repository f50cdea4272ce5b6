"""`machine costs`: what work has cost."""

from collections.abc import Mapping
from typing import Any, Final

import click

from machine.cli.calls import with_api
from machine.cli.figures import cost_text, count_text
from machine.cli.output import Invocation, data_dir_option, emit, json_option, table

_GROUPS: Final = ("agent", "day", "source", "user")


@click.command()
@click.option("--by", "group_by", type=click.Choice(_GROUPS), default="agent", show_default=True)
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="Today and those before it.")
@click.option("--time-zone", metavar="Z", default="UTC", show_default=True, help="Whose days, such as Europe/Berlin.")
@data_dir_option
@json_option
@click.pass_obj
def costs(invocation: Invocation, *, group_by: str, days: int, time_zone: str, data_dir: str | None) -> None:
    """What tasks of the last days have cost, broken down."""
    query = {"group_by": group_by, "days": days, "time_zone": time_zone}
    report = with_api(data_dir, lambda api: api.get("/api/costs", **query))
    emit(invocation, report, costs_text(report))


def costs_text(report: Mapping[str, Any]) -> str:
    """The report as a table, with a sum for each kind of dollars."""
    if not report["items"]:
        return "Nothing was done in that time."
    rows = [_row(item.get("label") or item["key"], item) for item in report["items"]]
    rows += [_row("all", total) for total in report["totals"]]
    return table((str(report["group_by"]), "tasks", "tokens in", "tokens out", "cost"), rows, widest=60)


def _row(name: str, costs: Mapping[str, Any]) -> tuple[str, ...]:
    tokens = (count_text(int(costs[f"{way}_tokens"])) for way in ("input", "output"))
    return (name, str(costs["tasks"]), *tokens, cost_text(costs, str(costs["cost_kind"])))
