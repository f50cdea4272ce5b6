"""The audit log, written around each act: an entry before it, how it ended after it.

Two writes, because most acts change files or processes, which no transaction of the database covers. The entry first:
then nothing was done that is not in the log, whenever the machine dies. An entry without an end says that nobody knows.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from machine.domain.aio import spawn
from machine.domain.audit import AuditEntry
from machine.domain.clock import Clock, utc_now
from machine.domain.errors import MachineError, StoreError
from machine.domain.ids import new_id
from machine.domain.principal import Principal
from machine.ports import AuditFilter, AuditPage, AuditStore

_log = logging.getLogger(__name__)

MAX_TEXT: Final = 200
STOPPING: Final = frozenset({"task.stop", "token.revoke", "login.end"})
"""What has to work when nothing can be written down: then it is in the program's log only."""


@dataclass
class Outcome:
    """How an act ended; whoever does it may say more."""

    status: int = 200
    made_id: str = ""


class Audit:
    """Who did what, when, and how it ended."""

    def __init__(self, store: AuditStore, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock

    @asynccontextmanager
    async def recording(
        self,
        by: Principal,
        action: str,
        object_id: str = "",
        *,
        address: str = "",
        summary: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[Outcome]:
        """Around an act. `summary` holds no secrets. Raises StoreError before the act when nothing can be written."""
        entry = AuditEntry(
            audit_id=new_id("audit"),
            at=self._clock(),
            user_id=by.user_id,
            user_name=by.user.name,
            via=by.via,
            credential_id=by.credential_id,
            address=address,
            action=action,
            object_id=object_id[:MAX_TEXT],
            summary=dict(summary or {}),
        )
        written = await self._begin(entry)
        outcome = Outcome()
        try:
            yield outcome
        except MachineError as error:
            outcome.status = error.status
            raise
        except BaseException:
            outcome.status = 500
            raise
        finally:
            if written:  # to its end even when the caller goes away meanwhile
                await asyncio.shield(spawn(self._end(entry, outcome), name="audit"))

    async def list(self, which: AuditFilter, *, limit: int, cursor: str | None = None) -> AuditPage:
        """Newest first. Raises BadRequest for a cursor that no page gave."""
        return await self._store.list(which, limit=limit, cursor=cursor)

    async def actions(self) -> tuple[str, ...]:
        """Every action that stands in the log, by its name."""
        return await self._store.actions()

    async def _begin(self, entry: AuditEntry) -> bool:
        try:
            await self._store.add(entry)
        except StoreError as error:
            if entry.action not in STOPPING:
                raise
            _log.error("not in the audit log: %s %s by %s: %s", entry.action, entry.object_id, entry.user_id, error)
            return False
        return True

    async def _end(self, entry: AuditEntry, outcome: Outcome) -> None:
        made = outcome.made_id[:MAX_TEXT]
        try:
            await self._store.ended(entry.audit_id, at=self._clock(), status=outcome.status, made_id=made)
        except StoreError as error:
            _log.error("the end of %s (%s) is not in the audit log: %s", entry.audit_id, entry.action, error)
