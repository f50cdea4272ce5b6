"""The hub of a process whose fleet has a Redis. Whoever imports this needs Redis."""

from machine.hub.redis_link import RedisLink
from machine.hub.shared_hub import SharedHub


class RedisHub(SharedHub):
    """`SharedHub` over Redis."""

    link: RedisLink
