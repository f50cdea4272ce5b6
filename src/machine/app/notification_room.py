"""Joins what tells other systems what becomes of tasks."""

from machine.app.ground import Ground
from machine.engine.channel_secrets import ChannelSecrets
from machine.engine.notification_desk import NotificationDesk
from machine.engine.notification_text import Writing
from machine.engine.notifier import Notifier


def build_notifications(ground: Ground) -> NotificationDesk:
    """Join the parts. Nothing runs yet."""
    settings, shared = ground.settings, ground.kept.shared
    secrets = ChannelSecrets(ground.channels, renew=None if shared is None else shared.catch_up)
    notifier = Notifier(
        store=ground.notifications,
        tasks=ground.tasks,
        secrets=secrets,
        outgoing=ground.outgoing,
        writing=Writing(settings.machine_id, settings.public_url, ground.redactor),
        clock=ground.clock,
    )
    return NotificationDesk(store=ground.notifications, secrets=secrets, notifier=notifier, clock=ground.clock)
