"""What was measured, and how it is shown: one JSON line for programs, one line for people."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Samples:
    """Numbers of one kind, all in the unit of their figure."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> "Samples":
        """Raises ValueError when there is nothing."""
        if not values:
            raise ValueError("nothing was measured")
        return cls(tuple(values))

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def p95(self) -> float:
        """The smallest value that 95 of 100 do not exceed; the largest where there are fewer than 20."""
        ranked = sorted(self.values)
        return ranked[min(len(ranked) - 1, -(-len(ranked) * 95 // 100) - 1)]


@dataclass(frozen=True)
class Figure:
    """One row of the table. `aim` is the most that the measured median may be, in `unit`; unset: just to know."""

    name: str
    unit: str
    measured: Samples
    baseline: Samples | None = None
    baseline_name: str = ""
    aim: float | None = None
    remark: str = ""

    @property
    def met(self) -> bool | None:
        return None if self.aim is None else self.measured.median <= self.aim

    def as_json(self) -> dict[str, Any]:
        """All of it, the single values included."""
        return {
            "name": self.name,
            "unit": self.unit,
            "median": round(self.measured.median, 3),
            "p95": round(self.measured.p95, 3),
            "runs": len(self.measured.values),
            "values": [round(value, 3) for value in self.measured.values[:200]],
            "baseline_name": self.baseline_name,
            "baseline": None if self.baseline is None else round(self.baseline.median, 3),
            "aim": self.aim,
            "met": self.met,
            "remark": self.remark,
        }

    def for_people(self) -> str:
        """One line."""
        line = f"{self.name}: {shown(self.measured.median)} {self.unit} (p95 {shown(self.measured.p95)})"
        if self.baseline is not None:
            line += f" · {self.baseline_name}: {shown(self.baseline.median)}"
        if self.aim is not None:
            line += f" · aim {shown(self.aim)}: {'met' if self.met else 'MISSED'}"
        return f"{line} · {self.remark}" if self.remark else line


def shown(value: float) -> str:
    """A number with as many digits as it is worth."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def tell(figure: Figure) -> None:
    """Print both lines."""
    print(figure.for_people(), flush=True)
    print(json.dumps(figure.as_json(), ensure_ascii=False), flush=True)
