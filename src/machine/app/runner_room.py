"""Joins what runs a task, and what brings back those whose run was lost."""

from machine.app.chat_room import attachment_files
from machine.app.ground import Ground
from machine.engine.approvals import Approvals
from machine.engine.attachments import WorkspacesWithAttachments
from machine.engine.brain_tools import BrainTools
from machine.engine.catching_up import CatchingUp
from machine.engine.conclusion import Conclusion
from machine.engine.moving import Moving
from machine.engine.recovery import Recovery
from machine.engine.subagent_runner import SubAgentRunner
from machine.engine.task_code import TaskCode
from machine.engine.task_variables import TaskVariables
from machine.engine.webhook_payloads import WorkspacesWithPayloads
from machine.registry.workspaces import WorkspaceFolders


def build_recovery(ground: Ground, catching_up: CatchingUp, conclusion: Conclusion) -> Recovery:
    """What sees to what a former daemon left."""
    return Recovery(
        store=ground.tasks,
        claude=ground.claude,
        catching_up=catching_up,
        conclusion=conclusion,
        clock=ground.clock,
        demo=ground.settings.demo,
    )


def build_runner(
    ground: Ground,
    approvals: Approvals,
    catching_up: CatchingUp,
    code: TaskCode,
    brain_tools: BrainTools,
    moving: Moving,
) -> SubAgentRunner:
    """What runs one task."""
    folders = WorkspaceFolders(ground.settings.workspaces_dir, ground.kept.outfit)
    workspaces = WorkspacesWithAttachments(WorkspacesWithPayloads(folders, ground.deliveries), attachment_files(ground))
    return SubAgentRunner(
        claude=ground.claude,
        store=ground.tasks,
        approvals=approvals,
        workspaces=workspaces,
        variables=TaskVariables(ground.variables),
        catching_up=catching_up,
        code=code,
        brain_tools=brain_tools,
        moving=moving,
        demo=ground.settings.demo,
    )
