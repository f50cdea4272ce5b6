"""The machines there are: how each is, what it has, letting it take no more tasks, and what no machine can take."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from machine.domain.agent import SubAgent, WorkspaceKind
from machine.domain.clock import Clock
from machine.domain.errors import Conflict, NotFound
from machine.domain.machine import Machine, MachineState, TasksThere
from machine.domain.machine_status import MachineWarning
from machine.domain.task import Task, TaskStatus
from machine.ports import Agents, MachineStore, SnapshotStore
from machine.ports.values import Value

REMEMBERED: Final = timedelta(days=7)
"""How long a machine is shown that is there no more, and has nothing of anybody's."""
MAX_NAMES: Final = 20

Alone = Callable[[], Awaitable[Machine]]


class MachineNow(Value):
    """A machine with what it has."""

    machine: Machine
    tasks: TasksThere


class Machines:
    """Of a fleet, or the one that works alone."""

    def __init__(
        self,
        *,
        store: MachineStore,
        agents: Agents,
        clock: Clock,
        machine_id: str,
        alone: Alone | None = None,
        snapshots: SnapshotStore | None = None,
    ) -> None:
        """`machine_id` is this machine's; `alone` looks at this machine, where it is the only one. Without `snapshots`
        conversations are not stored for other machines."""
        self._store = store
        self._agents = agents
        self._now = clock
        self._machine_id = machine_id
        self._alone = alone
        self._snapshots = snapshots

    @property
    def in_fleet(self) -> bool:
        return self._alone is None

    async def all(self) -> tuple[MachineNow, ...]:
        """Those that are there, and of the others what was there a short time ago, or has tasks still. By name.
        Raises StoreError."""
        there = await self._store.tasks_there()
        since = self._now() - REMEMBERED
        machines = (await self._alone(),) if self._alone else await self._store.list(seen_since=since, also=there)
        return tuple(MachineNow(machine=one, tasks=_of(one, there)) for one in machines)

    async def get(self, machine_id: str) -> MachineNow:
        """Raises NotFound, StoreError."""
        if self._alone is None:
            machine = await self._store.get(machine_id)
        else:
            machine = await _only(self._alone, machine_id)
        return MachineNow(machine=machine, tasks=_of(machine, await self._store.tasks_there()))

    async def drain(self, machine_id: str) -> MachineNow:
        """Let it take no more tasks; what it runs goes on. Raises NotFound, Conflict, StoreError."""
        await self._check_fleet(machine_id)
        await self._store.drain(machine_id)
        return await self.get(machine_id)

    async def resume(self, machine_id: str) -> MachineNow:
        """Let it take tasks again. Raises NotFound, Conflict, StoreError."""
        await self._check_fleet(machine_id)
        await self._store.resume(machine_id)
        return await self.get(machine_id)

    async def waits_for(self, task: Task) -> str:
        """Why no machine takes a queued task up; empty where one can, and where only this one is. Raises StoreError."""
        if not self.in_fleet or task.status is not TaskStatus.QUEUED:
            return ""
        machines = await self._store.present()
        agent = next((agent for agent in self._agents.all() if agent.name == task.assigned_agent), None)
        labels = agent.labels if agent is not None else ()
        able = _with(labels, machines)
        home = next((one for one in machines if one.machine_id == task.machine_id and one.is_home), None)
        if home is not None and set(labels).issubset(home.labels):
            if held := _held_at(home):
                return held
        elif home is not None and able and not await self._moves(task, agent):
            return _stuck_at(home, labels, task.assigned_agent)
        if not any(one.takes_tasks for one in machines):
            return "No machine that runs tasks is ready."
        if not able:
            return f"No machine that is ready has {_named(labels)}, which {task.assigned_agent} asks for."
        if all(one.facts.held_back for one in able):
            return (
                f"No machine that can take it starts anything now. On {able[0].machine_id}: {able[0].facts.held_back}"
            )
        return ""

    async def warnings(self) -> tuple[MachineWarning, ...]:
        """Machines that start nothing because of their disks, and agents whose tasks no machine takes. Raises
        StoreError."""
        if not self.in_fleet:
            return ()
        machines = await self._store.present()
        full = [_full(one) for one in machines if one.present and one.facts.held_back]
        asking = [agent for agent in self._agents.all() if agent.labels]
        nowhere = [_nowhere(agent.name, agent.labels) for agent in asking if not _with(agent.labels, machines)]
        return (*full[:MAX_NAMES], *nowhere[:MAX_NAMES])

    async def warnings_elsewhere(self) -> tuple[MachineWarning, ...]:
        """What other machines that are there say of themselves; those that say the same are named together. Raises
        StoreError."""
        if not self.in_fleet:
            return ()
        said: dict[MachineWarning, list[str]] = {}
        for one in await self._store.present():
            if one.present and one.machine_id != self._machine_id:
                for warning in one.facts.warnings:
                    said.setdefault(warning, []).append(one.machine_id)
        return tuple(
            warning.model_copy(update={"message": f"On {', '.join(names[:MAX_NAMES])}: {warning.message}"})
            for warning, names in said.items()
        )[:MAX_NAMES]

    async def _moves(self, task: Task, agent: SubAgent | None) -> bool:
        """Whether its conversation goes to another machine while its own is there."""
        lasting = agent is not None and agent.workspace is WorkspaceKind.SHARED
        return self._snapshots is not None and not lasting and await self._snapshots.is_stored(task)

    async def _check_fleet(self, machine_id: str) -> None:
        if self._alone:
            await _only(self._alone, machine_id)
            raise Conflict(
                f"{machine_id} works alone: no other machine would take its tasks.",
                hint="End the daemon instead: it lets its tasks finish, or parks them until it is started again.",
            )


