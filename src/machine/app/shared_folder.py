"""The folder that this machine shares with others, where the settings name one."""

from pathlib import Path

from machine.claude.settling import Settling
from machine.domain.errors import BadRequest, StoreError
from machine.registry.workspaces import OWNED
from machine.settings import Settings
from machine.shared import SharedFiles


def open_shared(settings: Settings, settling: Settling | None) -> SharedFiles | None:
    """None where conversations stay on the machine on which they began; `settling` is set where agents are users of
    their own. Blocking. Raises BadRequest, StoreError."""
    if settings.shared_dir is None:
        return None
    if settings.shared_dir.is_relative_to(settings.data_dir) or settings.data_dir.is_relative_to(settings.shared_dir):
        raise BadRequest(
            f"MACHINE_SHARED_DIR, {settings.shared_dir}, and the data folder {settings.data_dir} lie in each other.",
            hint="Every machine has a data folder of its own; the shared folder lies beside them.",
        )
    shared = SharedFiles(
        settings.shared_dir,
        settings.data_dir,
        max_mb=settings.snapshot_max_mb,
        left_out=frozenset(OWNED),
        of_agents=settling,
    )
    try:
        shared.prepare()
        if (attachments := shared_attachments(settings)) is not None:
            attachments.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The shared folder {settings.shared_dir} cannot be used: {error.strerror or error}.",
            hint="Give the user that runs the machine the right to write there, or leave MACHINE_SHARED_DIR out.",
        ) from error
    return shared


def shared_attachments(settings: Settings) -> Path | None:
    """Where the machines of a fleet keep what people attach to messages."""
    return settings.shared_dir and settings.shared_dir / "attachments"
