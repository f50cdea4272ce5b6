"""The warden and the daemon's side of it, with real processes and the real process table."""

import asyncio
import hashlib
import json
import os
import secrets
import signal
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from machine.claude import leftovers
from machine.claude.wardens import (
    KILL_LADDER,
    STOP_LADDER,
    Ladder,
    Warden,
    WardenLostError,
    Wardens,
    WardenUnreachableError,
    write_launcher,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="unix sockets and signals")
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a subreaper")

WRITES_ITS_SIGNALS = """
import signal, sys, time
log = open(sys.argv[1], "a", buffering=1)
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda got, _: log.write(signal.Signals(got).name + "\\n"))
log.write("ready\\n")
while True:
    time.sleep(0.05)
"""


@dataclass
class Started:
    """One warden with its process."""

    warden: Warden
    process: asyncio.subprocess.Process
    task_id: str


@dataclass
class Scene:
    """A daemon's side, a launcher, and a token that marks every process of this test in the process table."""

    wardens: Wardens
    launcher: Path
    marker: str
    token: str
    daemons: list[asyncio.subprocess.Process] = field(default_factory=list)
    launched: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(
        self,
        cli: str,
        *args: str,
        env: dict[str, str] | None = None,
        keep: Iterable[str] = ("PATH",),
        wait: bool = True,
    ) -> Started:
        run_id = secrets.token_hex(8)
        warden = self.wardens.expect(run_id)
        environment = {
            "PATH": os.environ["PATH"],
            "MACHINE_WARDEN": warden.config(cli, keep),
            "MACHINE_TASK_ID": f"task-{run_id}",
            "MACHINE_INSTANCE": self.marker,
            **(env or {}),
        }
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            self.launcher, *args, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
        )
        self.launched.append(process)
        if wait:
            await warden.hello()
        return Started(warden, process, f"task-{run_id}")

    async def sh(self, script: str) -> Started:
        """Start `script`, in which $SLEEP sleeps under this test's token and $READY says that all is set up."""
        ready = self.launcher.parent / f"ready-{secrets.token_hex(4)}"
        script = script.replace("$SLEEP", f"sleep 600.{self.token}").replace("$READY", f"touch {ready}")
        started = await self.start("/bin/sh", "-c", script)
        await until(ready.exists)
        return started

    def sleeping(self) -> list[int]:
        return alive_with(f"600.{self.token}")


