"""Backups: consistent while the machine writes, whole or refused, put back in one go or not at all."""

import asyncio
import gzip
import io
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from tests.support.data_folder import a_folder, opens

from machine.app import backups, checks
from machine.app.automatic_backups import AutomaticBackups, finding, report_of
from machine.app.backups import check_backup, file_name, make_backup, own_backups, restore_backup
from machine.app.data_folder import held, prepare
from machine.backup import swapping
from machine.backup.format import PARTS, BackupFault
from machine.backup.reading import needs_passphrase
from machine.domain.errors import BadRequest, Conflict, DataFolderInUse, MachineError, NotFound, StoreError, TooNew
from machine.settings import read_settings

PASSPHRASE = SecretStr("correct horse battery")


def content(folder: Path) -> dict[str, bytes | str]:
    """Every file and link below a data folder's parts, without the database's."""
    found: dict[str, bytes | str] = {}
    for part in ("config", "credentials", "workspaces", "repos"):
        for path in sorted((folder / part).rglob("*")):
            name = str(path.relative_to(folder))
            if path.is_symlink():
                found[name] = str(path.readlink())
            elif path.is_file():
                found[name] = path.read_bytes()
    return found


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_what_was_saved_comes_back_with_its_modes_links_and_odd_names(
    tmp_path: Path, passphrase: SecretStr | None
) -> None:
    settings = a_folder(tmp_path / "data")
    made = make_backup(settings, tmp_path / "b", passphrase=passphrase, with_work=True)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert needs_passphrase(made.path) is (passphrase is not None)
    assert (b"the key" in made.path.read_bytes()) is False
    other = read_settings({}, data_dir=tmp_path / "other")
    done = restore_backup(other, made.path, passphrase=passphrase)
    assert (other.data_dir / "repos" / "checkouts" / "task_1.json").exists()
    assert done.aside is None
    assert content(other.data_dir) == content(settings.data_dir)
    assert (other.data_dir / "workspaces/task_1/script.sh").stat().st_mode & 0o777 == 0o755
    assert not (other.data_dir / "workspaces/task_1/pipe").exists()
    opens(other)


