"""The Brain and those who ask it."""

from machine.app.chat_room import attachment_desk
from machine.app.ground import Ground
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.brain import MachineBrain
from machine.engine.brain_questions import BrainQuestions
from machine.engine.brain_routing import BrainRouting
from machine.engine.describing import Describing
from machine.engine.intake import Intake
from machine.engine.live_tasks import LiveTasks
from machine.engine.login_gate import LoginGate
from machine.engine.new_tasks import NewTasks
from machine.engine.routing_desk import RoutingDesk
from machine.engine.slots import Slots
from machine.engine.steering import Steering
from machine.ports import Membership


def build_brain(ground: Ground, intake: Intake, manager: BackgroundTaskManager, steering: Steering) -> MachineBrain:
    """The Brain, which talks with people and is asked which agent does a task."""
    questions = BrainQuestions(claude=ground.claude, folder=ground.settings.workspaces_dir / "routing")
    tasks, agents = ground.tasks, ground.definitions.agents
    return MachineBrain(
        intake=intake,
        steering=steering,
        store=tasks,
        attachments=attachment_desk(ground),
        describing=Describing(intake=intake, manager=manager, steering=steering, store=tasks, agents=agents),
        agents=agents,
        routing=BrainRouting(questions),
        default_agent=ground.settings.default_agent,
    )


def build_routing_desk(
    ground: Ground,
    live: LiveTasks,
    brain: MachineBrain,
    new_tasks: NewTasks,
    gate: LoginGate,
    slots: Slots,
    manager: BackgroundTaskManager,
    membership: Membership,
) -> RoutingDesk:
    """Who asks the Brain, one task after another."""
    return RoutingDesk(
        store=ground.tasks,
        live=live,
        brain=brain,
        new_tasks=new_tasks,
        gate=gate,
        slots=slots,
        manager=manager,
        membership=membership,
        demo=ground.settings.demo,
    )
