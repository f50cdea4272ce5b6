"""Joins what conversations need to go on, on another machine."""

from machine.app.ground import Ground
from machine.domain.task import Task
from machine.engine.moving import Moving
from machine.engine.task_code import TaskCode
from machine.ports import Belongings


def build_moving(ground: Ground, code: TaskCode) -> Moving:
    workspaces = ground.settings.workspaces_dir

    def belongings_of(task: Task) -> Belongings:
        return Belongings(
            conversation_id=task.conversation_id,
            workspace=task.workspace,
            project=ground.claude.transcripts_of(workspaces / task.workspace),
            session_id=task.claude_session_id,
        )

    return Moving(
        shared=ground.shared,
        in_fleet=ground.settings.in_fleet,
        snapshots=ground.snapshots,
        code=code,
        belongings_of=belongings_of,
        machine_id=ground.settings.machine_id,
        clock=ground.clock,
    )
