"""Joins the operations of the machine with the tools by which models use them."""

from machine.app.engine_room import EngineRoom
from machine.app.ground import Ground
from machine.app.offline import url_of
from machine.engine.entity_creator import EntityCreator
from machine.engine.schedules import Schedules
from machine.engine.tools.agent_tools import agent_tools
from machine.engine.tools.schedule_tools import schedule_tools
from machine.engine.tools.skill_tools import skill_tools
from machine.engine.tools.task_tools import TaskDesk, task_tools
from machine.engine.tools.webhook_tools import webhook_tools
from machine.engine.webhooks import Webhooks


def offer_tools(
    ground: Ground, engine: EngineRoom, creator: EntityCreator, webhooks: Webhooks, schedules: Schedules
) -> None:
    """Offer everything there is; a new group of tools is one more line here."""
    settings = ground.settings
    root = (settings.public_url or url_of(settings.host, settings.port)).rstrip("/")
    engine.toolbox.add(*task_tools(TaskDesk(engine.intake, engine.steering, ground.tasks)))
    engine.toolbox.add(*agent_tools(creator))
    engine.toolbox.add(*skill_tools(creator))
    engine.toolbox.add(*webhook_tools(creator.webhooks, webhooks, lambda name: f"{root}/webhooks/{name}"))
    engine.toolbox.add(*schedule_tools(schedules, ground.clock))
