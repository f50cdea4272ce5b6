"""`python -m bench all` measures everything and writes docs/performance.md; names measure only those."""

import argparse
import importlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from bench import report
from bench.support.figures import Figure, tell
from bench.support.host import described

PROGRAMS: Final = (
    *("exec_delay", "whole_task", "output_delay", "many_clients", "queue_rate"),
    *(
        "at_rest",
        "start_up",
        "long_list",
        "recovery",
        "webhooks",
        "page",
        "list_page",
        "fleet",
        "fleet_events",
        "moving",
    ),
)
PAGE: Final = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> int:
    """Returns 0 when everything could be measured, whether or not it met its aim; 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="+", choices=[*PROGRAMS, "all"], metavar="NAME", help=", ".join(PROGRAMS))
    parser.add_argument("--quick", action="store_true", help="few runs, to see whether it works")
    parser.add_argument("--page", type=Path, default=None, help="the page to write (with `all`: docs/performance.md)")
    given = parser.parse_args()
    everything = "all" in given.names
    host, figures, broken = described(), list[Figure](), list[str]()
    print(" · ".join(f"{name} {value}" for name, value in host.items()), flush=True)
    for name in PROGRAMS if everything else given.names:
        begun = time.monotonic()
        try:
            figures += _measured(name, quick=given.quick)
        except Exception as error:  # one that fails must not take the others with it; the exit code tells
            print(f"{name} FAILED: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            broken.append(name)
        print(f"-- {name}: {time.monotonic() - begun:.0f} s", flush=True)
    page = given.page or (PAGE if everything else None)
    if page is not None:
        report.write(page, figures, host)
        print(f"written: {page}")
    return 1 if broken else 0


def _measured(name: str, *, quick: bool) -> list[Figure]:
    run: Callable[..., Iterator[Figure]] = importlib.import_module(f"bench.{name}").run
    figures = []
    with tempfile.TemporaryDirectory(prefix="machine-bench-") as folder:
        for figure in run(Path(folder), quick=quick):
            tell(figure)
            figures.append(figure)
    return figures


if __name__ == "__main__":
    sys.exit(main())
