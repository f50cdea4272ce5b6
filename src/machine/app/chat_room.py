"""Joins what conversations with the Brain consist of beside their tasks."""

from machine.app.ground import Ground
from machine.app.shared_folder import shared_attachments
from machine.engine.attachments import AttachmentDesk
from machine.engine.chats import Chats
from machine.registry.attachments import AttachmentFiles


def attachment_files(ground: Ground) -> AttachmentFiles | None:
    """In a fleet they lie where every machine sees them; None where there is no such place."""
    settings = ground.settings
    root = settings.attachments_dir if ground.sharing is None else shared_attachments(settings)
    return None if root is None else AttachmentFiles(root, settings.workspaces_dir)


def attachment_desk(ground: Ground) -> AttachmentDesk:
    return AttachmentDesk(store=ground.chats, files=attachment_files(ground), clock=ground.clock)


def build_chats(ground: Ground) -> Chats:
    """Join the parts. Nothing runs yet."""
    return Chats(store=ground.chats, tasks=ground.tasks, attachments=attachment_desk(ground), clock=ground.clock)
