"""One file as the body of a request: in a form, as browsers send it, or plain, as scripts do."""

import asyncio
from collections.abc import Collection

from fastapi import HTTPException, Request

from machine.api.multipart import MEDIA_TYPE, parse_form


async def sent_file(request: Request, *, what: str, plain: Collection[str]) -> bytes:
    """The content of the file. `plain` are the media types of a body that is the file itself, the usual one first.

    Raises HTTPException 415 for another media type, and 400 for a form that is broken or has no file.
    """
    kind = request.headers.get("content-type", "")
    body = await request.body()
    media_type = kind.partition(";")[0].strip().lower()
    if media_type in plain:
        return body
    if media_type != MEDIA_TYPE:
        raise HTTPException(415, f"{what} is sent as {MEDIA_TYPE} or {next(iter(plain))}.")
    try:
        form = await asyncio.to_thread(parse_form, kind, body, max_files=1)
    except ValueError as error:
        raise HTTPException(400, str(error)) from error
    if not form.files:
        raise HTTPException(400, "The form holds no file.")
    return form.files[0].content
