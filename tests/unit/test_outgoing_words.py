"""What an address that cannot be reached is told with."""

import socket

import pytest

from machine.domain.errors import NotDelivered
from machine.outgoing import HttpOutgoing


async def test_a_refused_connection_is_told_in_words_without_the_number_of_the_system() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound, and not listening.
        outgoing = HttpOutgoing()
        with pytest.raises(NotDelivered) as told:
            await outgoing.send("POST", f"http://127.0.0.1:{taken.getsockname()[1]}/", headers={})
        await outgoing.close()
    assert "127.0.0.1 cannot be reached" in told.value.message
    assert "Errno" not in told.value.message


async def test_a_name_that_nobody_knows_is_told_in_words_without_the_number_of_the_system() -> None:
    outgoing = HttpOutgoing()
    with pytest.raises(NotDelivered) as told:
        await outgoing.send("POST", "http://nobody.invalid/", headers={})
    await outgoing.close()
    assert "nobody.invalid cannot be reached" in told.value.message
    assert "Errno" not in told.value.message
