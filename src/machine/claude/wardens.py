"""The daemon's side of the wardens: one unix socket, one connection for each CLI's warden (see warden.py)."""

import asyncio
import os
import shlex
import shutil
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import machine
from machine.claude.warden_link import (
    CONFIG_VARIABLE,
    HELLO_SECONDS,
    KILL_LADDER,
    STOP_LADDER,
    Ladder,
    Switch,
    Warden,
    WardenError,
    WardenExit,
    WardenHello,
    WardenLostError,
    WardenUnreachableError,
    read_line,
)
from machine.domain.aio import cancel_and_wait, spawn

__all__ = [
    "CONFIG_VARIABLE",
    "KILL_LADDER",
    "STOP_LADDER",
    "Ladder",
    "Switch",
    "Warden",
    "WardenError",
    "WardenExit",
    "WardenHello",
    "WardenLostError",
    "WardenUnreachableError",
    "Wardens",
    "write_launcher",
]

LINE_LIMIT: Final = 65536
LONGEST_SOCKET_PATH: Final = 100  # bytes; the systems allow 104 to 108
LONGEST_SHEBANG: Final = 120
SO_PEERCRED: Final = getattr(socket, "SO_PEERCRED", None)


class Wardens:
    """Listens for wardens. An async context manager; leaving it ends every connection, and with it every tree."""

    def __init__(
        self,
        path: Path,
        *,
        heartbeat_seconds: float | None = None,
        may_beat: Callable[[str], bool] = lambda _run_id: True,
        peer_uid: int | None = None,
    ) -> None:
        """Take the socket's path; `may_beat` says of a run id whether this daemon still holds it (its lease).

        `peer_uid` is the user that wardens run as, where it is not this process's own.
        """
        self._wanted = path
        self._heartbeat_seconds = heartbeat_seconds
        self._may_beat = may_beat
        self._peer_uid = os.getuid() if peer_uid is None else peer_uid
        self._folder: Path | None = None
        self._server: asyncio.Server | None = None
        self._beats: asyncio.Task[None] | None = None
        self._wardens: dict[str, Warden] = {}
        self._connections: set[asyncio.Task[None]] = set()
        self.path = path  # where it really listens, once it does

    async def __aenter__(self) -> Self:
        if len(os.fsencode(self._wanted)) > LONGEST_SOCKET_PATH:
            self._folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="machine-"))  # 0700
            self.path = self._folder / "wardens.sock"
        bound = await asyncio.to_thread(_bind, self.path)
        self._server = await asyncio.start_unix_server(self._connected, sock=bound, limit=LINE_LIMIT)
        if self._heartbeat_seconds is not None:
            self._beats = spawn(self._beat(self._heartbeat_seconds / 3), name="wardens: beats")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
        await cancel_and_wait(self._beats)
        for warden in list(self._wardens.values()):
            warden.close()
        for connection in list(self._connections):
            await cancel_and_wait(connection)
        await asyncio.to_thread(self._remove)

    def expect(self, run_id: str) -> Warden:
        """Return the warden that will say hello for `run_id`, which must be new; ValueError where it is not."""
        if run_id in self._wardens:
            raise ValueError(f"run {run_id} already has a warden; every start of a CLI needs a run id of its own")
        warden = Warden(run_id, self.path, self._heartbeat_seconds, lambda: self._forget(run_id))
        self._wardens[run_id] = warden
        return warden

    def _forget(self, run_id: str) -> None:
        self._wardens.pop(run_id, None)

    def _remove(self) -> None:
        self.path.unlink(missing_ok=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = spawn(self._serve(reader, writer), name="wardens: connection")
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Give the connection to the warden it says hello for; anybody else is hung up on."""
        try:
            uid, pid = _peer(writer)
            async with asyncio.timeout(HELLO_SECONDS):
                hello = await read_line(reader)
            if not isinstance(hello, WardenHello) or uid not in (None, self._peer_uid):
                return
            warden = self._wardens.get(hello.run_id)
            if warden is not None and not warden.alive and pid in (None, hello.warden_pid):
                await warden.follow(hello, reader, writer)
        except TimeoutError:
            return
        finally:
            writer.close()

    async def _beat(self, every_seconds: float) -> None:
        while True:
            for run_id, warden in list(self._wardens.items()):
                if self._may_beat(run_id):
                    warden.beat()
            await asyncio.sleep(every_seconds)


def write_launcher(path: Path, python: str = sys.executable) -> Path:
    """Write the program that the SDK gets as `cli_path`: the warden, run by `python` with nothing but its own library.

    Blocking. Written beside `path` and moved there, 0700.
    """
    shebang = f"#!{python} -IS\n"
    if len(os.fsencode(shebang)) > LONGEST_SHEBANG or any(letter.isspace() for letter in python):
        # A program for both: `sh` sees an exec, Python a string
        shebang = f"#!/bin/sh\n'''exec' {shlex.quote(python)} -IS \"$0\" \"$@\"\n' '''\n"
    root = str(Path(machine.__file__).parents[1])
    text = (
        f"{shebang}import sys\n\nsys.path.append({root!r})\n\n"
        "from machine.claude.warden import main\n\nsys.exit(main())\n"
    )
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        file.write(text)
    written = Path(file.name)
    written.chmod(0o700)
    return written.replace(path)


def _bind(path: Path) -> socket.socket:
    """Bind to `path` (0600 before anybody can connect); a stale socket is removed, any other file is an OSError."""
    if path.exists() and not stat.S_ISSOCK(path.stat().st_mode):
        raise FileExistsError(f"{path} is in the way of the wardens' socket and is not a socket: move it away")
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(str(path))
        path.chmod(0o600)
    except OSError:
        bound.close()
        raise
    return bound


def _peer(writer: asyncio.StreamWriter) -> tuple[int | None, int | None]:
    """Return user and pid of the other end; None, None where the system does not say."""
    if SO_PEERCRED is None:
        return None, None
    size = struct.calcsize("3i")
    pid, uid, _gid = struct.unpack(
        "3i", writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, SO_PEERCRED, size)
    )
    return uid, pid