async def _only(alone: Alone, machine_id: str) -> Machine:
    machine = await alone()
    if machine.machine_id != machine_id:
        hint = f"This machine works alone; it is called {machine.machine_id}."
        raise NotFound(f"There is no machine {machine_id}.", hint=hint)
    return machine


def _of(machine: Machine, there: Mapping[str, TasksThere]) -> TasksThere:
    return there.get(machine.machine_id, TasksThere())


def _with(labels: Sequence[str], machines: Sequence[Machine]) -> list[Machine]:
    """Those that take tasks and have all of the labels."""
    return [one for one in machines if one.takes_tasks and set(labels).issubset(one.labels)]


def _held_at(home: Machine) -> str:
    """Why a machine that could run it does not take up a task of its own; empty where it will."""
    if home.state is MachineState.DRAINING:
        return (
            f"Its conversation is on {home.machine_id}, which is drained: it goes on elsewhere when all of it is "
            "stored for other machines or that one is shut down, and there when it is resumed."
        )
    if home.facts.held_back:
        return f"Its conversation is on {home.machine_id}, which starts nothing now. {home.facts.held_back}"
    return ""


def _stuck_at(home: Machine, labels: Sequence[str], agent: str) -> str:
    return (
        f"Its conversation is on {home.machine_id}, which does not have {_named(labels)} that {agent} asks for, and is "
        f"not stored for other machines. Start {home.machine_id} with MACHINE_LABELS that name them; when it is shut "
        "down, the conversation goes on elsewhere, without its words and files."
    )


def _named(labels: Sequence[str]) -> str:
    return f"the label {labels[0]}" if len(labels) == 1 else f"all of the labels {', '.join(labels)}"


def _full(machine: Machine) -> MachineWarning:
    return MachineWarning(
        code="disk_nearly_full",
        message=f"{machine.machine_id} starts nothing. {machine.facts.held_back}",
        hint="Machines that have room take new tasks; what goes on in a conversation that is there waits.",
        about=f"machine/{machine.machine_id}",
    )


def _nowhere(agent: str, labels: Sequence[str]) -> MachineWarning:
    return MachineWarning(
        code="labels_missing",
        message=f"No machine that is ready has {_named(labels)}, which the agent {agent} asks for: its tasks wait.",
        hint="Start a machine with MACHINE_LABELS that name them, resume one that is drained, or change the agent.",
        about=f"agent/{agent}",
    )
