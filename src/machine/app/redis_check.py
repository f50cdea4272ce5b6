"""What `machine doctor` says of Redis."""

from collections.abc import Iterator

from machine.domain.errors import MachineError
from machine.domain.finding import Finding
from machine.settings import Settings


def redis(settings: Settings) -> Iterator[Finding]:
    """Redis answers, where one is to be used."""
    if not settings.redis_url:
        return
    from machine.hub.redis_probe import probe

    try:
        yield Finding(
            "redis", "ok", f"{probe(settings.redis_url.get_secret_value())} takes messages and passes them on"
        )
    except MachineError as error:
        yield Finding("redis", "problem", f"Redis cannot be used: {error.message}", error.hint)
