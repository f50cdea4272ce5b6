"""Known secret values are taken out of texts, also where they come in pieces."""

import asyncio
import json
import logging
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine.app.logs import set_up_logging
from machine.domain.events import Output, OutputKind, TaskEvent, TaskOutput
from machine.domain.redaction import Redactor
from machine.engine.output_log import OutputLog
from machine.settings import read_settings

VALUE = 'sesame-"open"-\n-sesame'


def redactor(**values: str) -> Redactor:
    made = Redactor()
    made.know("test", values or {"TOKEN": VALUE})
    return made


@pytest.mark.parametrize("text", [VALUE, f"a {VALUE} b {VALUE}", json.dumps({"key": VALUE}), f" {VALUE}\n"])
def test_a_value_is_found_as_it_is_and_as_json_writes_it(text: str) -> None:
    found = redactor().text(text)
    assert "sesame" not in found
    assert "[redacted TOKEN]" in found


def test_a_longer_value_goes_before_one_that_it_holds_and_short_ones_are_left_alone() -> None:
    both = redactor(SHORT="a-b-c", PART="part-of-it", WHOLE="part-of-it-and-more")
    assert both.text("part-of-it-and-more, part-of-it, a-b-c") == "[redacted WHOLE], [redacted PART], a-b-c"


def test_data_are_redacted_at_every_depth_and_keep_their_shape() -> None:
    data = {"a": [VALUE, 1, None, {"b": f"x{VALUE}"}], "c": True}
    assert redactor().data(data) == {"a": ["[redacted TOKEN]", 1, None, {"b": "x[redacted TOKEN]"}], "c": True}
    assert Redactor().data(data) is data


def test_what_is_forgotten_is_not_looked_for_any_more() -> None:
    one = redactor()
    one.know("test", {})
    assert one.text(VALUE) == VALUE
    assert one.begun_in(VALUE[:3]) == 0


@given(st.lists(st.sampled_from(["s3", "cr", "et", "-v", "alue", "s3cret-value", "s", "3", " and "]), max_size=30))
def test_however_a_text_is_cut_no_whole_value_passes(pieces: list[str]) -> None:
    one, passed, waiting = redactor(TOKEN="s3cret-value"), [], ""
    for piece in pieces:
        waiting += piece
        cut = len(waiting) - one.begun_in(waiting)
        passed.append(one.text(waiting[:cut]))
        waiting = waiting[cut:]
    joined = "".join([*passed, one.text(waiting)])
    assert "s3cret-value" not in joined
    assert joined.replace("[redacted TOKEN]", "s3cret-value") == "".join(pieces)


async def test_text_that_streams_is_stored_without_the_value_that_it_spells() -> None:
    stored: list[str] = []

    async def write(events: Sequence[TaskEvent]) -> None:
        stored.extend(event.data.text for event in events if isinstance(event, TaskOutput))

    log = OutputLog(write, name="t", redactor=redactor(TOKEN="s3cret-value"), interval_seconds=0.001)
    for letter in "it is s3cret-value, or s3cret":
        await log.add(Output(kind=OutputKind.TEXT, text=letter, item="i", more=True))
        await asyncio.sleep(0.004)
    await log.close()
    assert len(stored) > 3
    assert "".join(stored) == "it is [redacted TOKEN], or s3cret"


async def test_input_of_tools_and_data_of_notes_are_stored_without_the_value() -> None:
    stored: list[Output] = []

    async def write(events: Sequence[TaskEvent]) -> None:
        stored.extend(event.data for event in events if isinstance(event, TaskOutput))

    log = OutputLog(write, name="t", redactor=redactor())
    await log.add(Output(kind=OutputKind.TOOL_USE, name="Bash", input={"command": f"echo {VALUE}"}))
    await log.add(Output(kind=OutputKind.SYSTEM, data={"deep": [VALUE]}), Output(kind=OutputKind.STDERR, text=VALUE))
    await log.close()
    assert "sesame" not in "".join(piece.model_dump_json() for piece in stored)
    assert stored[0].input == {"command": "echo [redacted TOKEN]"}


@pytest.mark.parametrize("form", ["json", "console"])
def test_no_line_of_the_log_holds_a_value(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        set_up_logging(read_settings({"LOG_FORMAT": form}), redactor())
        log = logging.getLogger("machine.test")
        log.warning("told %s", VALUE, extra={"also": VALUE})
        try:
            raise ValueError(VALUE)
        except ValueError:
            log.exception("failed")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    said = capsys.readouterr().err
    assert "failed" in said
    assert "sesame" not in said
    assert said.count("[redacted TOKEN]") >= 3
