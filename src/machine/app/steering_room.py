"""Joins what reaches beyond one process where a fleet shares the work, and is plain where a machine works alone."""

from machine.app.ground import Ground
from machine.engine.approvals import Approvals
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.command_desk import CommandDesk
from machine.engine.slots import Slots
from machine.engine.status_board import StatusBoard
from machine.engine.steering import Steering
from machine.engine.task_code import TaskCode
from machine.engine.task_files import TaskFiles
from machine.engine.work_bell import WorkBell


def build_steering(ground: Ground, manager: BackgroundTaskManager, approvals: Approvals, code: TaskCode) -> Steering:
    files = _task_files(ground)
    desk = None
    if (shared := ground.sharing) is not None:
        here = shared.whereabouts
        desk = CommandDesk(store=shared.commands, pokes=shared.pokes, process_id=shared.process_id, whereabouts=here)
    return Steering(store=ground.tasks, manager=manager, approvals=approvals, code=code, files=files, desk=desk)


def build_status_board(ground: Ground, slots: Slots, manager: BackgroundTaskManager) -> StatusBoard:
    if ground.sharing is None:
        return StatusBoard(manager=manager, store=ground.tasks, happened=manager.something_happened)
    bell = slots.another_bell()  # rings for what others do, too

    async def happened() -> None:
        await bell.wait()
        bell.clear()

    return StatusBoard(manager=manager, store=ground.tasks, happened=happened)


def build_work_bell(ground: Ground, slots: Slots) -> WorkBell | None:
    return WorkBell(slots, ground.sharing.pokes) if ground.sharing else None


def _task_files(ground: Ground) -> TaskFiles:
    folder, agents, settling = ground.settings.workspaces_dir, ground.definitions.agents, ground.claude.settling
    if settling is None:
        return TaskFiles(folder, agents, ground.redactor)
    return TaskFiles(folder, agents, ground.redactor, open_up=settling.open_up)
