"""What administrators do with channels: add, change, try, delete."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from machine.domain.clock import Clock
from machine.domain.errors import Forbidden, NotFound
from machine.domain.notification import Channel, ChannelKind, Notice, Occasion, checked_address
from machine.domain.principal import Principal, Role
from machine.engine.channel_secrets import ChannelSecrets
from machine.engine.notifier import Notifier
from machine.ports import NotificationStore


@dataclass(frozen=True)
class Reported:
    """A channel, and the last thing that was to be told there."""

    channel: Channel
    last: Notice | None


class NotificationDesk:
    """For administrators; each method raises Forbidden for others, and StoreError."""

    def __init__(self, *, store: NotificationStore, secrets: ChannelSecrets, notifier: Notifier, clock: Clock) -> None:
        self._store = store
        self._secrets = secrets
        self.notifier = notifier
        self._now = clock
        self._changing = asyncio.Lock()

    async def all(self, by: Principal) -> tuple[Reported, ...]:
        """By name."""
        _check(by)
        newest = await self._store.newest()
        return tuple(Reported(channel, newest.get(channel.name)) for channel in await self._store.channels())

    async def add(
        self, name: str, kind: ChannelKind, url: str, occasions: Sequence[Occasion], by: Principal
    ) -> tuple[Channel, str]:
        """(the channel, what its messages are signed with). Raises BadRequest, Conflict, KeyUnusable."""
        _check(by)
        channel = Channel(
            name=name,
            kind=kind,
            host=checked_address(url),
            occasions=tuple(dict.fromkeys(occasions)),
            enabled=True,
            created_at=self._now(),
            created_by=by.user_id,
        )
        async with self._changing:
            await self._store.add(channel)
            try:
                secret = await self._secrets.put(name, url, by=by.user_id)
            except BaseException:
                await asyncio.shield(self._store.remove(name))
                raise
        return channel, secret

    async def change(
        self, name: str, by: Principal, *, occasions: Sequence[Occasion] | None, enabled: bool | None
    ) -> Reported:
        """What is None stays. Raises NotFound."""
        found = await self._one(name, by)
        changes: dict[str, object] = {} if occasions is None else {"occasions": tuple(dict.fromkeys(occasions))}
        if enabled is not None:
            changes["enabled"] = enabled
        changed = found.channel.model_copy(update=changes)
        await self._store.change(changed)
        return Reported(changed, found.last)

    async def remove(self, name: str, by: Principal) -> None:
        """With its address, and what was still to be told there. Raises NotFound."""
        async with self._changing:
            await self._one(name, by)
            await self._secrets.forget(name)  # as long as its row is there, nobody makes another one of this name
            await self._store.remove(name)

    async def test(self, name: str, by: Principal) -> str:
        """Send a test now; returns what is wrong, empty when it arrived. Raises NotFound."""
        return await self.notifier.test((await self._one(name, by)).channel)

    async def _one(self, name: str, by: Principal) -> Reported:
        found = next((one for one in await self.all(by) if one.channel.name == name), None)
        return found or _missing(name)


def _missing(name: str) -> Reported:
    raise NotFound(f"There is no channel {name}.", hint="List them to see which there are.")


def _check(by: Principal) -> None:
    if by.user.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators may see or change where the machine tells what becomes of tasks.")
