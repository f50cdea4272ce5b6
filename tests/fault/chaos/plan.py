"""What is done to the fleet and when: drawn from a seed, before anything begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final


class Kind(StrEnum):
    """`whom` of a trouble is a worker, a web process, or, for those of the servers, nobody."""

    WORKER_KILLED = "worker killed"
    WORKER_PAUSED = "worker paused beyond its lease"
    WORKER_SLOW = "worker paused within its lease"
    WORKER_CUT_OFF = "worker cut off, what waited comes late"
    WORKER_BROKEN_OFF = "worker cut off, its connections broken"
    WORKER_TOLD_TO_END = "worker told to end"
    WEB_KILLED = "web killed"
    WEB_PAUSED = "web paused"
    WEB_CUT_OFF = "web cut off"
    WEB_TOLD_TO_END = "web told to end"
    REDIS_KILLED = "Redis killed, begins empty"
    REDIS_PAUSED = "Redis paused"
    POSTGRES_KILLED = "PostgreSQL killed"
    POSTGRES_STOPPED = "PostgreSQL stopped at once"


_WEIGHTS: Final = {
    Kind.WORKER_KILLED: 5,
    Kind.WORKER_PAUSED: 4,
    Kind.WORKER_SLOW: 2,
    Kind.WORKER_CUT_OFF: 3,
    Kind.WORKER_BROKEN_OFF: 3,
    Kind.WORKER_TOLD_TO_END: 4,
    Kind.WEB_KILLED: 3,
    Kind.WEB_PAUSED: 1,
    Kind.WEB_CUT_OFF: 1,
    Kind.WEB_TOLD_TO_END: 3,
    Kind.REDIS_KILLED: 3,
    Kind.REDIS_PAUSED: 1,
    Kind.POSTGRES_KILLED: 2,
    Kind.POSTGRES_STOPPED: 2,
}
_BEYOND_LEASE: Final = (Kind.WORKER_PAUSED, Kind.WORKER_CUT_OFF, Kind.WORKER_BROKEN_OFF)


@dataclass(frozen=True)
class Trouble:
    """Begins `at` so many seconds after the start; `seconds` is how long it lasts, or until what died is started."""

    at: float
    kind: Kind
    whom: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.at:6.1f} s  {self.kind}{f' ({self.whom})' if self.whom else ''}, {self.seconds:.1f} s"


def drawn(
    chance: Random,
    *,
    seconds: float,
    gap_seconds: float,
    lease_seconds: float,
    webs: Sequence[str],
    workers: Sequence[str],
) -> list[Trouble]:
    """Troubles for so many seconds, one after about `gap_seconds` each. Each kind comes before one comes again."""
    plan: list[Trouble] = []
    at, bag = 2.0, list[Kind]()
    while at < seconds:
        bag = bag or _shuffled(chance)
        kind = bag.pop()
        whom = (
            chance.choice(workers)
            if kind.startswith("worker")
            else chance.choice(webs)
            if kind.startswith("web")
            else ""
        )
        if kind in _BEYOND_LEASE:
            lasts = lease_seconds + chance.uniform(1, 6)
        elif kind is Kind.WORKER_SLOW:
            lasts = lease_seconds * chance.uniform(0.3, 0.8)
        else:
            lasts = chance.uniform(0, 5)
        plan.append(Trouble(round(at, 1), kind, whom, round(lasts, 1)))
        at += gap_seconds * chance.uniform(0.3, 1.7)
    return plan


def _shuffled(chance: Random) -> list[Kind]:
    """All kinds once, then more of those that weigh more; the list is used from its end."""
    once = list(Kind)
    chance.shuffle(once)
    more = [kind for kind, weight in _WEIGHTS.items() for _ in range(weight - 1)]
    chance.shuffle(more)
    return [*more, *once]
