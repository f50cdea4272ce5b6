"""The secrets of webhooks: kept as variables, named by `secret_ref`, and looked up for each delivery."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import NoReturn

from pydantic import SecretStr

from machine.auth.secrets import Secrets
from machine.domain.errors import NotFound, Unavailable
from machine.domain.webhook import Webhook
from machine.ports import Variables
from machine.registry.webhook_registry import WebhookRegistry

_log = logging.getLogger(__name__)


async def with_secret(webhook: Webhook, variables: Variables) -> Webhook:
    """The webhook with the secrets that it names, the one before the last change included while that is accepted.

    Raises Unavailable, which tells a sender nothing.
    """
    old = webhook.previous
    names = [name for name in (webhook.secret_ref, old and old.secret_ref) if name]
    if not names:
        return webhook
    found = {name: SecretStr(value) for name, value in (await variables.values_of(names)).items() if value.strip()}
    changes: dict[str, object] = {}
    if webhook.secret_ref is not None:
        changes["secret"] = found.get(webhook.secret_ref) or _missing(webhook)
    if old is not None and old.secret_ref in found:
        changes["previous"] = old.model_copy(update={"secret": found[old.secret_ref]})
    return webhook.model_copy(update=changes)


def _missing(webhook: Webhook) -> NoReturn:
    _log.error(
        "deliveries of webhook %s are refused: its secret is the variable %s, which cannot be read. Set it with "
        "`machine env set %s`",
        webhook.name,
        webhook.secret_ref,
        webhook.secret_ref,
    )
    raise Unavailable("Deliveries cannot be checked now.", hint="Send it again later.")


class WebhookSecrets:
    """Puts the secrets that people send with webhooks away as variables, which come and go with their webhook."""

    def __init__(self, secrets: Secrets, webhooks: WebhookRegistry) -> None:
        self._secrets = secrets
        self._webhooks = webhooks

    @asynccontextmanager
    async def put_away(self, webhook: Webhook, *, by: str) -> AsyncIterator[Webhook]:
        """While the block saves it: the webhook with a `secret_ref` in place of its secret.

        The variable is a new one, and is taken back when the block fails. Raises BadRequest, KeyUnusable, StoreError.
        """
        if webhook.secret is None:
            yield webhook
            return
        name = self._free_name(webhook.name)
        await self._secrets.set({name: webhook.secret.get_secret_value()}, by=by, made_for=webhook.name)
        try:
            yield webhook.model_copy(update={"secret": None, "secret_ref": name})
        except BaseException:
            await asyncio.shield(self._secrets.delete(name))
            raise

    async def forget(self, webhook: str, *, but: Collection[str] = ()) -> None:
        """Delete the variables that were made for a webhook, but those that another one names. Raises StoreError."""
        named = {*but, *(found.model.secret_ref for found in self._webhooks.all() if found.name != webhook)}
        for variable in self._secrets.all():
            if variable.made_for == webhook and variable.name not in named:
                try:
                    await self._secrets.delete(variable.name)
                except NotFound:
                    continue  # somebody was faster

    def _free_name(self, webhook: str) -> str:
        taken = {variable.name for variable in self._secrets.all()}
        taken |= {str(found.model.secret_ref) for found in self._webhooks.all()}
        name = f"WEBHOOK_{webhook.upper().replace('-', '_')}_SECRET"
        return next(free for free in (name, *(f"{name}_{number}" for number in range(2, 600))) if free not in taken)
