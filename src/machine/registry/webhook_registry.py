"""WebhookRegistry: the webhooks there are, live."""

import re
from pathlib import Path
from typing import Final

from machine.domain.agent import NAME_PATTERN
from machine.domain.definitions import Definition, DefinitionKind
from machine.domain.errors import NotFound
from machine.domain.webhook import Webhook
from machine.registry.file_shelf import FileShelf
from machine.registry.webhook_files import read_webhook

_NAME: Final = re.compile(NAME_PATTERN)


class WebhookRegistry:
    """Webhooks by name, from `config/webhooks/<name>.yaml`. Never blocks."""

    def __init__(self, config: Path) -> None:
        self.shelf: FileShelf[Webhook] = FileShelf(
            DefinitionKind.WEBHOOK, config / "webhooks", read_webhook, builtin={}, is_name=is_webhook_name
        )

    def get(self, name: str) -> Definition[Webhook]:
        """Raises NotFound."""
        found = self.shelf.current.known.get(name)
        if found is None:
            raise NotFound(f"There is no webhook {name}.", hint="List the webhooks to see which there are.")
        return found

    def live(self, name: str) -> Webhook:
        """The one that deliveries may be for. Raises NotFound for one that is switched off as for none at all."""
        found = self.shelf.current.known.get(name)
        if found is None or not self.is_enabled(found.model):
            raise NotFound("There is no webhook at this address.", hint="Check its name, and that it is enabled.")
        return found.model

    def is_enabled(self, webhook: Webhook) -> bool:
        """Whether deliveries may come in: neither its file nor a person has switched it off."""
        return webhook.enabled and webhook.name not in self.shelf.current.disabled

    def all(self) -> tuple[Definition[Webhook], ...]:
        """All of them, by name, those that are switched off included."""
        return tuple(self.shelf.current.known.values())


def is_webhook_name(name: str) -> bool:
    """Whether this can be the name of a webhook."""
    return _NAME.fullmatch(name) is not None
