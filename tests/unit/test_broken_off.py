"""A client that breaks off while much of what it is told has not gone out yet."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.support.api import Served, close_code, resting_task, served, text

from machine.api.ws_protocol import PromptWebSocketProtocol

MIB = 1024 * 1024
LINGER = 1.0
NONSENSE = b"\x81\x82\0\0\0\0{}"
"""It is answered, so the daemon has something to say after the client's last words."""
NO_UTF8 = b"\x81\x82\0\0\0\0\xff\xfe"


@pytest.fixture
def short_linger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("machine.api.ws_protocol.LINGER_SECONDS", LINGER)


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


def end_of(machine: Served) -> PromptWebSocketProtocol:
    """The machine's end of the one connection there is."""
    (found,) = [one for one in machine.server.server_state.connections if isinstance(one, PromptWebSocketProtocol)]
    return found


@pytest.fixture
async def breaks_off(machine: Served) -> str:
    """The session of one that broke off in the middle, and has read all the same what was on its way."""
    task = await resting_task(machine)
    for _ in range(16):
        await machine.room.api.tasks.append(task.task_id, [text("x" * MIB)])
    async with machine.session(max_queue=1) as talk:
        end = end_of(machine)
        end.transport.set_write_buffer_limits(high=32 * MIB)  # so that it goes on to write, as to one that reads slowly
        await talk.say(type="subscribe", id=1, task_id=task.task_id)
        while end.transport.get_write_buffer_size() < MIB:
            await asyncio.sleep(0.01)
        talk.connection.transport.write(NONSENSE + NO_UTF8)
        assert await close_code(talk.connection) == 1007
    return str(talk.ready["data"]["session_id"])


async def test_who_breaks_off_while_they_are_told_something_is_gone_and_no_mistake_of_ours(
    machine: Served, breaks_off: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with asyncio.timeout(10):
        while (await machine.room.api.people.session(breaks_off)).disconnected_at is None:
            await asyncio.sleep(0.01)
    assert [record.message for record in caplog.get_records("setup") if record.levelno >= logging.ERROR] == []


@pytest.mark.usefixtures("short_linger", "breaks_off")
async def test_a_connection_that_is_gone_by_itself_is_not_cut_any_more(caplog: pytest.LogCaptureFixture) -> None:
    await asyncio.sleep(1.5 * LINGER)
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []
