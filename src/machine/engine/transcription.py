"""From what the CLI says to what is stored: each message becomes pieces of output, nothing twice.

Text arrives as deltas and then once more as a whole block; the transcript, read after a crash, holds the block a third
time. The content block's `item` ties them together, and the message's `uuid` on the last piece says that all of it is
stored.
"""

import json
from collections.abc import AsyncIterator
from typing import Any, Final

from machine.domain.events import MAX_PIECE_BYTES, Output, OutputKind
from machine.domain.messages import ApiFault, CliMessage, Note, TextBlock, TextDelta, ToolResult, ToolUse

MAX_REMEMBERED_ITEMS: Final = 64


class Transcriber:
    """Knows how much of each content block is stored already."""

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}  # in pieces: joined at each of them, a long text would cost its square
        self._uuids: set[str] = set()

    @classmethod
    async def caught_up(cls, stored: AsyncIterator[Output]) -> "Transcriber":
        """A transcriber that knows all that is stored of a task, to append what a transcript has beyond it."""
        self = cls()
        async for piece in stored:
            if piece.kind in (OutputKind.TEXT, OutputKind.THINKING) and piece.item:
                self._texts.setdefault(piece.item, []).append(piece.text)
            if piece.uuid:
                self._uuids.add(piece.uuid)
        return self

    def knows(self, message: CliMessage) -> bool:
        """Whether this very message is stored."""
        uuid: str | None = getattr(message, "uuid", None)
        return uuid is not None and uuid in self._uuids

    def pieces(self, message: CliMessage) -> list[Output]:
        """What to store for `message`; nothing for those that are no output."""
        match message:
            case TextDelta():
                return [self._delta(message)] if message.text else []
            case TextBlock():
                return [self._rest(message)]
            case ToolUse():
                return [_tool_use(message)]
            case ToolResult():
                return [_tool_result(message)]
            case ApiFault():
                return [_fault(message)]
            case Note():
                return [_note(message)]
            case _:
                return []

    def _delta(self, message: TextDelta) -> Output:
        self._texts.setdefault(message.item, []).append(message.text)
        while len(self._texts) > MAX_REMEMBERED_ITEMS:
            del self._texts[next(iter(self._texts))]
        return Output(
            kind=OutputKind.THINKING if message.thinking else OutputKind.TEXT,
            text=message.text,
            item=message.item,
            more=True,
            parent_tool_use_id=message.parent_tool_use_id,
        )

    def _rest(self, message: TextBlock) -> Output:
        seen = "".join(self._texts.pop(message.item, ()))
        rest = message.text[len(seen) :] if message.text.startswith(seen) else message.text
        return Output(
            kind=OutputKind.THINKING if message.thinking else OutputKind.TEXT,
            text=rest,
            item=message.item,
            uuid=message.uuid,
            parent_tool_use_id=message.parent_tool_use_id,
        )


def _tool_use(message: ToolUse) -> Output:
    text = json.dumps(message.input, ensure_ascii=False)
    fits = len(text.encode("utf-8", "surrogatepass")) <= MAX_PIECE_BYTES
    return Output(
        kind=OutputKind.TOOL_USE,
        item=message.tool_use_id,
        name=message.name,
        tool_use_id=message.tool_use_id,
        input=message.input if fits else None,
        text="" if fits else text,
        uuid=message.uuid,
        parent_tool_use_id=message.parent_tool_use_id,
    )


def _tool_result(message: ToolResult) -> Output:
    return Output(
        kind=OutputKind.TOOL_RESULT,
        item=f"{message.tool_use_id}:result",
        text=message.text,
        tool_use_id=message.tool_use_id,
        is_error=message.is_error,
        uuid=message.uuid,
        parent_tool_use_id=message.parent_tool_use_id,
    )


def _fault(message: ApiFault) -> Output:
    return Output(
        kind=OutputKind.SYSTEM, name=f"api_fault:{message.error}", text=message.text, is_error=True, uuid=message.uuid
    )


def _note(message: Note) -> Output:
    text = json.dumps(message.data, ensure_ascii=False)
    data: dict[str, Any] | None = message.data
    if len(text.encode("utf-8", "surrogatepass")) > MAX_PIECE_BYTES:
        data = None
    return Output(
        kind=OutputKind.SYSTEM,
        name=message.subtype,
        data=data,
        text="" if data is not None else text,
        uuid=message.uuid,
        parent_tool_use_id=message.parent_tool_use_id,
    )
