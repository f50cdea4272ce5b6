"""Where tasks, their events, approvals and inputs are kept."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from machine.domain.approval import Approval, ApprovalStatus
from machine.domain.costs import CostGroup, CostItem, Span, Usage
from machine.domain.events import MachineEvent, Output, StoredEvent, TaskEvent
from machine.domain.task import Lane, QueueReason, Task, TaskSource, TaskStatus
from machine.ports.budgets import DayRules
from machine.ports.hub import StoredUpTo
from machine.ports.values import Value


class TaskFilter(Value):
    """Which tasks to list. `user_id` unset: everybody's."""

    status: tuple[TaskStatus, ...] = ()
    agent: str | None = None
    source: TaskSource | None = None
    user_id: str | None = None
    conversation_id: str | None = None
    parent_task_id: str | None = None
    machine_id: str | None = None
    lane: Lane | None = None
    text: str = ""
    """Words that the title or the message holds, all of them; empty: any."""


class TaskPage(Value):
    """Newest first; `next_cursor` is unset on the last page. A page of a search may be short, even empty, before it."""

    items: tuple[Task, ...]
    next_cursor: str | None


class ClaimLimits(Value):
    """What may run at once: slots by lane, and by agent where the agent has a limit."""

    slots: Mapping[Lane, int]
    per_agent: Mapping[str, int]
    other_agents: frozenset[str] = frozenset()
    """Agents that ask for what this machine has not: theirs are for others."""
    asked_labels: Mapping[str, frozenset[str]] = {}
    """What agents ask for that this machine has. A conversation of theirs comes here from a machine that has not, if it
    is stored for others."""
    day: DayRules = DayRules()


class PendingInput(Value):
    """A message for a task. `input_id` is a UUID and becomes the CLI's id of the message, so it is never sent twice."""

    input_id: str
    task_id: str
    message: str
    verbatim: bool
    created_at: datetime
    sent: bool = False
    """Whether it was written to a CLI; whether that CLI took it, the transcript knows."""


