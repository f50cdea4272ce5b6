"""Two daemons never work on one folder; a port in use is said, and costs nothing."""

import asyncio
import json
import socket
from pathlib import Path

from tests.fault.conftest import StartMachine


async def test_a_second_daemon_on_the_same_folder_is_refused_and_the_first_one_goes_on(start: StartMachine) -> None:
    machine = await start()
    second = await asyncio.to_thread(machine.daemon.command, "serve", "--port", "0")
    assert second.returncode == 1
    assert "Another daemon is running on" in second.stderr
    assert "--data-dir" in second.stderr
    assert "Traceback" not in second.stderr
    said = json.loads((machine.daemon.data_dir / "run" / "daemon.json").read_text())
    assert said["pid"] == machine.daemon.pid
    assert (await machine.completed(await machine.submit("hello")))["result"] == "All done."


async def test_a_port_in_use_is_said_and_nothing_is_made(start: StartMachine, tmp_path: Path) -> None:
    machine = await start()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        folder = tmp_path / "other"
        other = await asyncio.to_thread(
            machine.daemon.command, "serve", "--port", str(port), env={"MACHINE_DATA_DIR": str(folder)}
        )
    assert other.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in other.stderr
    assert "--port" in other.stderr
    assert "Traceback" not in other.stderr
    assert not (folder / "db" / "machine.db").exists()


async def test_after_a_sigkill_the_folder_is_free_at_once(start: StartMachine) -> None:
    machine = await start()
    await machine.kill9()
    assert (machine.daemon.data_dir / "run" / "daemon.json").exists()  # of the dead one: nobody believes it
    await machine.start()
    assert (await machine.completed(await machine.submit("hello")))["result"] == "All done."
