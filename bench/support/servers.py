"""A PostgreSQL and a Redis of the measurement's own, started as the tests start theirs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.postgres import PostgresServer, private_server
from tests.support.redis_server import RedisServer


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A server that waits for its disk at each commit, as one that keeps anything does."""
    with private_server() as server:
        server.stop()
        server.start(fsync="on", shared_buffers="256MB", max_connections="200")
        yield server


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The URL of an empty one."""
    with RedisServer(folder) as server:
        yield server.url
