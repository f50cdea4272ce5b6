"""The audit log: who did what, to read and to take away. For administrators."""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BeforeValidator
from starlette.responses import StreamingResponse

from machine.api.deps import Caller, Cursor, Limit, State
from machine.api.people_schemas import AuditActions, AuditList
from machine.domain.audit import AuditEntry
from machine.domain.errors import Forbidden
from machine.engine.audit import Audit
from machine.ports import AuditFilter

router = APIRouter(prefix="/api/audit", tags=["audit"])

PIECE: Final = 500
_FIELDS: Final = tuple(AuditEntry.model_fields)
_EXPORTED: Final[dict[str, Any]] = {"application/jsonl": {}, "text/csv": {}}
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def _moment(text: str) -> datetime:
    """A moment with its zone, in UTC. Raises ValueError, for numbers as well."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("say in which zone, such as 2026-11-03T09:00:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("that is no moment in UTC") from error


Since = Annotated[datetime | None, BeforeValidator(_moment), Query(description="From this moment on.")]


def _reader(caller: Caller) -> None:
    if not caller.is_administrator:
        raise Forbidden("Only administrators may read the audit log.", hint="Ask an administrator.")


Reader = Annotated[None, Depends(_reader)]


def _which(
    _: Reader,
    actor: Annotated[str | None, Query(max_length=80, description="A user's id.")] = None,
    action: Annotated[str | None, Query(max_length=80, description="Such as `agent.create`.")] = None,
    since: Since = None,
) -> AuditFilter:
    return AuditFilter(user_id=actor, action=action, since=since)


Which = Annotated[AuditFilter, Depends(_which)]


@router.get("")
async def list_audit(which: Which, state: State, limit: Limit = 50, cursor: Cursor = None) -> AuditList:
    """Newest first. `status` is null where the machine stopped before it knew how an act ended."""
    page = await state.audit.list(which, limit=limit, cursor=cursor)
    return AuditList(items=list(page.items), next_cursor=page.next_cursor)


@router.get("/actions")
async def list_actions(_: Reader, state: State) -> AuditActions:
    """What was ever done here, by its name: what `action` can ask for."""
    return AuditActions(items=list(await state.audit.actions()))


@router.get("/export", response_class=StreamingResponse, responses={200: {"content": _EXPORTED}})
async def export_audit(which: Which, state: State, format: Literal["jsonl", "csv"] = "jsonl") -> StreamingResponse:
    """All of it, newest first, as lines of JSON or as CSV."""
    media_type = "text/csv" if format == "csv" else "application/jsonl"
    headers = {"content-disposition": f'attachment; filename="audit.{format}"'}
    return StreamingResponse(_export(state.audit, which, format), media_type=media_type, headers=headers)


async def _export(audit: Audit, which: AuditFilter, format: str) -> AsyncIterator[str]:
    if format == "csv":
        yield _csv([_FIELDS])
    cursor: str | None = None
    while True:
        page = await audit.list(which, limit=PIECE, cursor=cursor)
        entries = [entry.model_dump(mode="json") for entry in page.items]
        if format == "csv":
            yield _csv([_cell(entry[name]) for name in _FIELDS] for entry in entries)
        else:
            yield "".join(json.dumps(entry) + "\n" for entry in entries)
        if (cursor := page.next_cursor) is None:
            return


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> str:
    """Plain text in every spreadsheet: what would be a formula there begins with an apostrophe."""
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
