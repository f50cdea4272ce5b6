"""Where the audit log is kept."""

from datetime import datetime
from typing import Protocol

from machine.domain.audit import AuditEntry
from machine.ports.values import Value


class AuditFilter(Value):
    """Which entries; None: all."""

    user_id: str | None = None
    action: str | None = None
    since: datetime | None = None


class AuditPage(Value):
    """Newest first; `next_cursor` is unset on the last page."""

    items: tuple[AuditEntry, ...]
    next_cursor: str | None


class AuditStore(Protocol):
    """Entries are added and never changed: the database refuses it. Raises StoreError."""

    async def add(self, entry: AuditEntry) -> None: ...

    async def ended(self, audit_id: str, *, at: datetime, status: int, made_id: str) -> None: ...

    async def list(self, which: AuditFilter, *, limit: int, cursor: str | None = None) -> AuditPage:
        """Raises BadRequest for a cursor that no page gave."""
        ...

    async def actions(self) -> tuple[str, ...]:
        """Every action that some entry names, by its name."""
        ...
