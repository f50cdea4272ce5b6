"""Pokes between the processes of a fleet."""

from functools import partial

from machine.hub.channel import Channel
from machine.hub.pokes import LocalPokes, Poked
from machine.hub.redis_link import RedisLink


class RedisPokes:
    """`machine.ports.Pokes` over the process's link; a topic is heard while somebody here listens to it."""

    def __init__(self, link: RedisLink) -> None:
        self._link = link
        self._local = LocalPokes(begun=self._begun, ended=self._ended)

    def poke(self, topic: str) -> None:
        """See `Pokes.poke`."""
        self._local.poke(topic)
        self._link.publish(_channel_of(topic))

    def listen(self, topic: str) -> Poked:
        """See `Pokes.listen`. Whenever Redis begins to send the topic, there is one poke: some may have been lost."""
        return self._local.listen(topic)

    def _begun(self, topic: str) -> None:
        wake = partial(self._local.poke, topic)
        self._link.want(_channel_of(topic), Channel(lambda _lines: wake(), wake))

    def _ended(self, topic: str) -> None:
        self._link.leave(_channel_of(topic))


def _channel_of(topic: str) -> str:
    return f"poke:{topic}"
