"""Joins what takes deliveries in."""

from machine.app.engine_room import EngineRoom
from machine.domain.clock import Clock
from machine.engine.webhook_desk import WebhookDesk
from machine.engine.webhook_intake import WebhookIntake
from machine.engine.webhook_simulation import WebhookSimulation
from machine.engine.webhooks import Webhooks
from machine.ports import DeliveryStore, PeopleStore, TaskStore
from machine.registry.opening import Definitions


def build_webhooks(
    definitions: Definitions,
    engine: EngineRoom,
    *,
    deliveries: DeliveryStore,
    tasks: TaskStore,
    people: PeopleStore,
    clock: Clock,
) -> Webhooks:
    """Join the parts. Nothing runs yet."""

    async def owner() -> str:
        return (await people.local_administrator()).user_id

    intake = WebhookIntake(
        webhooks=definitions.webhooks,
        deliveries=deliveries,
        tasks=tasks,
        new_tasks=engine.new_tasks,
        owner=owner,
        stored=engine.freed,
        clock=clock,
    )
    return Webhooks(
        registry=definitions.webhooks,
        desk=WebhookDesk(definitions.loader, definitions.webhooks),
        intake=intake,
        simulation=WebhookSimulation(intake, clock),
        deliveries=deliveries,
    )
