"""What the processes of a fleet share beside the tasks: commands, duties, wake-ups."""

from dataclasses import dataclass

from machine.domain.errors import NotFound
from machine.domain.ids import new_id
from machine.engine.seat import Seat
from machine.engine.whereabouts import Whereabouts
from machine.ports import CommandStore, Duties, MachineStore, Notes, Pokes
from machine.settings import Settings
from machine.store.commands import SqlCommandStore, SqlDuties
from machine.store.database import Database
from machine.store.machines import SqlMachineStore
from machine.store.notes import SqlNotes


@dataclass(frozen=True)
class Sharing:
    """Of one process. A machine that works alone has none of it."""

    process_id: str
    commands: CommandStore
    duties: Duties
    pokes: Pokes
    whereabouts: Whereabouts
    notes: Notes
    """What all may know."""
    machines: MachineStore

    async def slots(self) -> int:
        """Of all machines that are at work."""
        return sum(machine.slots for machine in await self.machines.list() if machine.present)


def open_sharing(settings: Settings, database: Database, seat: Seat | None, pokes: Pokes) -> Sharing | None:
    """None on a machine that works alone."""
    if seat is None:
        return None
    machines = SqlMachineStore(database, lease_seconds=settings.lease_seconds)

    async def is_there(machine_id: str) -> bool:
        try:
            return (await machines.get(machine_id)).present
        except NotFound:
            return False

    return Sharing(
        process_id=f"{settings.machine_id}-{new_id('process')}",
        commands=SqlCommandStore(database),
        duties=SqlDuties(database),
        pokes=pokes,
        whereabouts=Whereabouts(settings.machine_id, is_there),
        notes=SqlNotes(database),
        machines=machines,
    )
