"""What every test gets without asking."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster, blockbuster_ctx
from pydantic import SecretStr
from tests.support.postgres import PostgresServer, binaries, private_server

from machine.store.opening import Place

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts what runs in its background so, and every program that a test starts would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def event_loop_guard() -> Iterator[BlockBuster]:
    """Turn every blocking call that `machine` makes on the event loop into a `BlockingError`.

    Only calls with code of `machine` on their stack count, so other people's libraries and the tests' own helpers do
    not trip it. A daemon that a test starts as a process of its own is out of its reach. A test that has to allow one
    call asks for this fixture: `event_loop_guard.functions["os.stat"].can_block_in("machine/…/file.py", "function")`.
    """
    with blockbuster_ctx("machine") as guard:
        yield guard


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for all tests that ask for it. A test that stops it starts it again."""
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed here: `scripts/bootstrap --dev` does it where it can")
    with private_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> SecretStr:
    """A database in the newest form with nothing in it."""
    return SecretStr(postgres.url(postgres.fresh_database()))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where a store may be: what every store promises is tested in each of them."""
    if request.param == "sqlite":
        return tmp_path / "db" / "machine.db"
    url: SecretStr = request.getfixturevalue("postgres_url")
    return url
