"""`machine disk`: what takes the room, and what goes by itself."""

from collections.abc import Mapping
from typing import Any

import click

from machine.cli.calls import with_api
from machine.cli.output import Invocation, data_dir_option, emit, fields, json_option, table

_MB = 1024 * 1024


@click.command()
@data_dir_option
@json_option
@click.pass_obj
def disk(invocation: Invocation, *, data_dir: str | None) -> None:
    """What takes the room in the data folder, what is kept how long, and what had to stay."""
    report = with_api(data_dir, lambda api: api.get("/api/disk"))
    emit(invocation, report, disk_text(report))


def disk_text(report: Mapping[str, Any]) -> str:
    """The report as a table and some lines."""
    parts = sorted(report["parts"].items(), key=lambda part: -part[1])
    rows = table(("part", "MB"), [(name, f"{size / _MB:,.1f}") for name, size in parts])
    kept = (report.get("last_tidied") or {}).get("kept_workspaces", ())
    said = {
        "machine": report.get("machine_id"),
        "free": f"{report['free_bytes'] // _MB:,} MB of {report['total_bytes'] // _MB:,}",
        "tasks start from": f"{report['floor_bytes'] // _MB:,} MB",
        "held back": report["held_back"],
        "kept for unpushed work": f"{len(kept)} workspaces: {', '.join(kept[:10])}" if kept else "",
    }
    return f"{rows}\n\n{fields(said)}"
