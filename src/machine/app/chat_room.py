"""Joins what conversations with the Brain consist of beside their tasks."""

from machine.app.ground import Ground
from machine.engine.attachments import AttachmentDesk
from machine.engine.chats import Chats
from machine.registry.attachments import AttachmentFiles


def attachment_files(ground: Ground) -> AttachmentFiles:
    return AttachmentFiles(ground.settings.attachments_dir, ground.settings.workspaces_dir)


def attachment_desk(ground: Ground) -> AttachmentDesk:
    alone = ground.sharing is None
    return AttachmentDesk(store=ground.chats, files=attachment_files(ground), clock=ground.clock, reaches_agents=alone)


def build_chats(ground: Ground) -> Chats:
    """Join the parts. Nothing runs yet."""
    return Chats(store=ground.chats, tasks=ground.tasks, attachments=attachment_desk(ground), clock=ground.clock)