class TaskStore(Protocol):
    """Tasks, their events, approvals and inputs.

    Every method that writes is one short transaction, is durable when it returns, and has already handed its events to
    the hub in the order of their storing. Errors: NotFound, StaleTask, StoreError.
    """

    async def create(self, task: Task, first_input: PendingInput) -> Task: ...

    async def get(self, task_id: str) -> Task: ...

    async def list(self, which: TaskFilter, *, limit: int, cursor: str | None = None) -> TaskPage: ...

    async def in_status(
        self, *status: TaskStatus, demo: bool | None = None, after: str = "", limit: int | None = None
    ) -> tuple[Task, ...]:
        """All tasks of this machine in one of these statuses, oldest first: those of the demo model, or all but those,
        where `demo` is set; with ids behind `after`, up to `limit`. In a fleet, also those that wait for a person where
        no machine is any more, and, with `demo`, those that are queued and no machine has, be it no more or not yet."""
        ...

    async def idle(self, since: datetime, *, after: str, limit: int) -> tuple[Task, ...]:
        """Tasks of this machine that have waited since then, or longer, for anything but an approval, in the order of
        their ids: up to `limit` behind `after`. In a fleet, also those of machines that are not there any more."""
        ...

    async def replaced(self) -> tuple[str, ...]:
        """Ids of the tasks that a queued one takes the place of and that have not ended, whichever machine has them;
        up to 1,000."""
        ...

    async def counts(self) -> Mapping[TaskStatus, int]:
        """How many tasks are queued, running and waiting."""
        ...

    async def parked(self) -> Mapping[QueueReason, int]:
        """How many queued tasks stand still for a login, the quota or a budget; without the reasons that none has."""
        ...

    async def claim(self, limits: ClaimLimits, at: datetime) -> Task | None:
        """Move the next eligible queued task to running, with its `task.started`; None when there is none.

        What a budget of the day holds back is parked first, what it holds back no longer is let go.
        Eligible: not parked beyond `at`, a slot of its lane and of its agent free, no other task of its conversation
        running or waiting, and its conversation not at home on another machine of the fleet that is there still. A
        machine that is drained gets none. Order: tasks that had started first, then priority, then the user with the
        fewest running tasks, then age.
        """
        ...

    async def release_parked(self, reason: QueueReason) -> int:
        """Let queued tasks that were parked for `reason` begin when there is a slot. Returns how many there were."""
        ...

    async def move(
        self,
        old: Task,
        new: Task,
        events: Sequence[TaskEvent],
        *,
        approvals: Sequence[Approval] = (),
        also: Sequence[MachineEvent] = (),
    ) -> Task:
        """Write `new` over `old` if status and attempt still are those of `old` (else StaleTask), and append `events`.

        `approvals` are inserted or replaced in the same transaction. Leaves `last_seq` to the store; returns the task
        as stored.
        """
        ...

    async def take_slot(self, task: Task, new: Task, events: Sequence[TaskEvent], limits: ClaimLimits) -> Task | None:
        """Like `move` from waiting_input to running, but only if a slot is free; None when there is none."""
        ...

    async def awaiting_routing(self, limit: int) -> tuple[str, ...]:
        """Ids of queued tasks whose agent is still to be found: people's before webhooks'. In a fleet, some of those
        that no machine has taken up yet are taken up by this one."""
        ...

    async def leave_routing(self, *, but: Collection[str]) -> int:
        """In a fleet, leave to others what this machine has taken up to find its agent, except those ids; how many."""
        ...

    async def route(self, old: Task, new: Task, events: Sequence[TaskEvent]) -> Task:
        """Like `move`, for a queued task that gets another agent; StaleTask too when it was started, or was given to an
        agent, since it was read."""
        ...

    async def hand_over(
        self,
        old: Task,
        new: Task,
        events: Sequence[TaskEvent],
        *,
        approval: Approval,
        successor: Task,
        first_input: PendingInput,
    ) -> Task:
        """Like `move` and `create` in one: with the answer to an approval, which still has to be pending (else
        Conflict), a task ends and its successor is stored. Returns the successor."""
        ...

    async def decide(self, old: Task, new: Task, events: Sequence[TaskEvent], *, approval: Approval) -> Task:
        """Like `move`, with the answer to an approval, which still has to be pending (else Conflict)."""
        ...

    async def carry_out(self, planned: Task, successor: Task, first_input: PendingInput, *, again: bool) -> Task:
        """Like `create`, for the task that carries out a plan; Conflict, with its id, when there is one already and it
        is not to be done `again`."""
        ...

    async def append(self, task_id: str, events: Sequence[TaskEvent], *, usage: Usage | None = None) -> int:
        """Append events without a change of status; `usage` replaces the task's. Returns the new `last_seq`."""
        ...

    async def events(self, task_id: str, *, after: int = 0, limit: int = 1000) -> tuple[StoredEvent, ...]: ...

    def outputs(self, task_id: str) -> AsyncIterator[Output]:
        """All stored output of a task in order, in pages behind the scenes."""
        ...

    async def publish(self, event: MachineEvent, *, user_id: str | None = None) -> StoredEvent:
        """Store an event of the machine in the feed."""
        ...

    async def feed(self, *, after: int, limit: int = 1000) -> tuple[StoredEvent, ...]: ...

    async def feed_range(self) -> tuple[int, int]:
        """(oldest, newest) `feed_seq` that is kept; (1, 0) when the feed is empty."""
        ...

    async def stored_up_to(self, task_ids: Collection[str]) -> StoredUpTo:
        """The newest numbers of these tasks, of those that there are, and of the feed."""
        ...

    async def add_input(self, new: PendingInput, event: TaskEvent) -> None: ...

    async def inputs(self, task_id: str, *, unsent_only: bool = False) -> tuple[PendingInput, ...]: ...

    async def mark_sent(self, input_ids: Sequence[str]) -> None: ...

    async def costs(
        self, group: CostGroup, spans: Sequence[Span], *, user_id: str | None = None
    ) -> tuple[CostItem, ...]:
        """What the tasks that were made in these spans cost. `spans` follow each other; by day each is an item of its
        own, where it has tasks, otherwise they are one time. Days in their order, all else the dearest first."""
        ...

    async def approval(self, approval_id: str) -> Approval: ...

    async def approvals(
        self, *, status: ApprovalStatus | None = None, task_id: str | None = None, user_id: str | None = None
    ) -> tuple[Approval, ...]: ...

    async def save_approval(self, old: Approval, new: Approval, events: Sequence[TaskEvent]) -> Approval:
        """Replace an approval if its stored status still is that of `old`; otherwise raises Conflict."""
        ...

    async def permission_rules(self, agent: str) -> tuple[str, ...]:
        """Rules that a person's "allow always" made for an agent, such as `Bash(npm test:*)`."""
        ...

    async def add_permission_rules(self, agent: str, rules: Sequence[str], by: str, at: datetime) -> None: ...
