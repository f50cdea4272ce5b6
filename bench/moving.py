"""What it costs to store a conversation for other machines after a turn, and to fetch it."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bench.support.figures import Figure, Samples
from machine.domain.snapshot import Snapshot
from machine.ports import Belongings, Local, Packed
from machine.shared import SharedFiles

SIZES = (1_000, 10_000)
FILE_BYTES = 4_096
FILES_A_FOLDER = 50
TRANSCRIPT_BYTES = 500_000


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Text files of 4 KB, and a transcript of 0.5 MB that is new after every turn; beside reading them all."""
    rounds = 2 if quick else 7
    for size in SIZES:
        place = _Place(folder / f"{size}", size)
        plain = Samples.of([_milliseconds(place.read_all) for _ in range(rounds)])
        written = Samples.of(
            [_milliseconds(partial(_filled, folder / f"{size}-{turn}", size)) for turn in range(rounds)]
        )
        changed, unchanged, fetched = asyncio.run(place.measured(rounds))
        name = f"snapshot of {size:,} files"
        remark = f"{place.stored_mb:.1f} MB are stored of {size * FILE_BYTES / 1e6:.0f} MB"
        yield Figure(f"{name}, one changed", "ms", changed, plain, "reading all", remark=remark)
        yield Figure(f"{name}, none changed", "ms", unchanged, plain, "reading all")
        yield Figure(f"fetching {size:,} files", "ms", fetched, written, "writing all")


class _Place:
    """One conversation, on the machine where it was and on the one that fetches it."""

    def __init__(self, root: Path, size: int) -> None:
        self._shared = root / "shared"
        self._here, self._at = self._machine(root / "here")
        self._there, self._to = self._machine(root / "there")
        self._files = _filled(root / "here" / "workspaces" / "task", size)
        self._transcript = self._at.project / "abc.jsonl"
        self._transcript.parent.mkdir(parents=True)
        self.stored_mb = 0.0

    def _machine(self, data: Path) -> tuple[SharedFiles, Belongings]:
        files = SharedFiles(self._shared, data, max_mb=500, left_out=frozenset())
        files.prepare()
        return files, Belongings(
            conversation_id="conv_1", workspace="task", project=data / "projects", session_id="abc"
        )

    def read_all(self) -> None:
        for path in self._files:
            path.read_bytes()

    async def measured(self, rounds: int) -> tuple[Samples, Samples, Samples]:
        """With one file changed, with none changed, and fetched elsewhere, in milliseconds."""
        times: list[list[float]] = [[], [], []]
        former = (await self._pack(None)).local
        for number in range(rounds):
            self._files[number].write_bytes(os.urandom(FILE_BYTES))
            packed, took = await self._timed(former)
            times[0].append(took)
            former = packed.local
            packed, took = await self._timed(former)
            times[1].append(took)
            former = packed.local
            self.stored_mb = packed.bytes / 1e6
            times[2].append(await self._fetched(packed))
        changed, unchanged, fetched = (Samples.of(one) for one in times)
        return changed, unchanged, fetched

    async def _timed(self, former: Local) -> tuple[Packed, float]:
        self._transcript.write_bytes(os.urandom(TRANSCRIPT_BYTES // 2).hex().encode())
        begun = time.perf_counter()
        packed = await self._pack(former)
        return packed, (time.perf_counter() - begun) * 1000

    async def _pack(self, former: Local | None) -> Packed:
        mark = await self._here.mark(self._at)
        async with self._here.packing() as folder:
            return await self._here.pack(self._at, folder, mark=mark, clone=None, former=former)

    async def _fetched(self, packed: Packed) -> float:
        said = {"conversation_id": "conv_1", "version": 1, "machine_id": "here", "at": datetime.now(UTC)}
        begun = time.perf_counter()
        snapshot = Snapshot.model_validate({**said, "bytes": packed.bytes, "sha256": packed.sha256})
        async with self._there.unpacked(snapshot) as unpacked:
            await self._there.put_in_place(self._to, unpacked)
        return (time.perf_counter() - begun) * 1000


def _filled(workspace: Path, size: int) -> list[Path]:
    made = []
    words = [os.urandom(6).hex() for _ in range(400)]
    for number in range(size):
        path = workspace / f"folder-{number // FILES_A_FOLDER}" / f"file-{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        picked = (words[(number * 31 + step * (1 + number % 7)) % 400] for step in range(FILE_BYTES // 13))
        path.write_text(" ".join(picked))
        made.append(path)
    return made


def _milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000
