"""The files of a task's workspace, to look at. Links are not followed, and what holds logins is not there."""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.responses import Response

from machine.api.deps import Id, Seen, State
from machine.domain.workspace import WorkspaceListing

router = APIRouter(prefix="/api/tasks", tags=["tasks"])

_Path = Annotated[str, Query(max_length=4096, description="From the workspace on, such as `repo/src`.")]
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}


@router.get("/{task_id}/files")
async def list_files(task_id: Id, state: State, seen: Seen, path: _Path = "") -> WorkspaceListing:
    """One folder of the task's workspace: at most 1,000 entries."""
    return await state.steering.list_files(await seen.task(task_id), path)


@router.get(
    "/{task_id}/files/content",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}, "application/octet-stream": _BYTES}}},
)
async def read_file(task_id: Id, state: State, seen: Seen, path: _Path = "", download: bool = False) -> Response:
    """One file of at most 10 MiB: text as `text/plain`, all else to be saved. Known secrets are taken out of it."""
    found = await state.steering.read_file(await seen.task(task_id), path)
    # Whatever a file holds, no browser runs anything of it.
    headers = {"content-security-policy": "default-src 'none'; sandbox"}
    if download or not found.is_text:
        headers["content-disposition"] = f"attachment; filename*=UTF-8''{quote(path.rpartition('/')[2], safe='')}"
    media_type = "text/plain; charset=utf-8" if found.is_text else "application/octet-stream"
    return Response(found.content, media_type=media_type, headers=headers)
