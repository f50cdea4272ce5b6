"""Joins what tells other systems what becomes of tasks."""

import asyncio

from machine.app.ground import Ground
from machine.auth.secrets import Secrets, open_secrets
from machine.engine.channel_secrets import ChannelSecrets
from machine.engine.notification_desk import NotificationDesk
from machine.engine.notification_text import Writing
from machine.engine.notifier import Notifier


async def build_notifications(ground: Ground) -> NotificationDesk:
    """Join the parts. Nothing runs yet."""
    settings = ground.settings
    secrets = ChannelSecrets(await asyncio.to_thread(_open_kept, ground))
    notifier = Notifier(
        store=ground.notifications,
        tasks=ground.tasks,
        secrets=secrets,
        outgoing=ground.outgoing,
        writing=Writing(settings.machine_id, settings.public_url, ground.redactor),
        clock=ground.clock,
    )
    return NotificationDesk(store=ground.notifications, secrets=secrets, notifier=notifier, clock=ground.clock)


def _open_kept(ground: Ground) -> Secrets:
    """Blocking. Not among the variables: no agent may ever be given one of these."""
    settings = ground.settings
    return open_secrets(
        settings.credentials_dir / "channels",
        key=settings.secret_key,
        key_file=settings.secret_key_file,
        clock=ground.clock,
        redactor=ground.redactor,
        kind="channels",
    )
