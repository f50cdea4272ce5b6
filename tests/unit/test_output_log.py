"""Output on its way to the store."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine.domain.errors import StoreError
from machine.domain.events import MAX_PIECE_BYTES, Output, OutputKind, TaskEvent, TaskOutput
from machine.domain.messages import CliMessage, TextBlock, TextDelta, ToolResult, ToolUse
from machine.engine import output_log
from machine.engine.output_log import OutputLog, cut
from machine.engine.transcription import Transcriber


class Store:
    """Keeps what is written, in batches; `broken` writes are refused."""

    def __init__(self) -> None:
        self.batches: list[list[Output]] = []
        self.broken = 0

    async def write(self, events: Sequence[TaskEvent]) -> None:
        if self.broken:
            self.broken -= 1
            raise StoreError("disk full")
        self.batches.append([event.data for event in events if isinstance(event, TaskOutput)])

    @property
    def text(self) -> str:
        return "".join(piece.text for batch in self.batches for piece in batch)


def _words(text: str, item: str = "m:0") -> Output:
    return Output(kind=OutputKind.TEXT, text=text, item=item, more=True)


async def test_the_first_words_after_a_silence_are_stored_at_once_and_the_rest_in_one_piece_per_interval() -> None:
    store = Store()
    log = OutputLog(store.write, name="t", interval_seconds=0.2)
    await log.add(_words("one "))
    await asyncio.sleep(0.05)
    assert store.text == "one "
    for word in ("two ", "three ", "four"):
        await log.add(_words(word))
    await asyncio.sleep(0.05)
    assert store.text == "one "
    await asyncio.sleep(0.3)
    assert store.text == "one two three four"
    assert [len(batch) for batch in store.batches] == [1, 1]
    await log.close()


async def test_pieces_of_different_blocks_are_never_joined() -> None:
    store = Store()
    log = OutputLog(store.write, name="t", interval_seconds=60)
    await log.add(_words("a", "m:0"), _words("b", "m:1"))
    await log.close()
    assert [[piece.text for piece in batch] for batch in store.batches] == [["a", "b"]]


async def test_a_store_that_fails_for_a_moment_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_log, "RETRY_SECONDS", 0.01)
    store = Store()
    store.broken = 3
    log = OutputLog(store.write, name="t")
    await log.add(_words("kept"))
    await log.close()
    assert store.text == "kept"


async def test_a_store_that_stays_broken_is_reported_to_whoever_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_log, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(output_log, "GIVE_UP_SECONDS", 0.05)
    store = Store()
    store.broken = 10_000
    log = OutputLog(store.write, name="t")
    await log.add(_words("lost?"))
    await asyncio.sleep(0.3)
    with pytest.raises(StoreError):
        await log.add(_words("more"))
    store.broken = 0
    await log.close()
    assert store.text.startswith("lost?"), "what could not be stored is kept until it can"


@given(st.text(max_size=300_000))
def test_a_cut_text_is_whole_again_and_no_piece_is_too_large(text: str) -> None:
    parts = cut(Output(kind=OutputKind.TEXT, text=text, item="m:0", uuid="u"))
    assert "".join(part.text for part in parts) == text
    assert all(len(part.text.encode("utf-8", "surrogatepass")) <= MAX_PIECE_BYTES for part in parts)
    assert [part.more for part in parts[:-1]] == [True] * (len(parts) - 1)
    assert [part.uuid for part in parts] == [None] * (len(parts) - 1) + ["u"]


@pytest.mark.parametrize("letter", ["x", "ü", "漢", "🙂"])
def test_a_large_text_is_cut_by_bytes_not_characters(letter: str) -> None:
    parts = cut(Output(kind=OutputKind.TEXT, text=letter * 200_000, item="m:0"))
    assert "".join(part.text for part in parts) == letter * 200_000
    assert all(len(part.text.encode()) <= MAX_PIECE_BYTES for part in parts)


def test_a_block_that_was_streamed_is_stored_once() -> None:
    transcriber = Transcriber()
    pieces = [piece for word in ("Hel", "lo") for piece in transcriber.pieces(TextDelta(item="m:0", text=word))]
    pieces += transcriber.pieces(TextBlock(item="m:0", text="Hello", uuid="u1"))
    assert "".join(piece.text for piece in pieces) == "Hello"
    assert pieces[-1].uuid == "u1"
    assert not pieces[-1].more


def test_a_block_whose_last_words_were_not_streamed_is_completed() -> None:
    transcriber = Transcriber()
    pieces = transcriber.pieces(TextDelta(item="m:0", text="Hel"))
    pieces += transcriber.pieces(TextBlock(item="m:0", text="Hello", uuid="u1"))
    assert "".join(piece.text for piece in pieces) == "Hello"


async def test_after_a_crash_only_what_is_not_stored_is_appended() -> None:
    first = Transcriber()
    messages: list[CliMessage] = [
        TextBlock(item="m1:0", text="I will look.", uuid="u1"),
        ToolUse(tool_use_id="t1", name="Read", input={"path": "x"}, uuid="u2"),
        ToolResult(tool_use_id="t1", text="content", uuid="u3"),
        TextBlock(item="m2:0", text="It says content.", uuid="u4"),
    ]
    stored = [piece for message in messages[:2] for piece in first.pieces(message)]
    stored += first.pieces(TextDelta(item="m2:0", text="It sa"))

    async def read() -> AsyncIterator[Output]:
        for piece in stored:
            yield piece

    again = await Transcriber.caught_up(read())
    rest = [piece for message in messages if not again.knows(message) for piece in again.pieces(message)]
    assert [piece.text for piece in rest] == ["content", "ys content."]


def test_an_input_over_the_limit_is_stored_as_pieces_of_its_json() -> None:
    use = ToolUse(tool_use_id="t1", name="Write", input={"content": "y" * 200_000}, uuid="u")
    pieces = [part for piece in Transcriber().pieces(use) for part in cut(piece)]
    assert pieces[0].input is None
    assert len(pieces) > 1
    assert "".join(piece.text for piece in pieces) == '{"content": "' + "y" * 200_000 + '"}'
