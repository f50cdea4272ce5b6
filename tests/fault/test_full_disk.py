"""A full disk: the daemon stays up and says what is wrong; what it acknowledged is there when there is room again."""

import asyncio
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.fault.conftest import StartMachine
from tests.fault.hands import Machine
from tests.support.fake_cli import page

SIZE = "24m"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A tmpfs of 24 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("a small tmpfs can be mounted by root only")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode != 0:
        pytest.skip(f"mounting a tmpfs is not permitted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk to its last byte; returns the file to remove."""
    ballast = folder / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            try:
                while file.write(b"x" * size) == size:
                    continue
            except OSError:
                continue
    return ballast


async def refused_for_want_of_room(machine: Machine) -> None:
    """Start small tasks until one is refused, which has to be said clearly."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        answer = await machine.client.post("/api/tasks", json={"message": "hello " + "x" * 100_000})
        if answer.status_code == 201:
            machine.tasks.append(answer.json()["task_id"])
            continue
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (503, "store_unavailable"), answer.text
        assert "full" in problem["detail"]
        assert problem["hint"]
        return
    raise AssertionError("the disk was never full")


async def test_a_full_disk_in_mid_task_is_said_and_when_there_is_room_again_everything_goes_on(
    start: StartMachine, small_disk: Path
) -> None:
    machine = await start(small_disk / "data", cli="fake-cli", env={"MACHINE_MIN_FREE_MB": "0"})
    earlier = await machine.submit("before the disk was full")
    await machine.completed(earlier)
    task_id = await machine.submit("pages 1500")
    await machine.says(task_id, "page 000010")
    ballast = await asyncio.to_thread(fill, small_disk)
    await refused_for_want_of_room(machine)
    await asyncio.sleep(2)
    assert (await machine.client.get("/healthz")).json()["status"] == "ok"
    stuck = await machine.task(task_id)
    assert stuck["status"] == "running"
    before = await machine.events(task_id)
    assert "page 001500" not in await machine.text(task_id)
    stopped = await machine.client.post(f"/api/tasks/{earlier}/retry")
    assert stopped.status_code == 503, stopped.text
    assert (await machine.client.get("/api/status")).status_code == 200
    ballast.unlink()
    assert (await machine.completed(task_id))["result"] == "pages is done"
    assert await machine.text(task_id) == "".join(page(number) for number in range(1, 1501))
    assert (await machine.events(task_id))[: len(before)] == before
    for accepted in machine.tasks:
        await machine.completed(accepted)
    assert (await machine.task(earlier))["result"] == "You said: before the disk was full"
    await machine.nothing_left()


async def test_with_too_little_room_tasks_wait_say_why_and_start_when_there_is_some(
    start: StartMachine, small_disk: Path
) -> None:
    ballast = small_disk / "ballast"
    await asyncio.to_thread(ballast.write_bytes, b"x" * 12 * 1024 * 1024)
    machine = await start(small_disk / "data", cli="fake-cli", env={"MACHINE_MIN_FREE_MB": "16"})
    task_id = await machine.submit("hello")
    while not (said := (await machine.get("/api/status"))["machine"]["held_back"]):
        await asyncio.sleep(0.05)
    assert "less than 16 MB" in said
    assert (await machine.task(task_id))["status"] == "queued"
    assert (await machine.get("/api/disk"))["held_back"] == said
    ballast.unlink()
    await machine.completed(task_id)
    assert (await machine.get("/api/status"))["machine"]["held_back"] == ""


async def test_a_daemon_that_starts_on_a_full_disk_says_so_in_one_sentence(small_disk: Path) -> None:
    ballast = await asyncio.to_thread(fill, small_disk)
    machine = Machine(small_disk / "data", arguments=("--demo",))
    machine.daemon.home = small_disk.parent / "home"
    refused = await asyncio.to_thread(machine.daemon.command, "serve", "--demo", "--port", "0", timeout=30)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert str(small_disk / "data") in refused.stderr
    assert "full" in refused.stderr or "No space left" in refused.stderr
    ballast.unlink()
    try:
        await machine.start()
        assert (await machine.get("/api/status"))["machine"]["state"] == "ready"
    finally:
        await machine.close()


async def test_a_backup_that_does_not_fit_is_said_and_leaves_nothing_half(
    start: StartMachine, small_disk: Path, tmp_path: Path
) -> None:
    machine = await start(cli="fake-cli")
    await machine.completed(await machine.submit("hello"))
    ballast = await asyncio.to_thread(fill, small_disk)
    output = small_disk / "to" / "backup"
    refused = await asyncio.to_thread(machine.daemon.command, "backup", "--output", str(output))
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert str(small_disk) in refused.stderr
    assert "No space left" in refused.stderr or "full" in refused.stderr
    assert [path for path in await asyncio.to_thread(lambda: [*small_disk.rglob("*")]) if path.is_file()] == [ballast]
    ballast.unlink()
    made = await asyncio.to_thread(machine.daemon.command, "backup", "--output", str(output))
    assert (made.returncode, output.is_file()) == (0, True)
