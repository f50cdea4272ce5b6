"""All processes on one database have one name for their fleet, whoever comes first."""

import asyncio
from pathlib import Path

from machine.domain.version import VERSION
from machine.store.notes import SqlNotes
from machine.store.opening import open_database


async def test_whoever_asks_first_decides(tmp_path: Path) -> None:
    databases = [await open_database(tmp_path / "machine.db", VERSION, on_committed=lambda _: None) for _ in range(2)]
    notes = [SqlNotes(database) for database in databases]
    answers = await asyncio.gather(*(each.settle("fleet", f"fleet_{number}") for number, each in enumerate(notes * 5)))
    assert len(set(answers)) == 1
    assert await notes[0].get("fleet") == answers[0]
    for database in databases:
        await database.close()
