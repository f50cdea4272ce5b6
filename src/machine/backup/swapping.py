"""Putting what was unpacked in the place of what is there: in one go, also when the power fails in the middle.

`<data>/.restore/new/` holds the parts. Once they are whole and on the disk, a file `ready` says so: from then on the
restore is decided, and whoever opens the folder next brings it to its end. Before that, it never happened.
"""

import errno
import json
import os
import shutil
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from machine.domain.errors import StoreError

_STAGING: Final = ".restore"
_READY: Final = "ready"


class _Plan(BaseModel):
    model_config = ConfigDict(frozen=True)

    parts: tuple[str, ...]
    aside: str


def staging(data_dir: Path) -> Path:
    """Where a backup is to be unpacked, anew."""
    folder = data_dir / _STAGING / "new"
    shutil.rmtree(folder.parent, ignore_errors=True)
    return folder


def pending(data_dir: Path) -> bool:
    """Whether something of a restore is there: half of one, or one that is decided."""
    return (data_dir / _STAGING).exists()


def decide(data_dir: Path, parts: tuple[str, ...], *, aside: str) -> None:
    """From here on it will be done. `aside` names the folder that gets what was there. Raises StoreError."""
    for part in parts:
        if os.path.ismount(data_dir / part):
            raise StoreError(
                f"{data_dir / part} is a mount of its own and cannot be replaced.",
                hint="Restore into a folder that is mounted as a whole, then copy that part.",
            )
    folder = data_dir / _STAGING
    _sync(folder / "new", *(folder / "new" / part for part in parts))
    draft = folder / "ready.new"
    draft.write_text(json.dumps({"parts": parts, "aside": aside}), encoding="utf-8")
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.rename(folder / _READY)
    _sync(folder)


def finish(data_dir: Path) -> Path | None:
    """Bring a decided restore to its end, and clear away one that was not. Returns the folder that was made aside.

    Can be interrupted and done again at any point. The caller holds the data folder. Raises StoreError.
    """
    folder = data_dir / _STAGING
    try:
        plan = _Plan.model_validate_json((folder / _READY).read_text(encoding="utf-8"))
    except FileNotFoundError:
        shutil.rmtree(folder, ignore_errors=True)
        return None
    kept = data_dir / plan.aside
    try:
        for part in plan.parts:
            _swap(folder / "new" / part, data_dir / part, kept / part)
        _sync(data_dir, *([kept] if kept.exists() else []))
        (folder / _READY).unlink()
    except OSError as error:
        raise StoreError(
            f"The restore into {data_dir} stopped half way: {error.strerror or error}.",
            hint="Nothing is lost. Mend that, then start the machine or restore again: it goes on where it stopped.",
        ) from error
    shutil.rmtree(folder, ignore_errors=True)
    return kept if kept.exists() else None


def _swap(new: Path, place: Path, kept: Path) -> None:
    if not os.path.lexists(new):
        return  # was done before
    if os.path.lexists(place):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A second one was made by somebody between an interruption and now: it goes aside, too.
        _move(place, kept.with_name(f"{kept.name}-later") if os.path.lexists(kept) else kept)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _move(new, place)


def _move(source: Path, target: Path) -> None:
    """Rename; where the two lie on different disks (`repos/` has a volume of its own in the container), copy.

    The copy is whole before it has its name, and `source` is there until then: what is cut off is done again.
    """
    try:
        source.rename(target)
        return
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    draft, over = target.with_name(f".{target.name}.moving"), source.with_name(f".{source.name}.moved")
    for left in (draft, over):
        shutil.rmtree(left, ignore_errors=True)
    shutil.copytree(source, draft, symlinks=True)
    os.sync()
    draft.rename(target)
    _sync(target.parent)
    source.rename(over)
    shutil.rmtree(over)


def _sync(*folders: Path) -> None:
    for folder in folders:
        if not folder.is_dir():
            continue
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
