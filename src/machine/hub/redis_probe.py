"""Whether a Redis can be used, asked once and apart from all that runs. Whoever imports this needs Redis."""

from typing import Final

from redis import Redis
from redis.exceptions import RedisError

from machine.domain.errors import MachineError
from machine.hub.redis_link import pool_of

_SECONDS: Final = 3.0
_CHANNEL: Final = "machine:doctor"


def probe(url: str) -> str:
    """What answers there, such as `Redis 7.0.15`. Blocking, for seconds. Raises MachineError without the password."""
    pool_of(url)
    try:
        with Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS) as client:
            client.publish(_CHANNEL, b"")
            with client.pubsub() as told:
                told.subscribe(_CHANNEL)
                if told.get_message(timeout=_SECONDS) is None:
                    raise MachineError("it does not confirm a subscription", hint=_HINT)
            return f"Redis {_version_of(client)}".strip()
    except (RedisError, OSError) as error:
        raise MachineError(str(error) or type(error).__name__, hint=_HINT) from error


def _version_of(client: "Redis") -> str:
    """Empty where this user of Redis may not ask."""
    try:
        return str(client.info("server")["redis_version"])
    except (RedisError, KeyError):
        return ""


_HINT: Final = (
    "Check that it runs and can be reached from here, and REDIS_URL with its user and password (the user needs PUBLISH "
    "and SUBSCRIBE on machine:*). Until then everything works, up to two seconds later."
)
