"""What the machine says of itself, when the store does not take it at once."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import utc_now
from machine.domain.errors import MachineError, StoreError
from machine.domain.events import AuthStatus, MachineStatus
from machine.domain.machine_status import MachineStatusData
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.login_gate import LoginGate
from machine.engine.login_record import LoginRecord
from machine.engine.status_board import StatusBoard
from machine.ports import LoginState, Notes, TaskStore

NOW = MachineStatusData(machine_id="machine-001", state="ready", running=1, queued=0, waiting=0, slots=5)


class FullStore:
    """Takes nothing once, and then everything."""

    def __init__(self) -> None:
        self.told: list[MachineStatus | AuthStatus] = []
        self.full = True

    async def publish(self, event: MachineStatus | AuthStatus) -> None:
        if self.full:
            self.full = False
            raise StoreError("The disk is full.")
        self.told.append(event)


async def happened() -> None:
    """Nothing waits in this test."""


async def status() -> MachineStatusData:
    return NOW


async def test_a_status_that_could_not_be_stored_is_told_the_next_time_and_then_once() -> None:
    store = FullStore()
    manager = cast(BackgroundTaskManager, SimpleNamespace(status=status))
    board = StatusBoard(manager=manager, store=cast(TaskStore, store), happened=happened)
    with pytest.raises(MachineError):
        await board.report()
    await board.report()
    await board.report()
    assert [event.data for event in store.told] == [NOW]


class NoNotes:
    """Keeps nothing."""

    async def get(self, _name: str) -> None:
        """There is none."""


class Login:
    """Works, and never changes."""

    def __init__(self) -> None:
        self.looks = 0

    async def check(self) -> LoginState:
        return LoginState(state="ready")

    async def evidence(self) -> str:
        self.looks += 1
        return "the same"


async def test_a_login_that_could_not_be_announced_is_announced_later_and_then_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("machine.engine.login_gate.LOOK_SECONDS", 0.01)
    store, login = FullStore(), Login()
    record = LoginRecord(cast(Notes, NoNotes()), utc_now, name="login")
    gate = LoginGate(login=login, store=cast(TaskStore, store), record=record, clock=utc_now, opened=lambda: None)
    watching = spawn(gate.watch(), name="watch the login")
    async with asyncio.timeout(10):
        while login.looks < 10:
            await asyncio.sleep(0.01)
    await cancel_and_wait(watching)
    assert [event.data.state for event in store.told] == ["ready"]
