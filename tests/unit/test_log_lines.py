"""What comes from outside stays within its line of the log, whatever it holds."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from machine.app.logs import set_up_logging
from machine.domain.redaction import Redactor
from machine.settings import read_settings

FORGED = "x\r\n2026-01-01T00:00:00Z [info] forged\x85\u2028\u2029\x0b\x0c\x1c\x1e"
TERMINAL = "\x1b[2J\x9b2J\x07\x08\x7f\u202egnp.exe\ud800"


@contextmanager
def logging_to_stderr(form: str) -> Iterator[None]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        set_up_logging(read_settings({"LOG_FORMAT": form}), Redactor())
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(level)


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("hostile", [FORGED, TERMINAL])
def test_no_text_makes_a_second_line_or_commands_the_terminal(
    form: str, hostile: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to_stderr(form):
        log = logging.getLogger("machine.test")
        log.warning("told %s", hostile, extra={"also": hostile})
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert not [letter for letter in said.rstrip("\n") if not letter.isprintable()]


def test_the_lines_of_a_stack_are_not_taken_for_the_log_s_own(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr("console"):
        try:
            raise ValueError(FORGED)
        except ValueError:
            logging.getLogger("machine.test").exception("failed")
    first, *rest = capsys.readouterr().err.splitlines()
    assert "failed" in first
    assert any("forged" in line for line in rest)
    assert all(line.startswith("    | ") for line in rest if "Traceback" not in line), rest


def test_as_json_each_entry_is_one_line_with_its_stack(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_stderr("json"):
        try:
            raise ValueError(FORGED)
        except ValueError:
            logging.getLogger("machine.test").exception("failed")
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["level"]) == ("failed", "error")
    assert "ValueError" in told["exception"]
