"""Joins what takes deliveries in."""

from machine.app.engine_room import EngineRoom
from machine.app.ground import Ground
from machine.engine.owners import Owners
from machine.engine.replacing import Replacing
from machine.engine.reply_calls import ReplyCalls
from machine.engine.webhook_intake import WebhookIntake
from machine.engine.webhook_replies import WebhookReplies
from machine.engine.webhook_simulation import WebhookSimulation
from machine.engine.webhooks import Webhooks


def build_webhooks(ground: Ground, engine: EngineRoom) -> Webhooks:
    """Join the parts. Nothing runs yet."""

    definitions = ground.definitions
    replacing = Replacing(store=ground.tasks, stop=engine.steering.stop)
    intake = WebhookIntake(
        webhooks=definitions.webhooks,
        deliveries=ground.deliveries,
        tasks=ground.tasks,
        new_tasks=engine.new_tasks,
        variables=ground.variables,
        owners=Owners(ground.people),
        stored=engine.freed,
        replaced=replacing.ask,
        clock=ground.clock,
    )
    return Webhooks(
        registry=definitions.webhooks,
        intake=intake,
        simulation=WebhookSimulation(intake, ground.variables, ground.clock),
        deliveries=ground.deliveries,
        replies=_replies(ground),
        replacing=replacing,
    )


def _replies(ground: Ground) -> WebhookReplies:
    return WebhookReplies(
        store=ground.replies,
        tasks=ground.tasks,
        calls=ReplyCalls(ground.definitions.webhooks, ground.deliveries, ground.variables),
        outgoing=ground.outgoing,
        clock=ground.clock,
        public_url=ground.settings.public_url,
    )
