"""What every test gets without asking."""

import signal
from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster, blockbuster_ctx

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
