"""What the machine says of itself, when the store does not take it at once."""

from types import SimpleNamespace
from typing import cast

import pytest

from machine.domain.errors import MachineError, StoreError
from machine.domain.events import MachineStatus
from machine.domain.machine_status import MachineStatusData
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.status_board import StatusBoard
from machine.ports import TaskStore

NOW = MachineStatusData(machine_id="machine-001", state="ready", running=1, queued=0, waiting=0, slots=5)


class FullStore:
    """Takes nothing once, and then everything."""

    def __init__(self) -> None:
        self.told: list[MachineStatus] = []
        self.full = True

    async def publish(self, event: MachineStatus) -> None:
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
