"""The backups in the data folder: what there is, one more, one taken away, one less. For administrators.

A restore is done by hand, with the daemon ended: `machine restore FILE`.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path as FilePath
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from starlette.responses import Response, StreamingResponse

from machine.api.deps import Caller, State
from machine.backup.sealing import MIN_PASSPHRASE
from machine.domain.disk import BackupList, BackupMaking
from machine.domain.errors import Forbidden
from machine.domain.principal import Principal

router = APIRouter(prefix="/api/backups", tags=["status"])

PIECE_BYTES: Final = 1024 * 1024
_FILE: Final = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def _one_line(passphrase: SecretStr) -> SecretStr:
    text = passphrase.get_secret_value()
    if text != text.strip() or not text.isprintable():
        raise ValueError("has to be one line with no space at its ends: `machine restore` could not be told it")
    return passphrase


class NewBackup(BaseModel):
    """`passphrase` encrypts it; unset: with MACHINE_BACKUP_PASSPHRASE if there is one, else it is not encrypted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    passphrase: Annotated[SecretStr, AfterValidator(_one_line)] | None = Field(
        default=None, min_length=MIN_PASSPHRASE, max_length=1024
    )


def _administrator(caller: Caller) -> Principal:
    if not caller.is_administrator:
        raise Forbidden("Only administrators may see or make backups.", hint="Ask an administrator.")
    return caller


Administrator = Annotated[Principal, Depends(_administrator)]
Name = Annotated[str, Path(max_length=255, description="As the list has it.")]


@router.get("")
async def list_backups(state: State, _: Administrator) -> BackupList:
    """Those in the data folder, the newest first, and what is being made."""
    return await state.backups.all()


@router.post("", status_code=202)
async def make_backup(new: NewBackup, state: State, _: Administrator) -> BackupMaking:
    """Begin a backup; the list says when it is there, or why it is not. One at a time. Workspaces are not in it."""
    return await state.backups.begin(new.passphrase or state.settings.backup_passphrase)


@router.get("/{name}/content", response_class=StreamingResponse, responses={200: {"content": _FILE}})
async def download_backup(name: Name, state: State, _: Administrator) -> StreamingResponse:
    """The file. Who has it has the machine's secrets, unless it is encrypted: the audit log says who took it."""
    path, size = await state.backups.find(name)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(path.name, safe='')}",
        "content-length": str(size),
        "cache-control": "no-store",
    }
    return StreamingResponse(_pieces(path, size), media_type="application/octet-stream", headers=headers)


@router.delete("/{name}", status_code=204)
async def delete_backup(name: Name, state: State, _: Administrator) -> Response:
    """Remove one for good."""
    await state.backups.delete(name)
    return Response(status_code=204)


async def _pieces(path: FilePath, size: int) -> AsyncIterator[bytes]:
    """`size` bytes: what grows behind them was not announced."""
    file = await asyncio.to_thread(path.open, "rb")
    with file:
        while size > 0 and (piece := await asyncio.to_thread(file.read, min(PIECE_BYTES, size))):
            size -= len(piece)
            yield piece
