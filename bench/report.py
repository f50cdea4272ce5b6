"""`docs/performance.md`: the table between its two marks is written here, the text around it by people."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from bench.support.figures import Figure, shown

BEGIN = "<!-- measured: begin (written by `python -m bench all`) -->"
END = "<!-- measured: end -->"
_EMPTY = f"# Performance\n\n{BEGIN}\n{END}\n"


def write(path: Path, figures: Iterable[Figure], host: Mapping[str, str]) -> None:
    """Replace the table in the page at `path`; the page is made where there is none. Raises ValueError."""
    page = path.read_text(encoding="utf-8") if path.exists() else _EMPTY
    before, found, rest = page.partition(BEGIN)
    _, found_end, after = rest.partition(END)
    if not found or not found_end:
        raise ValueError(f"{path} has lost its marks: put {BEGIN} and {END} where the table belongs")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before}{BEGIN}\n{_machine(host)}\n\n{_table(figures)}\n{END}{after}", encoding="utf-8")


def _machine(host: Mapping[str, str]) -> str:
    return "Measured on: " + " · ".join(f"{name} {value}" for name, value in host.items()) + "."


def _table(figures: Iterable[Figure]) -> str:
    head = "| what | median | p95 | runs | aim | | baseline of the same run | remark |"
    return "\n".join([head, "|---" * 8 + "|", *(_row(figure) for figure in figures)])


def _row(figure: Figure) -> str:
    aim = "" if figure.aim is None else f"≤ {shown(figure.aim)}"
    verdict = {None: "", True: "met", False: "**missed**"}[figure.met]
    baseline = "" if figure.baseline is None else f"{figure.baseline_name}: {shown(figure.baseline.median)}"
    median, p95 = f"{shown(figure.measured.median)} {figure.unit}", shown(figure.measured.p95)
    runs = len(figure.measured.values)
    if runs == 1:
        p95 = ""
    return f"| {figure.name} | {median} | {p95} | {runs} | {aim} | {verdict} | {baseline} | {figure.remark} |"
