"""Attachments: files for a message that is to come."""

import asyncio
from typing import Final

from fastapi import APIRouter, HTTPException, Request

from machine.api.chat_schemas import AttachmentList
from machine.api.deps import Caller, State
from machine.api.multipart import MEDIA_TYPE, SentFile, parse_form
from machine.domain.chat import MAX_ATTACHMENTS

router = APIRouter(prefix="/api/attachments", tags=["chat"])

_FILES: Final = {
    "type": "object",
    "properties": {
        "files": {"type": "array", "items": {"type": "string", "format": "binary"}, "maxItems": MAX_ATTACHMENTS}
    },
    "required": ["files"],
}


@router.post(
    "",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": _FILES}}}},
)
async def attach(request: Request, state: State, caller: Caller) -> AttachmentList:
    """Keep files until a message comes with them, at most a day: text in UTF-8, PNG, JPEG, GIF, WebP or PDF, each of
    at most 10 MiB, 25 MiB in all. Their ids go into `attachments` of `POST /api/chat` or `POST /api/tasks`."""
    sent = [(file.name, file.content) for file in await _files(request)]
    return AttachmentList(items=list(await state.chats.attachments.take(sent, caller)))


async def _files(request: Request) -> tuple[SentFile, ...]:
    """Raises HTTPException for what is no form."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != MEDIA_TYPE:
        raise HTTPException(415, f"Files are sent as {MEDIA_TYPE}.")
    try:
        form = await asyncio.to_thread(parse_form, kind, await request.body(), max_files=MAX_ATTACHMENTS)
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    return form.files
