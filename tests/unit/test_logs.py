"""Lines of the log: one an event, with the ids of what they are about, and without secrets."""

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from machine.app.logs import set_up_logging
from machine.domain.aio import spawn
from machine.domain.log_context import about
from machine.domain.redaction import Redactor
from machine.settings import read_settings


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, as it was when the test is over."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


async def test_a_line_says_whom_and_what_it_is_about_and_no_secret(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    redactor = Redactor()
    redactor.know("settings", {"TOKEN": "a-very-secret-value"})
    set_up_logging(read_settings({"LOG_FORMAT": "json"}), redactor)
    log = logging.getLogger("machine.test")

    async def work(task_id: str) -> None:
        about(task_id=task_id, user_id="user_1")
        await asyncio.sleep(0)
        log.warning("it said %s\nand more", "a-very-secret-value")

    await asyncio.gather(*(spawn(work(f"task_{number}"), name="work") for number in range(2)))
    log.warning("about nothing")
    said = lines(capsys.readouterr().err)
    assert [line.get("task_id") for line in said] == ["task_0", "task_1", None]
    assert said[0]["user_id"] == "user_1"
    assert "a-very-secret-value" not in json.dumps(said)
