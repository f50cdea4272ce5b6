"""The desk for webhooks: they have secrets and an owner, and triggers of which something is remembered."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from machine.domain.clock import Clock
from machine.domain.definitions import Definition, InvalidDefinition, invalid
from machine.domain.ids import new_secret
from machine.domain.principal import Principal
from machine.domain.webhook import PLAIN_IN_FILE, Webhook
from machine.engine.definition_desk import DefinitionDesk
from machine.engine.keeping import Keeping
from machine.engine.webhook_secrets import WebhookSecrets
from machine.registry.config_loader import ConfigLoader
from machine.registry.uploads import Draft
from machine.registry.webhook_files import exported, fields_files, read_form, webhook_files, webhook_from
from machine.registry.webhook_registry import WebhookRegistry

_log = logging.getLogger(__name__)


class WebhookDesk(DefinitionDesk[Webhook]):
    """Whatever a webhook was made of, it is completed here: its owner, and the secret that was not said again."""

    def __init__(
        self,
        loader: ConfigLoader,
        webhooks: WebhookRegistry,
        *,
        keeping: Keeping,
        secrets: WebhookSecrets,
        agents: Callable[[], frozenset[str]],
        forget: Callable[[str], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """`agents` gives the names there are; `forget` drops what is remembered of a webhook that is gone."""
        super().__init__(
            loader,
            webhooks.shelf,
            keeping=keeping,
            take=webhook_from,
            remarks=lambda one: remarks(one, agents()),
        )
        self._secrets = secrets
        self._forget = forget
        self._now = clock

    async def switch(self, name: str, by: Principal, *, enabled: bool) -> Definition[Webhook]:
        """Disable or enable. One whose file says that it is off is saved anew. Raises NotFound, Forbidden."""
        found = await super().switch(name, by, enabled=enabled)
        if enabled and not found.model.enabled:
            fields = {**found.model.model_dump(exclude_unset=True), "enabled": True}
            await self._put(name, fields, by)
        return self.get(name)

    async def delete(self, name: str, by: Principal) -> None:
        """Take a webhook away. Its deliveries stay for their time, its secret for as long as it can be brought back.

        Raises NotFound, Forbidden, StoreError.
        """
        await super().delete(name, by)
        await self._forget(name)
        await self._forget_secrets(name)

    async def fresh_secret(self, name: str, by: Principal, old_until: datetime | None = None) -> str:
        """Give it a secret that is made here, and return it, this once. The old one is accepted until `old_until`.

        Raises NotFound, Forbidden, InvalidDefinition for one that is unsigned or a time too far off, StoreError.
        """
        secret = new_secret()
        said = self.get(name).model.model_dump(
            exclude_unset=True, exclude={"secret", "secret_ref", "previous", "user_id"}
        )
        fields = {**said, "secret": secret, **({} if old_until is None else {"old_secret_until": old_until})}
        await self.save(Draft(name, fields_files(name, fields)), by, replace_it=True)
        return secret

    async def give(self, name: str, user_id: str, by: Principal) -> Definition[Webhook]:
        """Make it that person's: its tasks are theirs from now on. Raises NotFound, Forbidden, StoreError."""
        self.check_may_change(by)
        fields = {**self.get(name).model.model_dump(exclude_unset=True), "user_id": user_id}
        await self._put(name, fields, by)
        _log.info("the webhook %s was given to %s by %s", name, user_id, by.user_id)
        return self.get(name)

    async def export(self, name: str, by: Principal) -> bytes:
        """Its file, without secrets. Raises NotFound, Forbidden."""
        self.check_may_change(by)
        return exported(self.get(name).model)

    @asynccontextmanager
    async def _kept(self, checked: Definition[Webhook], by: Principal) -> AsyncIterator[Definition[Webhook]]:
        """Its secret becomes a variable; those that neither it nor the version before it name are deleted."""
        async with self._secrets.put_away(checked.model, by=by.user_id) as kept:
            if kept is checked.model:
                yield checked
            else:
                yield await asyncio.to_thread(self._shelf.read, checked.name, webhook_files(kept))
        await self._forget_secrets(checked.name)

    async def _forget_secrets(self, name: str) -> None:
        await self._secrets.forget(name, but=await self._named(name))

    async def _put(self, name: str, fields: dict[str, Any], by: Principal) -> None:
        seen = self._keeping.mark(self._shelf, name)
        changed = self._shelf.read(name, fields_files(name, fields))
        await self._keeping.put(self._shelf, name, changed.files, by=by.user_id, seen=seen)

    async def _named(self, name: str) -> frozenset[str]:
        """The variables that hold secrets of a webhook as it is and as it was before."""
        known = self.known.get(name)
        named: frozenset[str] = frozenset() if known is None else known.model.secret_refs
        with contextlib.suppress(InvalidDefinition):
            if (before := await self._keeping.previous(self._shelf, name)) is not None:
                named |= (await asyncio.to_thread(self._shelf.read, name, before)).model.secret_refs
        return named

    def _checked(self, draft: Draft, by: Principal) -> Definition[Webhook]:
        if not self._shelf.is_name(draft.name):
            return super()._checked(draft, by)  # which says what is wrong with the name
        form = read_form(draft.name, draft.files)
        known = self.known.get(draft.name)
        before = None if known is None else known.model
        try:
            fields = form.completed(before, owner=by.user_id, now=self._now())
        except ValueError as error:
            raise invalid(self._shelf.place(draft.name).name, str(error), field="old_secret_until") from error
        found = super()._checked(Draft(draft.name, fields_files(draft.name, fields), draft.warnings), by)
        return replace(found, warnings=tuple(warning for warning in found.warnings if warning != PLAIN_IN_FILE))


def remarks(webhook: Webhook, agents: frozenset[str]) -> list[str]:
    """What should be known of it beside its own warnings."""
    wanted = {trigger.agent for trigger in webhook.triggers if trigger.agent is not None}
    return [f"There is no agent called {name} yet: its trigger starts nothing." for name in sorted(wanted - agents)]
