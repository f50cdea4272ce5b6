"""Joins what creates definitions."""

from typing import Any

from machine.app.ground import Ground
from machine.domain.events import AgentStatus
from machine.engine.entity_creator import EntityCreator


def build_creator(ground: Ground) -> EntityCreator:
    """Join the parts. Nothing runs yet."""
    definitions, shared = ground.definitions, ground.kept.shared

    async def publish(event: AgentStatus) -> Any:
        """What another machine has changed, it tells everybody itself."""
        if shared is None or not shared.comes_from_elsewhere(event.data):
            await ground.tasks.publish(event)

    return EntityCreator(
        loader=definitions.loader,
        keeping=ground.kept.keeping,
        agents=definitions.agents,
        skills=definitions.skills,
        webhooks=definitions.webhooks,
        variables=ground.variables,
        publish=publish,
        forget_triggers=ground.deliveries.forget,
        clock=ground.clock,
        needed_agents=frozenset({"brain", ground.settings.default_agent}),
    )
