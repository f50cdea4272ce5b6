"""Joins what says whether Claude's login works, here and on all machines of a fleet."""

from machine.app.ground import Ground
from machine.engine.login_echo import FleetLogin, LoginEcho
from machine.engine.login_gate import LoginGate
from machine.engine.login_record import LoginRecord
from machine.engine.shared_login import FILE
from machine.engine.slots import Slots


def build_gate(ground: Ground, slots: Slots) -> LoginGate:
    """Whether CLIs may be started."""
    name = _login_name(ground)
    record = LoginRecord(ground.notes, ground.clock, name=name)
    return LoginGate(
        login=ground.claude,
        store=ground.tasks,
        record=record,
        clock=ground.clock,
        opened=slots.freed,
        echo=_echo(ground, name),
    )


def _echo(ground: Ground, name: str) -> LoginEcho | None:
    if (sharing := ground.sharing) is None:
        return None
    machine_id = ground.settings.machine_id

    async def identity() -> str:
        """A login file that all share is one login, any other is the machine's own."""
        if (found := ground.claude.identity()) or not sharing.login.now.sealed.get(FILE):
            return found or f"file of {machine_id}"
        return f"file {sharing.login.now.login}"

    return LoginEcho(sharing.notes, sharing.pokes, name=name, machine_id=machine_id, identity=identity)


def build_fleet_login(ground: Ground) -> FleetLogin | None:
    """The login of all machines; None on one that works alone."""
    if (sharing := ground.sharing) is None:
        return None
    return FleetLogin(sharing.notes, name=_login_name(ground), workers=sharing.workers)


def _login_name(ground: Ground) -> str:
    return "login of the demo" if ground.settings.demo else "login"
