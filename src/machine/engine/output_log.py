"""Output on its way to the store: joined, cut and written at most every 100 ms, before anybody sees it.

The first piece after a silence is stored at once; what follows within the interval waits for its end. Whoever adds
faster than the store writes is made to wait, so a flood slows its own CLI down and nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.errors import LeaseLost, StoreError
from machine.domain.events import MAX_PIECE_BYTES, Output, OutputKind, TaskEvent, TaskOutput
from machine.domain.redaction import Redactor

INTERVAL_SECONDS: Final = 0.1
MAX_PENDING_BYTES: Final = 1024 * 1024
PIECE_OVERHEAD_BYTES: Final = 256
RETRY_SECONDS: Final = 1.0
GIVE_UP_SECONDS: Final = 30.0
_JOINABLE: Final = frozenset({OutputKind.TEXT, OutputKind.THINKING})

Write = Callable[[Sequence[TaskEvent]], Awaitable[object]]


class OutputLog:
    """The unwritten end of one task's output. `add` and `flush` raise StoreError when the store stays unwritable.

    Secret values are taken out on the way. Where text that goes on ends as one begins, that end waits for its rest.
    """

    def __init__(
        self,
        write: Write,
        *,
        name: str,
        redactor: Redactor | None = None,
        interval_seconds: float = INTERVAL_SECONDS,
    ) -> None:
        self._write = write
        self._redactor = redactor or Redactor()
        self._interval_seconds = interval_seconds
        self._pending: list[Output] = []
        self._pending_bytes = 0
        self._dirty = asyncio.Event()
        self._writing = asyncio.Lock()
        self._broken: StoreError | None = None
        self._flusher = spawn(self._flush_in_time(), name=f"output of {name}")

    async def add(self, *pieces: Output) -> None:
        """Take output; it is stored within the interval. Waits while too much is unwritten."""
        if self._broken is not None:
            raise self._broken
        for piece in pieces:
            self._join_or_append(piece)
        self._dirty.set()
        if self._pending_bytes > MAX_PENDING_BYTES:
            await self._flush(hold_back=True)

    async def flush(self) -> None:
        """Store everything taken so far, in order."""
        await self._flush(hold_back=False)

    async def _flush(self, *, hold_back: bool) -> None:
        async with self._writing:
            self._dirty.clear()
            if self._pending:
                await self._write_pending(hold_back=hold_back)

    async def close(self) -> None:
        """Store the rest and end. What cannot be stored raises StoreError, and is kept for another call."""
        await cancel_and_wait(self._flusher)
        await self.flush()

    async def _flush_in_time(self) -> None:
        while self._broken is None:
            await self._dirty.wait()
            try:
                await self._flush(hold_back=True)
            except StoreError as error:
                self._broken = error
            await asyncio.sleep(self._interval_seconds)

    async def _write_pending(self, *, hold_back: bool) -> None:
        """Write what is pending. A full disk is often full for moments only: try again for a while, the CLI waits
        meanwhile. What the store has refused stays pending, and what it was given is never given twice: the store
        finishes a write even when the one who waits for it is cancelled."""
        deadline = asyncio.get_running_loop().time() + GIVE_UP_SECONDS
        while True:
            pieces, self._pending, self._pending_bytes = self._pending, [], 0
            if hold_back:
                self._hold_back(pieces)
            if not pieces:
                return
            try:
                redacted = (redacted_piece(piece, self._redactor) for piece in pieces)
                await self._write([TaskOutput(data=part) for piece in redacted for part in cut(piece)])
                return
            except LeaseLost:
                raise  # the task is another machine's by now
            except StoreError:
                self._pending[:0] = pieces
                self._pending_bytes += sum(len(piece.text) + PIECE_OVERHEAD_BYTES for piece in pieces)
                if asyncio.get_running_loop().time() > deadline:
                    raise
            await asyncio.sleep(RETRY_SECONDS)

    def _hold_back(self, pieces: list[Output]) -> None:
        """Keep the end of the last piece where it may be the beginning of a secret value."""
        last = pieces[-1]
        if last.kind not in _JOINABLE or not last.more or not (count := self._redactor.begun_in(last.text)):
            return
        pieces.pop()
        if head := last.text[:-count]:
            pieces.append(last.model_copy(update={"text": head}))
        self._pending = [last.model_copy(update={"text": last.text[-count:]})]
        self._pending_bytes = count + PIECE_OVERHEAD_BYTES

    def _join_or_append(self, piece: Output) -> None:
        self._pending_bytes += len(piece.text) + PIECE_OVERHEAD_BYTES
        last = self._pending[-1] if self._pending else None
        if last is not None and _belongs_to(last, piece):
            self._pending[-1] = last.model_copy(
                update={"text": last.text + piece.text, "more": piece.more, "uuid": piece.uuid}
            )
        else:
            self._pending.append(piece)


def _belongs_to(last: Output, piece: Output) -> bool:
    if last.kind is OutputKind.STDERR and piece.kind is OutputKind.STDERR:
        return True
    return last.kind in _JOINABLE and last.kind is piece.kind and last.item == piece.item and last.more


def redacted_piece(piece: Output, redactor: Redactor) -> Output:
    """`piece` without secret values."""
    text, given, data = redactor.text(piece.text), redactor.data(piece.input), redactor.data(piece.data)
    if text == piece.text and given == piece.input and data == piece.data:
        return piece
    return piece.model_copy(update={"text": text, "input": given, "data": data})


def cut(piece: Output) -> list[Output]:
    """`piece` in parts of at most MAX_PIECE_BYTES of UTF-8 text each; the last one keeps `uuid` and `more`."""
    parts = _cut_text(piece.text)
    if len(parts) == 1:
        return [piece]
    head = [piece.model_copy(update={"text": text, "more": True, "uuid": None}) for text in parts[:-1]]
    return [*head, piece.model_copy(update={"text": parts[-1]})]


def _cut_text(text: str) -> list[str]:
    if len(text) * 4 <= MAX_PIECE_BYTES or len(text.encode("utf-8", "surrogatepass")) <= MAX_PIECE_BYTES:
        return [text]
    step = MAX_PIECE_BYTES // 4  # four bytes are the longest character
    return [text[start : start + step] for start in range(0, len(text), step)]
