"""Backups over HTTP: made one at a time, listed, taken away whole, deleted, and everything of it written down."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.support.api import Served, served

from machine.app import backup_files
from machine.app.backup_files import FolderOfBackups
from machine.app.backups import check_backup, make_backup
from machine.backup.format import BackupFault
from machine.settings import read_settings

WORDS = "correct horse battery"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data", environ={"MACHINE_MIN_FREE_MB": "1"}) as running:
        yield running


async def listed(machine: Served) -> dict[str, Any]:
    answer = await machine.admin.get("/api/backups")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def made(machine: Served, **wish: str) -> dict[str, Any]:
    """One that was begun, and is there."""
    answer = await machine.admin.post("/api/backups", json=wish)
    assert answer.status_code == 202, answer.text
    async with asyncio.timeout(30):
        while (found := await listed(machine))["making"] is not None:
            await asyncio.sleep(0.05)
    assert found["failure"] is None
    [item] = [one for one in found["items"] if one["name"] == answer.json()["name"]]
    return dict(item)


async def downloaded(machine: Served, name: str, to: Path) -> Path:
    answer = await machine.admin.get(f"/api/backups/{name}/content")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
    await asyncio.to_thread(to.write_bytes, answer.content)
    return to


async def test_a_backup_is_made_listed_taken_away_and_deleted(machine: Served, tmp_path: Path) -> None:
    item = await made(machine)
    assert (item["automatic"], item["encrypted"]) == (False, False)
    file = await downloaded(machine, item["name"], tmp_path / "taken")
    assert item["size_bytes"] == len(await asyncio.to_thread(file.read_bytes))
    head = await asyncio.to_thread(check_backup, file, passphrase=None)
    assert head.machine_id == "machine-001"
    assert (await machine.admin.get("/api/disk")).json()["backups"]["newest"] == item
    assert (await machine.admin.delete(f"/api/backups/{item['name']}")).status_code == 204
    assert (await listed(machine))["items"] == []
    for gone in (
        await machine.admin.get(f"/api/backups/{item['name']}/content"),
        await machine.admin.delete(f"/api/backups/{item['name']}"),
    ):
        assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


async def test_with_a_passphrase_nobody_opens_it_without(machine: Served, tmp_path: Path) -> None:
    item = await made(machine, passphrase=WORDS)
    assert item["encrypted"] is True
    file = await downloaded(machine, item["name"], tmp_path / "taken")
    with pytest.raises(BackupFault, match="encrypted"):
        await asyncio.to_thread(check_backup, file, passphrase=None)
    await asyncio.to_thread(check_backup, file, passphrase=SecretStr(WORDS))


@pytest.mark.parametrize("words", ["short", "x" * 1025, " spaces before", "two\nlines of words", 12345678])
async def test_a_passphrase_that_a_restore_could_not_be_told_is_refused_unsaid(machine: Served, words: Any) -> None:
    answer = await machine.admin.post("/api/backups", json={"passphrase": words})
    assert answer.status_code == 422
    assert str(words) not in answer.text
    assert (await listed(machine))["items"] == []


async def test_the_audit_log_says_who_made_took_and_deleted_which(machine: Served, tmp_path: Path) -> None:
    name = (await made(machine, passphrase=WORDS))["name"]
    await downloaded(machine, name, tmp_path / "taken")
    await machine.admin.delete(f"/api/backups/{name}")
    entries = (await machine.admin.get("/api/audit?limit=3")).json()["items"]
    said = [(one["action"], one["object_id"] or one["made_id"], one["status"]) for one in entries]
    assert said == [("backup.delete", name, 204), ("backup.download", name, 200), ("backup.create", name, 202)]
    assert WORDS not in str(entries)


async def test_while_one_is_made_no_other_is_begun(machine: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()

    def slowly(*arguments: Any, **options: Any) -> Any:
        go_on.wait(30)
        return make_backup(*arguments, **options)

    monkeypatch.setattr(backup_files, "make_backup", slowly)
    try:
        begun = (await machine.admin.post("/api/backups", json={})).json()
        second = await machine.admin.post("/api/backups", json={})
        assert (second.status_code, second.json()["code"]) == (409, "conflict")
        assert (await listed(machine))["making"] == begun
    finally:
        go_on.set()
    async with asyncio.timeout(30):
        while not (found := await listed(machine))["items"]:
            await asyncio.sleep(0.05)
    assert [one["name"] for one in found["items"]] == [begun["name"]]


async def test_one_that_fails_is_told_and_leaves_nothing(machine: Served) -> None:
    folder = machine.room.api.settings.backups_dir
    await asyncio.to_thread(folder.write_text, "no folder")
    refused = await machine.admin.post("/api/backups", json={})
    assert (refused.status_code, refused.json()["code"]) == (503, "store_unavailable")
    await asyncio.to_thread(folder.unlink)
    database = machine.room.api.settings.database_file
    await asyncio.to_thread(database.rename, database.with_name("elsewhere"))
    try:
        begun = await machine.admin.post("/api/backups", json={})
        async with asyncio.timeout(30):
            while (failure := (await listed(machine))["failure"]) is None:
                await asyncio.sleep(0.05)
    finally:
        await asyncio.to_thread(database.with_name("elsewhere").rename, database)
    assert failure["name"] == begun.json()["name"]
    assert "There is no database" in failure["message"]
    assert failure["hint"]
    assert (await made(machine))["name"]


async def test_none_is_made_where_it_would_fill_the_disk(tmp_path: Path) -> None:
    async with served(tmp_path / "data", environ={"MACHINE_MIN_FREE_MB": "1000000000"}) as machine:
        refused = await machine.admin.post("/api/backups", json={})
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert "1000000000 MB have to stay free" in refused.json()["detail"]
        assert (await listed(machine))["making"] is None


async def test_those_made_by_hand_do_not_pile_up_without_end(machine: Served) -> None:
    folder = machine.room.api.settings.backups_dir
    await asyncio.to_thread(folder.mkdir, exist_ok=True)
    for number in range(20):
        await asyncio.to_thread((folder / f"mine-{number}.machine-backup").write_bytes, b"x")
    refused = await machine.admin.post("/api/backups", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert (await machine.admin.delete("/api/backups/mine-3.machine-backup")).status_code == 204
    await made(machine)


@pytest.mark.parametrize("name", ["..%2Fdb%2Fmachine.db", "link.machine-backup", ".hidden.machine-backup", "notes.txt"])
async def test_nothing_but_a_backup_is_given_or_deleted(machine: Served, tmp_path: Path, name: str) -> None:
    folder, outside = machine.room.api.settings.backups_dir, tmp_path / "outside"
    await asyncio.to_thread(lay_out, folder, outside)
    assert (await machine.admin.get(f"/api/backups/{name}/content")).status_code == 404
    assert (await machine.admin.delete(f"/api/backups/{name}")).status_code == 404
    assert await asyncio.to_thread(outside.read_text) == "not yours"
    assert (await listed(machine))["items"] == []


def lay_out(folder: Path, outside: Path) -> None:
    folder.mkdir(exist_ok=True)
    outside.write_text("not yours")
    (folder / "link.machine-backup").symlink_to(outside)
    (folder / ".hidden.machine-backup").write_text("half")
    (folder / "notes.txt").write_text("mine")


def test_what_a_killed_daemon_left_half_made_is_removed_and_what_is_being_made_is_not(tmp_path: Path) -> None:
    settings = read_settings({}, data_dir=tmp_path / "data")
    folder = settings.backups_dir
    for name in (".old.machine-backup.partial", ".new.machine-backup.partial", "whole.machine-backup"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / ".machine-backup-abc").mkdir()
    (folder / ".machine-backup-abc" / "machine.db").write_text("x")
    for name in (".old.machine-backup.partial", ".machine-backup-abc", "whole.machine-backup"):
        os.utime(folder / name, (1_000_000_000, 1_000_000_000))
    FolderOfBackups(settings).sweep()
    assert sorted(path.name for path in folder.iterdir()) == [".new.machine-backup.partial", "whole.machine-backup"]