def alive_with(token: str) -> list[int]:
    """Pids of the living processes that have `token` in an argument (a shell's script does not count)."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        command = process.info["cmdline"] or []
        if token in command and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process.pid)
    return found


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def until(done: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends, "it did not happen in time"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def a_scene(
    folder: Path, heartbeat_seconds: float | None = None, may_beat: Callable[[str], bool] = lambda _: True
) -> AsyncIterator[Scene]:
    token = str(secrets.randbelow(10**12) + 10**12)
    launcher = await asyncio.to_thread(write_launcher, folder / "warden")
    async with Wardens(folder / "wardens.sock", heartbeat_seconds=heartbeat_seconds, may_beat=may_beat) as wardens:
        scene = Scene(wardens, launcher, f"instance-{token}", token)
        try:
            yield scene
        finally:
            for daemon in scene.daemons:
                if daemon.returncode is None:
                    daemon.kill()
                    await daemon.wait()
            for pid in scene.sleeping():
                psutil.Process(pid).kill()
    # Without their daemon they end; their loop has to see it, or they count as forgotten.
    for process in scene.launched:
        async with asyncio.timeout(10):
            await process.wait()


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with a_scene(tmp_path) as made:
        yield made


SLEEPS = """
import os, time
awake = time.clock_gettime
time.clock_gettime = lambda clock: awake(clock) + 3600 * (clock == time.CLOCK_BOOTTIME and os.path.exists({slept!r}))
"""
"""Begins a program whose computer has slept for an hour as soon as that file is there: only one clock tells."""


ESCAPES = {
    "a child": "$SLEEP & $READY; wait",
    "an emptied environment in a session of its own": "env -i setsid $SLEEP & $READY; wait",
    "a double fork": "( ( setsid $SLEEP & ) & ); $READY; exec sleep 600",
    "one that ignores TERM": "(trap '' TERM HUP INT; $SLEEP; $SLEEP) & trap '' TERM; $READY; wait; wait; sleep 600",
    "a stopped one": "$SLEEP & sleep 0.2; kill -STOP $!; $READY; wait",
}


@linux_only
@pytest.mark.parametrize("script", ESCAPES.values(), ids=ESCAPES.keys())
async def test_the_end_of_the_socket_kills_the_whole_tree(scene: Scene, script: str) -> None:
    started = await scene.sh(script)
    await until(lambda: bool(scene.sleeping()))
    started.warden.close()
    await asyncio.wait_for(started.process.wait(), 5)
    assert scene.sleeping() == []


@linux_only
@pytest.mark.parametrize("script", ESCAPES.values(), ids=ESCAPES.keys())
async def test_a_stop_is_answered_when_the_tree_is_empty(scene: Scene, script: str) -> None:
    started = await scene.sh(script)
    await until(lambda: bool(scene.sleeping()))
    await started.warden.stop((("TERM", 0.3), ("KILL", 2)))
    assert scene.sleeping() == []
    assert not started.warden.alive
    await asyncio.wait_for(started.process.wait(), 2)


@linux_only
async def test_what_a_cli_leaves_behind_is_killed_when_it_exits_by_itself(scene: Scene) -> None:
    started = await scene.sh("setsid $SLEEP & (trap '' TERM; $SLEEP) & $READY; exit 0")
    ended = await asyncio.wait_for(started.warden.exited(), 5)
    assert (ended.code, ended.signal) == (0, None)
    assert scene.sleeping() == []
    assert await started.process.wait() == 0


@linux_only
async def test_a_chain_of_processes_that_fork_and_end_at_once_is_caught(scene: Scene) -> None:
    chain = (
        "import os,sys,time\nends=time.time()+60\n"
        "while time.time()<ends:\n    if os.fork(): os._exit(0)\n    os.setsid()\n"
    )
    started = await scene.start(sys.executable, "-ISc", chain, scene.token)
    await asyncio.sleep(0.3)
    began = time.monotonic()
    await started.warden.stop(KILL_LADDER)
    assert time.monotonic() - began < 3
    assert alive_with(scene.token) == []


@linux_only
async def test_a_growing_fork_bomb_is_caught(scene: Scene) -> None:
    bomb = (
        "import os,sys,time\nends=time.time()+30\ngeneration=0\n"
        "while time.time()<ends:\n    time.sleep(.01)\n"
        "    if generation<9 and not os.fork(): generation+=1; os.setsid()\n"
        "    elif generation<9: generation+=1\n"
    )
    started = await scene.start(sys.executable, "-ISc", bomb, scene.token)
    await until(lambda: len(alive_with(scene.token)) > 200)
    await started.warden.stop(KILL_LADDER)
    assert alive_with(scene.token) == []


async def test_signals_come_in_the_order_of_the_ladder(scene: Scene, tmp_path: Path) -> None:
    log = tmp_path / "signals"
    started = await scene.start(sys.executable, "-ISc", WRITES_ITS_SIGNALS, str(log))
    await until(lambda: log.exists() and "ready" in log.read_text())
    ladder: Ladder = (("INT", 0.2), ("TERM", 0.2), ("KILL", 2))
    began = time.monotonic()
    ended = await started.warden.stop(ladder)
    assert 0.4 <= time.monotonic() - began < 1.5
    assert log.read_text().split() == ["ready", "SIGINT", "SIGTERM"]
    assert (ended.code, ended.signal) == (137, signal.SIGKILL)


async def test_a_program_that_obeys_term_is_not_waited_for(scene: Scene) -> None:
    started = await scene.sh("$READY; exec $SLEEP")
    began = time.monotonic()
    ended = await started.warden.stop((("TERM", 20), ("KILL", 2)))
    assert time.monotonic() - began < 2
    assert (ended.code, ended.signal) == (143, signal.SIGTERM)
    assert await started.process.wait() == 143


async def test_a_shorter_ladder_replaces_the_running_one_and_a_longer_does_not(scene: Scene, tmp_path: Path) -> None:
    log = tmp_path / "signals"
    started = await scene.start(sys.executable, "-ISc", WRITES_ITS_SIGNALS, str(log))
    await until(lambda: log.exists() and "ready" in log.read_text())
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        group.create_task(started.warden.stop((("TERM", 15), ("KILL", 2))))
        await until(lambda: "SIGTERM" in log.read_text())
        group.create_task(started.warden.stop((("HUP", 0.3), ("KILL", 0))))
        await until(lambda: "SIGHUP" in log.read_text())
        group.create_task(started.warden.stop((("INT", 20), ("KILL", 2))))
    assert time.monotonic() - began < 3
    assert "SIGINT" not in log.read_text()


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -15 $$", 143)])
async def test_the_exit_code_is_the_clis(scene: Scene, script: str, code: int) -> None:
    started = await scene.start("/bin/sh", "-c", script)
    ended = await asyncio.wait_for(started.warden.exited(), 5)
    assert ended.code == code
    assert ended.signal == (code - 128 if code > 128 else None)
    assert await started.process.wait() == code


async def test_a_cli_that_is_not_there_is_said_on_stderr(scene: Scene) -> None:
    started = await scene.start("/nowhere/claude")
    _, stderr = await started.process.communicate()
    assert started.process.returncode == 127
    assert "cannot run /nowhere/claude" in stderr.decode()


async def test_the_cli_gets_the_variables_that_are_named_and_no_others(scene: Scene) -> None:
    started = await scene.start(
        "/usr/bin/env", env={"WANTED": "ein Wert = ✓", "SECRET": "x", "MACHINE_SECRET_KEY": "y"},
        keep=["WANTED", "ABSENT", "MACHINE_WARDEN"],
    )  # fmt: skip
    stdout, _ = await started.process.communicate()
    assert dict(line.split("=", 1) for line in stdout.decode().splitlines()) == {
        "WANTED": "ein Wert = ✓",
        "MACHINE_TASK_ID": started.task_id,
        "MACHINE_INSTANCE": scene.marker,
    }


async def test_the_cli_has_default_signals_and_no_descriptor_but_its_three(scene: Scene) -> None:
    code = (
        "import os,signal,json\n"
        "names=('SIGINT','SIGHUP','SIGTERM','SIGCHLD')\n"
        "ignored=[n for n in names if signal.getsignal(getattr(signal,n))==signal.SIG_IGN]\n"
        "print(json.dumps([ignored, len(os.listdir('/dev/fd'))-1, os.getsid(0)==os.getpid()]))"
    )
    started = await scene.start(sys.executable, "-ISc", code)
    stdout, _ = await started.process.communicate()
    assert json.loads(stdout) == [[], 3, True]


async def test_sixty_four_megabytes_pass_unharmed(scene: Scene) -> None:
    started = await scene.start("/bin/cat")
    data = os.urandom(1 << 20)
    stdin, stdout = started.process.stdin, started.process.stdout
    assert stdin is not None
    assert stdout is not None

    async def feed() -> None:
        for _ in range(64):
            stdin.write(data)
            await stdin.drain()
        stdin.close()

    got, size = hashlib.sha256(), 0
    async with asyncio.TaskGroup() as group:
        group.create_task(feed())
        while piece := await stdout.read(1 << 20):
            got.update(piece)
            size += len(piece)
    assert (size, got.digest()) == (64 << 20, hashlib.sha256(data * 64).digest())
    assert await started.process.wait() == 0


async def test_stdout_ends_when_the_cli_closes_it_though_the_warden_lives(scene: Scene) -> None:
    started = await scene.start("/bin/sh", "-c", "echo done; exec >&- sleep 600")
    assert started.process.stdout is not None
    assert await asyncio.wait_for(started.process.stdout.read(), 5) == b"done\n"
    assert started.warden.alive
    await started.warden.stop(KILL_LADDER)


@linux_only
async def test_a_beat_is_missing_also_where_the_computer_sleeps_through_its_time(tmp_path: Path) -> None:
    slept = tmp_path / "slept"
    async with a_scene(tmp_path, heartbeat_seconds=30, may_beat=lambda _run_id: False) as scene:
        first, rest = (await asyncio.to_thread(scene.launcher.read_text)).split("import sys", 1)
        program = f"{first}import sys\n{SLEEPS.format(slept=str(slept))}{rest}"
        await asyncio.to_thread(scene.launcher.write_text, program)
        started = await scene.sh("$SLEEP & $READY; wait")
        await asyncio.to_thread(slept.touch)
        ended = await asyncio.wait_for(started.warden.exited(), 10)
        assert ended.starved
        assert scene.sleeping() == []


async def test_without_beats_the_tree_is_killed(tmp_path: Path) -> None:
    held = True
    async with a_scene(tmp_path, heartbeat_seconds=0.6, may_beat=lambda _run_id: held) as scene:
        started = await scene.sh("$SLEEP & $READY; wait")
        await asyncio.sleep(1.5)
        assert started.warden.alive
        assert scene.sleeping() != []
        held = False
        ended = await asyncio.wait_for(started.warden.exited(), 3)
        assert (ended.signal, ended.starved) == (signal.SIGKILL, True)
        assert started.warden.starved
        assert scene.sleeping() == []


async def test_a_tree_that_is_stopped_was_not_starved(tmp_path: Path) -> None:
    async with a_scene(tmp_path, heartbeat_seconds=30) as scene:
        started = await scene.sh("$SLEEP & $READY; wait")
        ended = await started.warden.stop(KILL_LADDER)
        assert (ended.starved, started.warden.starved) == (False, False)


async def test_term_to_the_warden_walks_the_configured_ladder(scene: Scene, tmp_path: Path) -> None:
    log = tmp_path / "signals"
    started = await scene.start(sys.executable, "-ISc", WRITES_ITS_SIGNALS, str(log))
    await until(lambda: log.exists() and "ready" in log.read_text())
    started.process.send_signal(signal.SIGHUP)
    started.process.send_signal(signal.SIGINT)
    started.process.terminate()
    ended = await started.warden.exited()
    assert ended.signal == signal.SIGKILL
    assert log.read_text().split() == ["ready", "SIGTERM"]


DAEMON = """
import asyncio, os, sys
from pathlib import Path
from machine.claude.wardens import Wardens, write_launcher

