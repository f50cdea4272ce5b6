"""The addresses of channels, and what messages to them are signed with: sealed, and never shown again."""

import base64
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from machine.auth.secrets import Secrets
from machine.domain.errors import BadRequest, NotFound
from machine.domain.notification import Channel
from machine.webhooks.signatures import STANDARD_PREFIX

_KEY_BYTES: Final = 24


class ChannelSecrets:
    """By the name of the channel. Raises what `Secrets` does."""

    def __init__(self, kept: Secrets, *, renew: Callable[[], Awaitable[None]] | None = None) -> None:
        """`renew` fetches what other machines have kept; unset on one that works alone."""
        self._kept = kept
        self._renew = renew

    async def put(self, name: str, url: str, *, by: str) -> str:
        """Keep an address with a new signing secret, which is returned: this once."""
        await self._look_around()
        secret = STANDARD_PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
        await self._kept.set({_url(name): url, _secret(name): secret}, by=by, made_for=name)
        return secret

    async def of(self, channel: Channel) -> tuple[str, str]:
        """(address, signing secret). Raises BadRequest when they cannot be read."""
        await self._look_around()
        url, secret = _url(channel.name), _secret(channel.name)
        values = await self._kept.values_of([url, secret])
        if url not in values or secret not in values:
            raise BadRequest(
                f"The address of {channel.name} cannot be read.", hint="Delete the channel and add it anew."
            )
        return values[url], values[secret]

    async def forget(self, name: str) -> None:
        await self._look_around()
        for kept in (_url(name), _secret(name)):
            try:
                await self._kept.delete(kept)
            except NotFound:
                continue

    async def _look_around(self) -> None:
        """A channel that is known here by its row may have been made, or made anew, elsewhere in this moment."""
        if self._renew is not None:
            await self._renew()


def _url(name: str) -> str:
    return f"CHANNEL_{_word(name)}_URL"


def _secret(name: str) -> str:
    return f"CHANNEL_{_word(name)}_SECRET"


def _word(name: str) -> str:
    """Names have no underscore, so no two become the same."""
    return name.upper().replace("-", "_")
