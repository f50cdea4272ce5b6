"""Where the deliveries of webhooks are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from machine.domain.task import Task
from machine.domain.webhook import Delivery
from machine.ports.tasks import PendingInput
from machine.ports.values import Value


class DeliveryPage(Value):
    """Newest first, without bodies; `next_cursor` is unset on the last page."""

    items: tuple[Delivery, ...]
    next_cursor: str | None


class DeliveryStore(Protocol):
    """Every method raises StoreError when the database refuses."""

    async def accept(
        self, delivery: Delivery, tasks: Sequence[tuple[Task, PendingInput]], *, user_id: str
    ) -> tuple[Delivery, bool]:
        """Store a delivery, the tasks that it starts and its `webhook.received`, all or nothing.

        One that its webhook has under this provider's id already is returned instead, with False: nothing is stored.
        `user_id`: whose the event is.
        """
        ...

    async def known(self, webhook: str, provider_delivery_id: str) -> Delivery | None:
        """The stored delivery under the provider's id, without its body; None when there is none."""
        ...

    async def get(self, webhook: str, delivery_id: str) -> Delivery:
        """With its body. Raises NotFound."""
        ...

    async def list(self, webhook: str, *, limit: int, cursor: str | None = None) -> DeliveryPage:
        """Raises BadRequest for a cursor that no page gave."""
        ...

    async def prune(self, before: datetime) -> int:
        """Delete what was received before a moment; returns how many. The tasks stay."""
        ...
