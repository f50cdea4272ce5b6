"""The whole payload, in the workspace of the task that it started: prompts hold only the beginning of long ones."""

import asyncio
import json
from pathlib import Path

from machine.domain.agent import SubAgent
from machine.domain.errors import NotFound, StoreError
from machine.domain.task import Task, TaskSource
from machine.domain.webhook import Delivery, GenericScheme
from machine.engine.webhook_intake import headers_of
from machine.ports import DeliveryStore, Workspaces
from machine.registry.folders import replace_file
from machine.webhooks.payloads import Unreadable
from machine.webhooks.providers import PROVIDERS
from machine.webhooks.rendering import PAYLOAD_FILE


class WorkspacesWithPayloads:
    """Workspaces as `folders` makes them, with the payload in those of webhooks' tasks."""

    def __init__(self, folders: Workspaces, deliveries: DeliveryStore) -> None:
        self._folders = folders
        self._deliveries = deliveries

    async def prepare(self, task: Task, agent: SubAgent) -> Path:
        """The folder, ready. Raises StoreError."""
        folder = await self._folders.prepare(task, agent)
        if task.source is not TaskSource.WEBHOOK:
            return folder
        about = task.source_metadata
        try:
            delivery = await self._deliveries.get(str(about.get("webhook")), str(about.get("delivery_id")))
        except NotFound:  # it is older than deliveries are kept
            return folder
        try:
            await asyncio.to_thread(_write, folder, delivery)
        except OSError as error:
            raise StoreError(
                f"Cannot write {PAYLOAD_FILE}: {error.strerror or error}.", hint="Free some disk space."
            ) from error
        return folder


def _write(folder: Path, delivery: Delivery) -> None:
    provider = PROVIDERS[delivery.provider](GenericScheme())
    try:
        payload = provider.read(headers_of(delivery.headers), delivery.body)
    except Unreadable:
        content = delivery.body
    else:
        content = json.dumps(payload, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    replace_file(folder / PAYLOAD_FILE, content)