async def main(folder, script):
    launcher = write_launcher(folder / "warden")
    async with Wardens(folder / "s") as wardens:
        warden = wardens.expect("r")
        env = {"PATH": os.environ["PATH"], "MACHINE_TASK_ID": "t", "MACHINE_INSTANCE": "i",
               "MACHINE_WARDEN": warden.config("/bin/sh", ["PATH"])}
        await asyncio.create_subprocess_exec(launcher, "-c", script, env=env, stdin=asyncio.subprocess.PIPE)
        print((await warden.hello()).warden_pid, flush=True)
        await asyncio.sleep(600)

try:
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
except KeyboardInterrupt:
    pass
"""


async def a_daemon(scene: Scene, tmp_path: Path, script: str) -> tuple[asyncio.subprocess.Process, psutil.Process]:
    """A process of its own that holds the server, in a process group of its own, and the warden it has started."""
    folder = tmp_path / "daemon"
    await asyncio.to_thread(folder.mkdir)
    script = script.replace("$SLEEP", f"sleep 600.{scene.token}")
    daemon = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DAEMON, folder, script, stdout=asyncio.subprocess.PIPE, process_group=0
    )
    scene.daemons.append(daemon)
    assert daemon.stdout is not None
    pid = int(await asyncio.wait_for(daemon.stdout.readline(), 20))
    await until(lambda: bool(scene.sleeping()))
    return daemon, psutil.Process(pid)


@linux_only
async def test_sigkill_of_the_daemon_kills_the_tree(scene: Scene, tmp_path: Path) -> None:
    daemon, warden = await a_daemon(scene, tmp_path, "env -i setsid $SLEEP & trap '' TERM; $SLEEP; wait")
    daemon.kill()
    await daemon.wait()
    await until(lambda: not scene.sleeping() and not is_alive(warden.pid), 2)


async def test_ctrl_c_at_the_daemons_terminal_does_not_reach_the_cli(scene: Scene, tmp_path: Path) -> None:
    log = tmp_path / "got"
    daemon, warden = await a_daemon(scene, tmp_path, f"trap 'echo INT >>{log}; exit' INT; $SLEEP & wait")
    groups = {os.getpgid(pid) for pid in [warden.pid, *(child.pid for child in warden.children(recursive=True))]}
    assert daemon.pid not in groups
    os.killpg(daemon.pid, signal.SIGINT)
    await daemon.wait()
    await until(lambda: not scene.sleeping())
    assert not log.exists()


@linux_only
async def test_sigkill_of_the_warden_takes_the_cli_along_and_the_sweep_the_rest(scene: Scene) -> None:
    started = await scene.sh("setsid $SLEEP & $READY; wait")
    other = await scene.sh("$READY; exec $SLEEP")
    hello = await started.warden.hello()
    started.process.kill()
    await until(lambda: not is_alive(hello.cli_pid))
    with pytest.raises(WardenLostError, match="sweep its task"):
        await started.warden.exited()
    swept = await leftovers.sweep(scene.marker, 5, task_id=started.task_id, wardens_own_seconds=0)
    assert [(process.task_id, process.is_gone) for process in swept] == [(started.task_id, True)]
    assert len(scene.sleeping()) == 1
    assert other.warden.alive
    await other.warden.stop(KILL_LADDER)


@linux_only
async def test_a_warden_that_hangs_is_reported_and_swept_with_all_below_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("machine.claude.warden_link.STOP_GRACE_SECONDS", 0.2)
    started = await scene.sh("env -i setsid $SLEEP & $READY; wait")
    started.process.send_signal(signal.SIGSTOP)
    with pytest.raises(WardenUnreachableError, match="did not stop within"):
        await started.warden.stop((("KILL", 0.2),))
    swept = await leftovers.sweep(scene.marker, 5, task_id=started.task_id, wardens_own_seconds=0.2)
    assert len(swept) == 3
    assert all(process.is_gone for process in swept)
    assert scene.sleeping() == []


async def test_the_sweep_waits_for_wardens_and_leaves_other_instances_alone(scene: Scene) -> None:
    started = await scene.sh("$READY; exec $SLEEP")
    assert await leftovers.sweep("another instance", 5) == []
    assert await leftovers.sweep(scene.marker, 5, task_id="another task") == []
    assert len(await asyncio.to_thread(leftovers.find_leftovers, scene.marker)) == 2
    started.warden.close()
    assert await leftovers.sweep(scene.marker, 5) == []
    assert scene.sleeping() == []


async def test_a_warden_without_its_daemon_starts_nothing(tmp_path: Path) -> None:
    launcher, ran = await asyncio.to_thread(write_launcher, tmp_path / "warden"), tmp_path / "ran"
    config = {
        "socket": str(tmp_path / "none"), "run_id": "r", "cli": "/bin/touch", "keep": [],
        "heartbeat_seconds": None, "ladder": STOP_LADDER,
    }  # fmt: skip
    for text, said in ((json.dumps(config), "does not answer"), ("{", "MACHINE_WARDEN"), ("[]", "MACHINE_WARDEN")):
        done = await asyncio.to_thread(
            subprocess.run, [launcher, ran], env={"MACHINE_WARDEN": text, "MACHINE_TASK_ID": "t"}, capture_output=True
        )
        assert (done.returncode, done.stdout) == (125, b"")
        assert said in done.stderr.decode()
        assert "Traceback" not in done.stderr.decode()
    assert not ran.exists()


async def test_a_stranger_on_the_socket_is_hung_up_on(scene: Scene) -> None:
    scene.wardens.expect("known")
    hello = {"type": "hello", "task_id": "t", "warden_pid": 1, "warden_started": 1, "cli_pid": 2}
    for line in (
        json.dumps({**hello, "run_id": "unknown"}),
        json.dumps({**hello, "run_id": "known"}),
        "{",
        "x" * 99999,
    ):
        reader, writer = await asyncio.open_unix_connection(scene.wardens.path)
        writer.write(line.encode() + b"\n")
        try:
            assert await asyncio.wait_for(reader.read(), 5) == b""
        except ConnectionError:
            assert len(line) > 65536  # hung up on before all of it was read
        writer.close()


async def test_the_socket_is_its_owners_and_a_long_path_gets_a_folder_of_its_own(tmp_path: Path) -> None:
    wanted = tmp_path / ("long" * 30) / "wardens.sock"
    async with Wardens(wanted) as wardens:
        assert len(str(wardens.path)) < 100
        assert stat.S_IMODE(wardens.path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(wardens.path.stat().st_mode) == 0o600
    assert not wardens.path.parent.exists()


async def test_a_stale_socket_is_replaced_and_any_other_file_is_not(tmp_path: Path) -> None:
    path = tmp_path / "s"
    async with Wardens(path):
        os.link(path, tmp_path / "kept")
    (tmp_path / "kept").rename(path)
    async with Wardens(path):
        assert path.is_socket()
    path.write_text("precious")
    with pytest.raises(FileExistsError, match="move it away"):
        async with Wardens(path):
            pass
    assert path.read_text() == "precious"


async def test_the_launcher_works_with_an_interpreter_whose_path_has_blanks(scene: Scene, tmp_path: Path) -> None:
    folder = tmp_path / "it's a $folder with blanks"
    folder.mkdir()
    (folder / "python").symlink_to(await asyncio.to_thread(os.path.realpath, sys.executable))
    scene.launcher = await asyncio.to_thread(write_launcher, folder / "warden", str(folder / "python"))
    assert scene.launcher.read_text().startswith("#!/bin/sh\n")
    started = await scene.start("/bin/echo", "two words", "$HOME", "")
    stdout, stderr = await started.process.communicate()
    assert (stdout, stderr) == (b"two words $HOME \n", b"")
    assert stat.S_IMODE(scene.launcher.stat().st_mode) == 0o700


async def test_without_a_subreaper_the_tree_is_found_by_listing(scene: Scene, tmp_path: Path) -> None:
    """What macOS does, with Linux's `ps`."""
    text = scene.launcher.read_text()
    scene.launcher.write_text(text.replace("from machine", "sys.platform = 'elsewhere'\nfrom machine", 1))
    started = await scene.sh("$SLEEP & (trap '' TERM; $SLEEP) & ( ( $SLEEP & ) & ); $READY; wait")
    assert len(scene.sleeping()) == 3
    ended = await started.warden.stop((("TERM", 0.3), ("KILL", 2)))
    assert ended.signal == signal.SIGTERM
    assert scene.sleeping() == []


@linux_only
async def test_an_idle_warden_costs_nothing(scene: Scene) -> None:
    started = await scene.sh("$READY; exec $SLEEP")
    warden = psutil.Process(started.process.pid)
    before = warden.cpu_times()
    await asyncio.sleep(1)
    after = warden.cpu_times()
    assert (after.user + after.system) - (before.user + before.system) <= 0.01
    assert warden.memory_info().rss < 20 << 20
    await started.warden.stop(KILL_LADDER)


async def test_the_real_cli_says_its_version_through_the_launcher(scene: Scene) -> None:
    import claude_agent_sdk

    cli = Path(claude_agent_sdk.__file__).parent / "_bundled" / "claude"
    home = {"HOME": str(scene.launcher.parent), "CLAUDE_CONFIG_DIR": str(scene.launcher.parent / "claude")}
    started = await scene.start(str(cli), "--version", env=home, keep=["PATH", *home])
    stdout, _ = await asyncio.wait_for(started.process.communicate(), 30)
    assert b"Claude Code" in stdout
    assert (await started.warden.exited()).code == 0
