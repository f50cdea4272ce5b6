"""What happened to a task: its events, and its text."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from machine.api.deps import Id, Seen, State
from machine.engine.task_text import whole_text

router = APIRouter(prefix="/api/tasks", tags=["tasks"])

PAGE: Final = 128
MAX_CHARS: Final = 8 * 1024 * 1024
"""Of one answer: events can be 64 KiB each, and 5,000 of them too much for everybody. Ask again from the last one."""

After = Annotated[int, Query(ge=0, le=2**62, description="The `seq` after which to begin.")]


@router.get(
    "/{task_id}/events",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/TaskEventPage"}}}}},
)
async def list_events(
    task_id: Id, state: State, seen: Seen, after: After = 0, limit: Annotated[int, Query(ge=1, le=5000)] = 1000
) -> Response:
    """Events with `seq` > `after`, oldest first. `last_seq` is the newest there is: ask again until you are there."""
    task = await seen.task(task_id)
    frames: list[str] = []
    size = 0
    while len(frames) < limit and size < MAX_CHARS:
        page = await state.tasks.events(task_id, after=after, limit=min(PAGE, limit - len(frames)))
        if not page:
            break
        frames += [event.frame for event in page]
        size += sum(len(event.body) for event in page)
        after = page[-1].seq or after
    body = f'{{"events":[{",".join(frames)}],"last_seq":{max(task.last_seq, after if frames else 0)}}}'
    return Response(body, media_type="application/json")


@router.get("/{task_id}/output", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def get_output(task_id: Id, state: State, seen: Seen) -> Response:
    """All text that the agent has written so far, as plain text."""
    task = await seen.task(task_id)
    return StreamingResponse(whole_text(state.tasks, task.task_id), media_type="text/plain; charset=utf-8")
