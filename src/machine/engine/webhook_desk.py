"""What people do with webhooks: create and delete. Files that were written by hand go the same way at once."""

import asyncio
import logging
import os
from collections.abc import Callable

from machine.domain.definitions import Definition, DefinitionFault
from machine.domain.errors import Conflict, Forbidden, StoreError
from machine.domain.principal import Principal, Role
from machine.domain.webhook import Webhook
from machine.engine.webhook_secrets import WebhookSecrets
from machine.registry.config_loader import ConfigLoader
from machine.registry.folders import remove, replace_file
from machine.registry.webhook_files import webhook_files
from machine.registry.webhook_registry import WebhookRegistry

_log = logging.getLogger(__name__)


class WebhookDesk:
    """Changes are for administrators; each method raises Forbidden for others."""

    def __init__(self, loader: ConfigLoader, webhooks: WebhookRegistry, secrets: WebhookSecrets) -> None:
        self._secrets = secrets
        self._loader = loader
        self._webhooks = webhooks
        self._one_at_a_time = asyncio.Lock()

    @property
    def faults(self) -> tuple[DefinitionFault, ...]:
        """What is wrong with files under `config/webhooks`."""
        return self._loader.faults_of(self._webhooks.shelf)

    async def create(self, webhook: Webhook, by: Principal) -> Definition[Webhook]:
        """Put a webhook of `by` in force. Raises InvalidDefinition, Conflict when the name is taken, StoreError."""
        check_administrator(by)
        async with self._secrets.put_away(webhook.model_copy(update={"user_id": by.user_id}), by=by.user_id) as kept:
            files = webhook_files(kept)
            # Read back as it will be read from the disk: what cannot be is refused before anything is written.
            await asyncio.to_thread(self._webhooks.shelf.read, webhook.name, files)
            (content,) = (file.content for file in files.values())
            await self._change(lambda: self._write(webhook.name, content))
        _log.info("webhook %s was created by %s", webhook.name, by.user_id)
        return self._webhooks.get(webhook.name)

    async def delete(self, name: str, by: Principal) -> None:
        """Take a webhook away, be it broken; its deliveries stay for their time. Raises NotFound, StoreError."""
        check_administrator(by)
        if not await asyncio.to_thread(os.path.lexists, self._webhooks.shelf.place(name)):
            self._webhooks.get(name)
        await self._change(lambda: self._remove(name))
        await self._secrets.forget(name)
        _log.info("webhook %s was deleted by %s", name, by.user_id)

    async def _change(self, write: Callable[[], None]) -> None:
        async with self._one_at_a_time:
            try:
                await asyncio.to_thread(write)
            except OSError as error:
                message = f"The webhook could not be saved: {error.strerror or error}."
                hint = "Free some disk space, or check the rights of the data folder; nothing was changed."
                raise StoreError(message, hint=hint) from error
            await self._loader.refresh()

    def _write(self, name: str, content: bytes) -> None:
        with self._loader.writing():
            place = self._webhooks.shelf.place(name)
            if os.path.lexists(place):
                raise Conflict(f"There is a webhook {name} already.", hint="Take another name, or delete that one.")
            replace_file(place, content)

    def _remove(self, name: str) -> None:
        with self._loader.writing():
            remove(self._webhooks.shelf.place(name))


def check_administrator(by: Principal) -> None:
    """Raises Forbidden."""
    if by.user.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators may do this with webhooks.", hint="Ask an administrator.")
