"""A data folder that no daemon has worked on, with a little of everything in it."""

import asyncio
import os
from pathlib import Path
from typing import Any

from machine.app.data_folder import prepare
from machine.settings import Settings, read_settings
from machine.store.opening import open_database


def a_folder(path: Path, **settings: Any) -> Settings:
    """A data folder with a database, definitions, a key, and odd things in its workspaces."""
    made = read_settings({}, data_dir=path, **settings)
    prepare(made)
    opens(made)
    (path / "config" / "agents" / "mine").mkdir(parents=True)
    (path / "config" / "agents" / "mine" / "agent.yaml").write_text("description: mine\n")
    (path / "credentials" / "secret.key").write_text("the key")
    (path / "credentials" / "secret.key").chmod(0o600)
    work = path / "workspaces" / "task_1"
    work.mkdir()
    (work / "script.sh").write_text("#!/bin/sh\n")
    (work / "script.sh").chmod(0o755)
    (work / os.fsdecode(b"not-utf8-\xff")).write_bytes(b"\x00" * 3_000_000)
    (work / "away").symlink_to("/etc/hostname")
    os.mkfifo(work / "pipe")
    (path / "repos" / "checkouts").mkdir(parents=True)
    (path / "repos" / "checkouts" / "task_1.json").write_text("{}")
    return made


def opens(settings: Settings) -> None:
    """The program takes this database for its own."""

    async def open_and_close() -> None:
        database = await open_database(settings.database_file, "0.1.0", on_committed=lambda _events: None)
        await database.close()

    asyncio.run(open_and_close())
