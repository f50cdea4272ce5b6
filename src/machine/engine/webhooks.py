"""Everything about webhooks that a door to the machine needs."""

from dataclasses import dataclass

from machine.engine.replacing import Replacing
from machine.engine.webhook_intake import WebhookIntake
from machine.engine.webhook_replies import WebhookReplies
from machine.engine.webhook_simulation import WebhookSimulation
from machine.ports import DeliveryStore
from machine.registry.webhook_registry import WebhookRegistry


@dataclass(frozen=True)
class Webhooks:
    """The parts, joined in `machine.app`."""

    registry: WebhookRegistry
    intake: WebhookIntake
    simulation: WebhookSimulation
    deliveries: DeliveryStore
    replies: WebhookReplies
    replacing: Replacing
