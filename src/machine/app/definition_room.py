"""Joins what creates definitions."""

from machine.app.ground import Ground
from machine.engine.entity_creator import EntityCreator


def build_creator(ground: Ground) -> EntityCreator:
    """Join the parts. Nothing runs yet."""
    definitions = ground.definitions
    return EntityCreator(
        loader=definitions.loader,
        agents=definitions.agents,
        skills=definitions.skills,
        webhooks=definitions.webhooks,
        variables=ground.variables,
        publish=ground.tasks.publish,
        forget_triggers=ground.deliveries.forget,
        clock=ground.clock,
        needed_agents=frozenset({"brain", ground.settings.default_agent}),
    )
