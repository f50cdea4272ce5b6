"""Where the deliveries of webhooks are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from machine.domain.task import Task
from machine.domain.triggering import TriggerState
from machine.domain.webhook import Delivery
from machine.domain.webhook_trigger import WhenBusy
from machine.ports.tasks import PendingInput
from machine.ports.values import Value


class Terms(Value):
    """Under which conditions a trigger starts a task. They are looked at in the transaction that stores it."""

    webhook: str
    trigger: str
    when_busy: WhenBusy
    rate_per_minute: int


class Start(Value):
    """A task that a delivery wants to start; its `concurrency_key` says what keeps it busy."""

    task: Task
    first_input: PendingInput
    terms: Terms


class Accepted(Value):
    """What became of a delivery."""

    delivery: Delivery
    is_new: bool
    """False: it was stored before, and nothing was done."""
    replaced: tuple[str, ...] = ()
    """Tasks under way that are to be stopped; each is named in the metadata of its successor, under `replaces`."""


class DeliveryPage(Value):
    """Newest first, without bodies; `next_cursor` is unset on the last page."""

    items: tuple[Delivery, ...]
    next_cursor: str | None


class DeliveryStore(Protocol):
    """Every method raises StoreError when the database refuses."""

    async def accept(self, delivery: Delivery, starts: Sequence[Start], *, user_id: str) -> Accepted:
        """Store a delivery, the tasks that it starts and its `webhook.received`, all or nothing.

        Whether a trigger is paused, has room, or is busy is looked at in the same transaction; what is not started
        for that is told in the delivery's `why`. One that its webhook has under this provider's id already is returned
        instead: nothing is stored. `user_id`: whose the event is.
        """
        ...

    async def paused(self, webhook: str | None = None) -> tuple[TriggerState, ...]:
        """The triggers that wait for a person, of one webhook or of all."""
        ...

    async def resume(self, webhook: str) -> int:
        """Let all triggers of a webhook start tasks again; returns how many were paused."""
        ...

    async def forget(self, webhook: str) -> None:
        """Drop what is remembered of a webhook's triggers: it is gone, and the next of its name is another one."""
        ...

    async def get(self, webhook: str, delivery_id: str) -> Delivery:
        """With its body. Raises NotFound."""
        ...

    async def list(self, webhook: str | None, *, limit: int, cursor: str | None = None) -> DeliveryPage:
        """Of one webhook, or of all. Raises BadRequest for a cursor that no page gave."""
        ...

    async def prune(self, before: datetime, *, most: int = 500) -> int:
        """Delete up to `most` that were received before a moment; returns how many. The tasks stay."""
        ...
