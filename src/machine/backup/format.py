"""What stands in a backup.

A tar, packed by gzip, and sealed where that was asked for:

    backup.json        the head: which program made it, of which machine, with which schema and parts
    db/machine.db …    the parts, file by file
    files.jsonl        a line for each file, folder and link before it, in their order, with size and SHA-256

The list stands at the end, so that nothing is read twice to write it, and a file that was cut off has none.
"""

import json
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from machine.domain.errors import MachineError

FORMAT: Final = 1
HEAD: Final = "backup.json"
LIST: Final = "files.jsonl"
DATABASE: Final = "db/machine.db"

PARTS: Final = ("db", "config", "credentials", "attachments")
"""What is in every backup, where it is there."""
WORK: Final = ("workspaces", "homes", "repos/checkouts")
"""What is in it when asked for: it can be large, and most of it lies in repositories anyway. The last says which clones
in the workspaces are the machine's."""

MAX_HEAD_BYTES: Final = 64 * 1024


class BackupFault(MachineError):
    """A file that is no backup, is damaged, or cannot be opened with this passphrase. Nothing was changed."""

    code = "backup_unusable"
    status = 400


class Head(BaseModel):
    """The first file of a backup."""

    model_config = ConfigDict(frozen=True)

    format: int
    program: str
    """The version that made it."""
    machine_id: str
    schema_revision: str
    parts: tuple[str, ...]
    made_at: datetime
    database_elsewhere: bool = False
    """The machine works on PostgreSQL: its database is not in the backup, and there is no schema to name."""


class Entry(BaseModel):
    """A line of the list. `size` in bytes and `sha256` are of files, `target` of links."""

    model_config = ConfigDict(frozen=True)

    path: str
    kind: Literal["file", "folder", "link"]
    mode: int = 0
    size: int = 0
    sha256: str = ""
    target: str = ""

    def line(self) -> bytes:
        """As it stands in the list: what is written and what is read have to be the same byte by byte."""
        return json.dumps(self.model_dump(), sort_keys=True).encode("ascii") + b"\n"


def head_in(raw: bytes) -> Head:
    """Raises BackupFault for what is none, or of a newer form."""
    try:
        head = Head.model_validate_json(raw)
    except ValidationError as error:
        raise damaged("its head cannot be read") from error
    if head.format > FORMAT:
        raise BackupFault(
            f"The backup was made by version {head.program}, in a form that this program does not know.",
            hint="Update this program, then restore it.",
        )
    if not head.parts or set(head.parts) - {*PARTS, *WORK}:
        raise damaged("its head names parts that there are not")
    return head


def checked_path(name: str, parts: tuple[str, ...]) -> str:
    """A path in a backup, which never leaves its part. Raises BackupFault."""
    path = PurePosixPath(name)
    if ".." in path.parts or "\0" in name or not any(path.is_relative_to(part) for part in parts):
        raise damaged(f"it holds {name[:200]!r}, which does not belong there")
    return str(path)


def damaged(why: str) -> BackupFault:
    return BackupFault(f"The backup is damaged: {why}.", hint="Nothing was changed. Use another backup.")
