"""How many tasks may run at once, and who gets a slot back first.

The count itself is the database's: a task holds a slot as long as its stored status is `running`. Here stand the
limits, the bell that rings when a slot is free, and the line of tasks whose person has answered.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from machine.domain.agent import WorkspaceKind
from machine.domain.costs import CostKind
from machine.domain.day_budget import REAL
from machine.domain.definitions import DefinitionChange
from machine.domain.events import TaskEvent
from machine.domain.task import Lane
from machine.ports import Agents, ClaimLimits, DayRules

CHAT_SLOTS = 1
"""Kept free for chat with the Brain, beside the slots of the machine."""


class Returner(Protocol):
    """A task that waits for its slot with a live CLI."""

    async def take_slot(self, events: Sequence[TaskEvent]) -> bool: ...


@dataclass
class _Place:
    returner: Returner
    events: Sequence[TaskEvent]
    taken: asyncio.Future[None]


class Slots:
    """Limits, bell and line. One for the machine."""

    def __init__(
        self,
        agents: Agents,
        *,
        work_slots: int,
        chat_slots: int = CHAT_SLOTS,
        counted: frozenset[CostKind] = REAL,
        labels: frozenset[str] | None = None,
        moves: bool = False,
    ) -> None:
        """`counted` are the kinds of dollars that budgets of a day are used up by; `labels` what this machine of a
        fleet has, unset for one that is alone: then there is no other for those who ask for more. `moves`: whether it
        can fetch conversations from others."""
        self._labels = labels
        self._moves = moves
        self._agents = agents
        self._counted = counted
        self._slots = {Lane.WORK: work_slots, Lane.CHAT: chat_slots}
        self._line: deque[_Place] = deque()
        self._bell = asyncio.Event()
        self._other_bells: list[asyncio.Event] = []
        self._outward: asyncio.Event | None = None

    @property
    def work_slots(self) -> int:
        return self._slots[Lane.WORK]

    def limits(self) -> ClaimLimits:
        """What may run at once, with the agents as they are defined now."""
        per_agent = {
            agent.name: 1 if agent.workspace is WorkspaceKind.SHARED else agent.max_concurrent
            for agent in self._agents.all()
        }
        return ClaimLimits(
            slots=self._slots,
            per_agent={name: limit for name, limit in per_agent.items() if limit is not None},
            other_agents=self._other_agents(),
            asked_labels=self._asked_labels(),
            day=self.day_rules(),
        )

    def _other_agents(self) -> frozenset[str]:
        if self._labels is None:
            return frozenset()
        return frozenset(agent.name for agent in self._agents.all() if not self._labels.issuperset(agent.labels))

    def _asked_labels(self) -> dict[str, frozenset[str]]:
        """An agent's lasting workspace is many conversations', and moves with none."""
        if self._labels is None or not self._moves:
            return {}
        agents = [agent for agent in self._agents.all() if agent.labels and agent.workspace is not WorkspaceKind.SHARED]
        return {agent.name: frozenset(agent.labels) for agent in agents if self._labels.issuperset(agent.labels)}

    def day_rules(self) -> DayRules:
        """What bounds a day, with the agents as they are defined now."""
        budgets = {agent.name: agent.daily_budget_usd for agent in self._agents.all()}
        return DayRules(agents_usd={name: usd for name, usd in budgets.items() if usd is not None}, kinds=self._counted)

    def freed(self) -> None:
        """Something changed: a slot is free, a task is new, the gate is open."""
        self.look_again()
        if self._outward is not None:
            self._outward.set()

    def look_again(self) -> None:
        """Something may have changed, here or in another process, where the others know of it already."""
        for bell in (self._bell, *self._other_bells):
            bell.set()

    async def redefined(self, _changes: Sequence[DefinitionChange]) -> None:
        """Definitions are others than before: agents may have other limits."""
        self.freed()

    def another_bell(self) -> asyncio.Event:
        """One more bell that rings with the first, for somebody else; its owner clears it."""
        self._other_bells.append(asyncio.Event())
        return self._other_bells[-1]

    def outward_bell(self) -> asyncio.Event:
        """A bell that rings for other processes: at what is `freed` here, and not at what is heard from them."""
        self._outward = asyncio.Event()
        return self._outward

    async def changed(self) -> None:
        """Wait until something changed since the last call."""
        await self._bell.wait()
        self._bell.clear()

    async def wait_for_one(self, returner: Returner, events: Sequence[TaskEvent]) -> None:
        """Stand in line for a slot; those in line come before the queue."""
        place = _Place(returner, events, asyncio.get_running_loop().create_future())
        self._line.append(place)
        self.freed()
        try:
            await place.taken
        finally:
            if place in self._line:
                self._line.remove(place)

    async def serve_line(self, may_go_on: Callable[[], bool]) -> None:
        """Give slots to those in line, in order, each that finds one."""
        for place in list(self._line):
            if not may_go_on():
                return
            if place.taken.done():
                continue
            try:
                if not await place.returner.take_slot(place.events):
                    continue
            except Exception as error:
                _fail(place.taken, error)
                continue
            if not place.taken.done():
                place.taken.set_result(None)


def _fail(taken: asyncio.Future[None], error: Exception) -> None:
    if not taken.done():
        taken.set_exception(error)
