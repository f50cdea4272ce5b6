"""What the processes of a fleet share beside the tasks: commands, duties, wake-ups."""

import logging
from dataclasses import dataclass

from machine.auth.fleet_keys import FleetKeys
from machine.auth.secret_key import KeyUnusable, Seal, given_seal
from machine.domain.clock import Clock
from machine.domain.errors import MachineError, NotFound
from machine.domain.ids import new_id
from machine.domain.machine import MachineRole, MachineState
from machine.domain.redaction import Redactor
from machine.engine.shared_login import SharedLogin
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
    login: SharedLogin
    keys: FleetKeys
    key_trouble: MachineError | None
    """What is wrong with this machine's key, when it is another one than the fleet's."""

    async def totals(self) -> tuple[int, str]:
        """The slots of all machines that are at work, and why none of them starts anything; empty: one does."""
        there = await self.machines.present()
        workers = [machine for machine in there if machine.slots]
        held_back = [f"On {one.machine_id}: {one.facts.held_back}" for one in workers if one.facts.held_back]
        why = held_back[0] if held_back and len(held_back) == len(workers) else ""
        return sum(machine.slots for machine in there), why

    async def workers(self) -> tuple[str, ...]:
        """The machines that are there and start CLIs, those first that take tasks."""
        found = [one for one in await self.machines.present() if one.role is not MachineRole.WEB]
        return tuple(one.machine_id for one in sorted(found, key=lambda one: one.state is not MachineState.READY))


async def open_sharing(
    settings: Settings, database: Database, keys: FleetKeys | None, pokes: Pokes, *, clock: Clock, redactor: Redactor
) -> Sharing | None:
    """None on a machine that works alone."""
    if keys is None:
        return None
    notes = SqlNotes(database)
    login = SharedLogin(notes, _seal(settings, keys), clock=clock, redactor=redactor)
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
        notes=notes,
        machines=machines,
        login=login,
        keys=keys,
        key_trouble=await _key_trouble(settings, login),
    )


async def fleet_keys(settings: Settings, database: Database) -> FleetKeys:
    """Which keys the machines have by now. Raises StoreError."""
    keys = FleetKeys(SqlMachineStore(database, lease_seconds=settings.lease_seconds), settings.machine_id)
    await keys.look()
    return keys


async def _key_trouble(settings: Settings, login: SharedLogin) -> MachineError | None:
    if settings.secret_key is None:  # then nothing is shared that is secret
        return None
    try:
        await login.check_key()
    except KeyUnusable as error:
        _log.error("%s %s", error.message, error.hint)
        return error
    return None


def _seal(settings: Settings, keys: FleetKeys) -> Seal | None:
    """Of the key that all machines have; a key file is each machine's own."""
    if settings.secret_key is None or not (text := settings.secret_key.get_secret_value().strip()):
        return None
    try:
        return given_seal(text, keys)
    except KeyUnusable as error:
        _log.error("%s %s", error.message, error.hint)
        return None


_log = logging.getLogger(__name__)
