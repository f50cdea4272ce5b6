"""Folders that cannot be written, a CLI that is not there, a clock that goes back: said in a sentence, nothing lost."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.fault.conftest import StartMachine
from tests.support.data_folder import a_folder
from tests.support.model import ScriptedModel
from tests.support.workbench import workbench

from machine.app.backups import make_backup, restore_backup
from machine.domain.task import TaskStatus


def mount(*arguments: str) -> None:
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"mounting is not permitted here: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs that can be made read-only: mode bits mean nothing to root."""
    if os.geteuid() != 0:
        pytest.skip("a tmpfs can be mounted by root only")
    folder = tmp_path / "disk"
    folder.mkdir()
    mount("-t", "tmpfs", "-o", "size=64m,mode=700", "tmpfs", str(folder))
    yield folder
    subprocess.run(["umount", "--lazy", "-R", str(folder)], check=True)


async def test_a_read_only_data_folder_is_said_in_one_sentence_and_nothing_is_lost(
    start: StartMachine, disk: Path
) -> None:
    machine = await start(disk / "data", cli="fake-cli", env={"MACHINE_MIN_FREE_MB": "0"})
    task_id = await machine.submit("hello")
    await machine.completed(task_id)
    await machine.terminate()
    await asyncio.to_thread(mount, "-o", "remount,ro", str(disk))
    for command in (("serve", "--port", "0"), ("token", "create", "--name", "x")):
        refused = await asyncio.to_thread(machine.daemon.command, *command)
        assert refused.returncode == 1, refused.stderr
        assert "Traceback" not in refused.stderr
        assert str(disk / "data") in refused.stderr
        assert "ead-only" in refused.stderr or "cannot be written" in refused.stderr
    examined = await asyncio.to_thread(machine.daemon.command, "doctor", "--json")
    levels = {check["check"]: check["level"] for check in json.loads(examined.stdout)["checks"]}
    assert (examined.returncode, levels["data folder"]) == (1, "problem")
    await asyncio.to_thread(mount, "-o", "remount,rw", str(disk))
    await machine.start()
    assert (await machine.task(task_id))["result"] == "You said: hello"


async def test_an_unwritable_credentials_folder_is_said_and_tasks_go_on(start: StartMachine, disk: Path) -> None:
    machine = await start(disk / "data", cli="fake-cli", env={"MACHINE_MIN_FREE_MB": "0"})
    await machine.completed(await machine.submit("before"))
    await machine.terminate()
    credentials = disk / "data" / "credentials"
    await asyncio.to_thread(mount, "--bind", str(credentials), str(credentials))
    await asyncio.to_thread(mount, "-o", "remount,bind,ro", str(credentials))
    await machine.start()
    key = {"value": "sk-ant-api03-" + "x" * 30, "force": True}
    refused = await machine.client.put("/api/credentials/api-key", json=key)
    assert refused.status_code == 503, refused.text
    assert refused.json()["hint"]
    assert "Traceback" not in machine.daemon.log_text()
    await machine.completed(await machine.submit("after"))


async def test_a_missing_cli_fails_the_task_with_what_to_do_and_the_daemon_stays(
    start: StartMachine, tmp_path: Path
) -> None:
    machine = await start(env={"CLAUDE_CLI_PATH": str(tmp_path / "no-claude")})
    ended = await machine.ended(await machine.submit("hello"))
    assert (ended["status"], ended["failure"]["reason"]) == ("failed", "cli_missing")
    assert "CLAUDE_CLI_PATH" in ended["failure"]["hint"]
    examined = await asyncio.to_thread(machine.daemon.command, "doctor", "--json")
    [claude] = [check for check in json.loads(examined.stdout)["checks"] if check["check"] == "claude"]
    assert (claude["level"], examined.returncode) == ("problem", 1)
    assert "CLAUDE_CLI_PATH" in claude["hint"]


async def test_a_clock_that_went_back_loses_nothing_and_doctor_says_so(tmp_path: Path) -> None:
    model = ScriptedModel("All done.")
    ahead = timedelta(days=400)
    async with workbench(tmp_path / "data", model, clock=lambda: datetime.now(UTC) + ahead) as bench:
        early = await bench.ended(await bench.submit("from the future"))
    async with workbench(tmp_path / "data", model) as bench:
        assert (await bench.task(early.task_id)) == early
        later = await bench.ended(await bench.submit("from now"))
        assert later.status is TaskStatus.COMPLETED
        assert later.duration_seconds >= 0
        again = await bench.room.engine.manager.send_input(early.task_id, "go on", principal=bench.principal)
        assert (await bench.ended(again)).status is TaskStatus.COMPLETED
        file = bench.settings.database_file
    await asyncio.to_thread(os.utime, file, (time.time() + 86_400,) * 2)
    doctor = [sys.executable, "-m", "machine", "doctor", "--json", "--data-dir", str(tmp_path / "data")]
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = await asyncio.to_thread(subprocess.run, doctor, env=environment, capture_output=True, text=True, check=False)
    [clock] = [check for check in json.loads(done.stdout)["checks"] if check["check"] == "clock"]
    assert (clock["level"], clock["text"]) == ("warning", "the database was written in the future")


def test_a_restore_goes_onto_a_disk_of_its_own_as_well_and_what_was_there_is_kept(tmp_path: Path, disk: Path) -> None:
    """As in the container, where `repos/` is a volume beside that of the data."""
    settings = a_folder(tmp_path / "data")
    backup = make_backup(settings, tmp_path / "b", passphrase=None, with_work=True).path
    repos = settings.data_dir / "repos"
    shutil.rmtree(repos)
    repos.mkdir()
    mount("--bind", str(disk), str(repos))
    try:
        (repos / "checkouts").mkdir()
        (repos / "checkouts" / "task_2.json").write_text("{}")
        aside = restore_backup(settings, backup, passphrase=None).aside
        assert aside is not None
        assert [file.name for file in (repos / "checkouts").iterdir()] == ["task_1.json"]
        assert [file.name for file in (aside / "repos" / "checkouts").iterdir()] == ["task_2.json"]
        assert [file.name for file in repos.iterdir()] == ["checkouts"]
    finally:
        subprocess.run(["umount", "--lazy", str(repos)], check=True)
