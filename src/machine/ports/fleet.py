"""The machines that share one database, and this one's place among them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from machine.domain.machine import Machine, MachineReport, TasksThere
from machine.domain.seen_lease import SeenLease
from machine.ports.values import Value


class Reaped(Value):
    """A machine that was found lost, and how many of its tasks stand in the queue again, or ended with it."""

    machine: Machine
    tasks: int


class MachineStore(Protocol):
    """The machines of the fleet. All times are the database's. Raises StoreError.

    From `register` on, whatever this process writes is stored only while the stored epoch is that of its registration;
    else all of it is refused with LeaseLost.
    """

    async def register(
        self,
        machine_id: str,
        report: MachineReport,
        *,
        former_epoch: int | None = None,
        stood_still: SeenLease | None = None,
    ) -> Machine:
        """Take the name, with the next epoch and a fresh lease; `ready`, or `draining` where it was drained when it was
        last there. `former_epoch` is this process's own, if it had one; `stood_still` a lease that nobody has extended
        for as long as it lasts.

        Raises Conflict where machines that are there run with another model (`facts.demo`), and NameTaken while another
        incarnation holds a lease that has not expired and is not that one.
        """
        ...

    async def beat(self, machine_id: str, epoch: int, report: MachineReport) -> Machine | None:
        """Extend the lease, also one that has expired and that nobody has reaped. None: the epoch is another by now."""
        ...

    async def leave(self, machine_id: str, epoch: int) -> None:
        """Give the lease back at the end; what still ran here goes back to the queue, and nothing that this process
        writes is stored any more. Nothing for an older epoch."""
        ...

    async def leases(self, *, but: str) -> Sequence[SeenLease]:
        """Those of all machines that are there, but for one, by name."""
        ...

    async def reap(self, stood_still: Sequence[SeenLease]) -> Sequence[Reaped]:
        """Declare the machines lost whose leases still are as they were seen: their epochs rise, what ran on them goes
        to the front of the queue, and what waits for a person waits on. One transaction."""
        ...

    async def present(self) -> tuple[Machine, ...]:
        """Those that are there, by name."""
        ...

    async def list(self, *, seen_since: datetime, also: Collection[str] = ()) -> tuple[Machine, ...]:
        """By name: those that are there, those that were since then, and those of the others that are called so."""
        ...

    async def get(self, machine_id: str) -> Machine:
        """Raises NotFound."""
        ...

    async def tasks_there(self) -> Mapping[str, TasksThere]:
        """What each machine has that has not ended; under no name, what none has taken up yet."""
        ...

    async def drain(self, machine_id: str) -> Machine:
        """Let it take no more tasks until it is resumed, over restarts, too. Raises NotFound, Conflict (it is lost or
        gone)."""
        ...

    async def resume(self, machine_id: str) -> Machine:
        """Let it take tasks again. Raises NotFound, Conflict (it is lost or gone)."""
        ...


class Membership(Protocol):
    """This machine's place in the fleet, if there is one."""

    @property
    def may_claim(self) -> bool:
        """Whether it may take tasks: it holds its lease, and is not drained."""
        ...

    async def watch(self) -> None:
        """Keep it, for as long as the machine runs."""
        ...