def test_without_being_asked_workspaces_are_not_saved_and_stay_where_they_are(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data")
    made = make_backup(settings, tmp_path / "b", passphrase=None, with_work=False)
    (settings.data_dir / "config" / "agents" / "mine" / "agent.yaml").write_text("description: changed\n")
    done = restore_backup(settings, made.path, passphrase=None)
    assert (settings.data_dir / "config/agents/mine/agent.yaml").read_text() == "description: mine\n"
    assert (settings.data_dir / "workspaces/task_1/script.sh").exists()
    assert done.aside is not None
    assert (done.aside / "config/agents/mine/agent.yaml").read_text() == "description: changed\n"
    assert not swapping.pending(settings.data_dir)


def test_a_backup_under_load_holds_everything_that_was_acknowledged_before_it_began(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data")
    command = [sys.executable, "-m", "tests.support.store_writer", str(settings.database_file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        try:
            for number in range(3):
                for _ in range(200):
                    task_id, seq = writer.stdout.readline().split()
                path = make_backup(settings, tmp_path / f"b{number}", passphrase=None, with_work=False).path
                assert writer.poll() is None
                other = read_settings({}, data_dir=tmp_path / f"other{number}")
                restore_backup(other, path, passphrase=None)
                with closing(sqlite3.connect(other.database_file)) as connection:
                    found = connection.execute("SELECT max(seq) FROM events WHERE task_id = ?", [task_id]).fetchone()
                    last = connection.execute("SELECT last_seq FROM tasks WHERE task_id = ?", [task_id]).fetchone()
                assert found == last
                assert found[0] >= int(seq)
        finally:
            writer.kill()


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def flipped(raw: bytes) -> bytes:
    middle = len(raw) // 2
    return raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


def without_last_chunk(raw: bytes) -> bytes:
    return raw[: 33 + (len(raw) - 33) // (2**20 + 16) * (2**20 + 16)]


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
@pytest.mark.parametrize("harm", [cut, flipped, lambda raw: raw[:-1], lambda raw: raw + b"x", lambda raw: raw[:40]])
def test_a_damaged_file_is_refused_and_nothing_is_overwritten(
    tmp_path: Path, passphrase: SecretStr | None, harm: Callable[[bytes], bytes]
) -> None:
    settings = a_folder(tmp_path / "data")
    path = make_backup(settings, tmp_path / "b", passphrase=passphrase, with_work=True).path
    path.write_bytes(harm(path.read_bytes()))
    before, database = content(settings.data_dir), settings.database_file.read_bytes()
    with pytest.raises(BackupFault) as refused:
        restore_backup(settings, path, passphrase=passphrase)
    assert refused.value.hint.startswith("Nothing was changed.")
    assert (content(settings.data_dir), settings.database_file.read_bytes()) == (before, database)
    assert not swapping.pending(settings.data_dir)


def test_chunks_of_an_encrypted_file_cannot_be_left_out_at_the_end(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data")
    (settings.data_dir / "config" / "noise").write_bytes(os.urandom(3_000_000))
    path = make_backup(settings, tmp_path / "b", passphrase=PASSPHRASE, with_work=False).path
    path.write_bytes(without_last_chunk(path.read_bytes()))
    with pytest.raises(BackupFault, match="its end is missing"):
        check_backup(path, passphrase=PASSPHRASE)


def test_a_wrong_passphrase_and_none_are_told_and_nothing_is_made(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data")
    path = make_backup(settings, tmp_path / "b", passphrase=PASSPHRASE, with_work=False).path
    other = read_settings({}, data_dir=tmp_path / "other")
    with pytest.raises(BackupFault, match="passphrase is wrong"):
        restore_backup(other, path, passphrase=SecretStr("something else"))
    with pytest.raises(BackupFault, match="encrypted"):
        restore_backup(other, path, passphrase=None)
    assert not other.data_dir.exists()


def forged(path: Path, names: dict[str, bytes], links: dict[str, str] | None = None, **head: Any) -> Path:
    """A tar as somebody with bad intentions would make it."""
    said = {
        "format": 1,
        "program": "0.1.0",
        "machine_id": "m",
        "schema_revision": "0001",
        "parts": ["db", "config"],
        "made_at": datetime.now(UTC).isoformat(),
        **head,
    }
    with gzip.open(path, "wb") as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
        for name, raw in {"backup.json": json.dumps(said).encode(), **names}.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
            if name == "backup.json":
                for link, target in (links or {}).items():
                    info = tarfile.TarInfo(link)
                    info.type, info.linkname = tarfile.SYMTYPE, target
                    archive.addfile(info)
    return path


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "config/../../evil", "workspaces/evil", "run/daemon.json"])
def test_a_file_that_does_not_belong_there_is_refused(tmp_path: Path, name: str) -> None:
    path = forged(tmp_path / "b", {name: b"evil"})
    with pytest.raises(BackupFault, match="does not belong there"):
        restore_backup(read_settings({}, data_dir=tmp_path / "data"), path, passphrase=None)
    assert not (tmp_path / "evil").exists()


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    path = forged(tmp_path / "b", {"config/there/evil": b"evil"}, {"config/there": str(outside)})
    with pytest.raises(MachineError):
        restore_backup(read_settings({}, data_dir=tmp_path / "data"), path, passphrase=None)
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("head", [{"format": 2}, {"parts": ["db", "run"]}, {"parts": []}, {"made_at": "yesterday"}])
def test_a_head_that_this_program_does_not_know_is_refused(tmp_path: Path, head: dict[str, Any]) -> None:
    path = forged(tmp_path / "b", {}, **head)
    with pytest.raises(BackupFault):
        check_backup(path, passphrase=None)


def test_any_other_file_is_no_backup(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear friend")
    with pytest.raises(BackupFault, match="no backup"):
        needs_passphrase(tmp_path / "letter")
    with pytest.raises(BackupFault, match="cannot be read"):
        needs_passphrase(tmp_path / "nowhere")


def test_a_backup_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data")
    with closing(sqlite3.connect(settings.database_file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE machine_meta SET key = 'oldest_program 9999', value = '99.0'")
    other = settings.database_file.with_name("copy.db")
    settings.database_file.rename(other)
    path = forged(tmp_path / "b", {"db/machine.db": other.read_bytes()})
    with pytest.raises((TooNew, BackupFault)):
        restore_backup(read_settings({}, data_dir=tmp_path / "new"), path, passphrase=None)
    assert not (tmp_path / "new").exists()


def test_a_folder_whose_daemon_runs_is_not_restored_into(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data")
    path = make_backup(settings, tmp_path / "b", passphrase=None, with_work=False).path
    with held(settings), pytest.raises(DataFolderInUse):
        restore_backup(settings, path, passphrase=None)


def test_a_damaged_database_is_not_saved(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data")
    raw = bytearray(settings.database_file.read_bytes())
    raw[4096:12288] = b"\xff" * 8192
    settings.database_file.write_bytes(raw)
    with pytest.raises(StoreError, match="damaged"):
        make_backup(settings, tmp_path / "b", passphrase=None, with_work=False)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_backup_overwrites_nothing_and_does_not_lie_in_what_it_saves(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data")
    (tmp_path / "b").write_text("mine")
    with pytest.raises(Conflict):
        make_backup(settings, tmp_path / "b", passphrase=None, with_work=False)
    assert (tmp_path / "b").read_text() == "mine"
    with pytest.raises(BadRequest):
        make_backup(settings, settings.data_dir / "config" / "b", passphrase=None, with_work=False)
    with pytest.raises(NotFound):
        make_backup(read_settings({}, data_dir=tmp_path / "none"), tmp_path / "c", passphrase=None, with_work=False)


@pytest.mark.parametrize("fails_at", range(2 * len(PARTS)))
def test_a_restore_that_is_cut_off_at_any_rename_comes_to_its_end_with_the_next_start(
    tmp_path: Path, fails_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = a_folder(tmp_path / "data")
    path = make_backup(settings, tmp_path / "b", passphrase=None, with_work=False).path
    (settings.data_dir / "config" / "agents" / "mine" / "agent.yaml").write_text("description: changed\n")
    renames = 0
    really = Path.rename

    def rename(self: Path, target: Path) -> Path:
        nonlocal renames
        if settings.data_dir in target.parents and self.name in PARTS:
            renames += 1
            if renames == fails_at + 1:
                raise KeyboardInterrupt
        return really(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", rename)
        with pytest.raises(KeyboardInterrupt):
            restore_backup(settings, path, passphrase=None)
    prepare(settings)
    assert (settings.data_dir / "config/agents/mine/agent.yaml").read_text() == "description: mine\n"
    [aside] = settings.data_dir.glob("before-restore-*")
    assert (aside / "config/agents/mine/agent.yaml").read_text() == "description: changed\n"
    assert sorted(found.name for found in aside.iterdir()) == sorted(PARTS)
    opens(settings)


def test_a_restore_that_was_cut_off_while_it_was_checked_never_happened(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data")
    (swapping.staging(settings.data_dir) / "config").mkdir(parents=True)
    before = content(settings.data_dir)
    prepare(settings)
    assert content(settings.data_dir) == before
    assert not swapping.pending(settings.data_dir)


def test_the_daemons_own_backups_are_made_when_due_and_the_oldest_go(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data", backup_hours=24, backup_keep=2, backup_passphrase=PASSPHRASE)
    now = datetime.now(UTC)
    by_hand = settings.backups_dir / file_name(settings, now - timedelta(days=3))
    make_backup(settings, by_hand, passphrase=None, with_work=False)
    os.utime(by_hand, (now.timestamp() - 3 * 86_400,) * 2)
    automatic = AutomaticBackups(settings, lambda: now, asyncio.Lock())
    made = []
    for day in range(4):
        now = datetime.now(UTC) + timedelta(days=day)
        path = automatic.make_if_due()
        assert path is not None
        os.utime(path, (now.timestamp(), now.timestamp()))
        made.append(path)
        now += timedelta(hours=23)
        assert automatic.make_if_due() is None
    assert own_backups(settings) == [by_hand, *made[-2:]]
    assert needs_passphrase(made[-1])
    assert check_backup(made[-1], passphrase=PASSPHRASE).machine_id == settings.machine_id


def test_a_disk_that_takes_no_more_is_told_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = a_folder(tmp_path / "data")
    monkeypatch.setattr(backups, "copy_database", _full)
    with pytest.raises(StoreError, match="No space left"):
        make_backup(settings, tmp_path / "there" / "b", passphrase=None, with_work=False)
    assert list((tmp_path / "there").iterdir()) == []


def _full(_path: Path, _copy: Path) -> None:
    raise OSError(28, "No space left on device")


def test_a_backup_that_is_due_and_missing_is_told_and_none_is_missed_that_nobody_wants(tmp_path: Path) -> None:
    wanted = a_folder(tmp_path / "data", backup_hours=24)
    unwanted = read_settings({}, data_dir=tmp_path / "data")
    now = datetime.now(UTC)
    assert report_of(wanted).newest is None
    assert "there is none here, though one is due every 24 h" in finding(wanted, now).text
    assert finding(unwanted, now).level == "ok"
    path = AutomaticBackups(wanted, lambda: now, asyncio.Lock()).make_if_due()
    assert path is not None
    newest = report_of(wanted).newest
    assert newest is not None
    assert (newest.name, newest.size_bytes) == (path.name, path.stat().st_size)
    found = [finding(wanted, now + timedelta(hours=hours)) for hours in (1, 47, 72)]
    assert [one.level for one in found] == ["ok", "ok", "warning"]
    assert found[-1].text == "the newest is 3 days old, though one is due every 24 h"


def test_doctor_says_that_tasks_wait_for_room_and_what_is_saved(tmp_path: Path) -> None:
    settings = a_folder(tmp_path / "data", min_free_mb=10**9)
    [room, *_] = checks.disk(settings)
    assert (room.level, "less than MACHINE_MIN_FREE_MB=1000000000" in room.text) == ("problem", True)
    assert [one.check for one in checks.backup(settings)] == ["backup"]
    assert list(checks.backup(read_settings({}, data_dir=tmp_path / "none"))) == []
