"""A PostgreSQL server of the tests' own, from Debian's package, on a free loopback port; nothing of it is left behind.

Its databases sort texts by the rules of a language, as most servers do: what is to sort by code point has to say so.
"""

import contextlib
import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
import psycopg
from pydantic import SecretStr

from machine.store.opening import backend_of, prepare

PASSWORD = "p%s:w/rd@%41"
"""With all that is hard to write in a URL."""
IN_URL = "p%25s%3Aw%2Frd%40%2541"
START_SECONDS = 30.0


def binaries() -> Path | None:
    """The folder with the newest server's programs; None where there is none."""
    found = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "postgres").exists()]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name))
    there = shutil.which("postgres")
    return Path(there).parent if there else None


class PostgresServer:
    """Can be stopped, killed and started again. It refuses to be root, so root runs it as somebody else."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        self._fresh: str | None = None
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            other = pwd.getpwnam("postgres" if any(one.pw_name == "postgres" for one in pwd.getpwall()) else "nobody")
            self._user = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []}
            os.chown(folder, other.pw_uid, other.pw_gid)
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        language = ["--locale-provider=icu", "--icu-locale=en"] if int(programs.parent.name) >= 15 else []
        self._run("initdb", "--pgdata", str(folder / "data"), "--username=machine", f"--pwfile={secret}", "--no-sync",
                  "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", *language)  # fmt: skip

    def _run(self, program: str, *arguments: str) -> None:
        argv = [str(self._programs / program), *arguments]
        done = subprocess.run(argv, cwd="/", capture_output=True, text=True, check=False, **self._user)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def start(self, **settings: str) -> None:
        """Start it and wait until it answers."""
        given = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self._folder),
            "fsync": "off",  # a killed server loses nothing by it, only a computer would
            "max_connections": "100",
            "shared_buffers": "32MB",
            **settings,
        }
        argv = [str(self._programs / "postgres"), "-D", str(self._folder / "data")]
        for name, value in given.items():
            argv += ["-c", f"{name}={value}"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                argv, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._user
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, (self._folder / "log").read_text()[-2000:]
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT breaks all connections off (fast), SIGQUIT at once and without a checkpoint, as a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def kill(self) -> None:
        """SIGKILL to the server and to each of its processes, as when memory runs out."""
        if self._process is not None:
            family = [psutil.Process(self._process.pid)]
            family += family[0].children(recursive=True)
            for one in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            self._process.wait(60)
            psutil.wait_procs(family, timeout=60)
            self._process = None

    def url(self, database: str, *, host: str = "127.0.0.1", port: int | None = None) -> str:
        """As it stands in DATABASE_URL; `host` and `port` of whatever leads to it, if not its own."""
        return f"postgresql://machine:{IN_URL}@{host}:{port or self.port}/{database}"

    def execute(self, sql: str, database: str = "postgres") -> list[Any]:
        """Run one statement, its rows if it has any."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def new_database(self) -> str:
        """The name of a new one, empty."""
        name = f"machine_{uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def fresh_database(self) -> str:
        """The name of one in the newest form with nothing in it. Always the same: making one takes a second."""
        if self._fresh is None:
            self._fresh = self.new_database()
            prepare(backend_of(SecretStr(self.url(self._fresh))), "0.1.0")
        kept = "tablename NOT IN ('alembic_version', 'machine_meta')"
        all_others = f"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND {kept}"  # noqa: S608 - ours
        names = ", ".join(row[0] for row in self.execute(all_others, self._fresh))
        with psycopg.connect(self.url(self._fresh)) as connection:
            connection.execute("SET session_replication_role = replica")  # the audit log refuses it otherwise
            connection.execute(f"TRUNCATE {names} RESTART IDENTITY".encode())
            connection.execute("DELETE FROM machine_meta WHERE key NOT LIKE 'oldest_program %'")
        return self._fresh

    def drop(self, database: str) -> None:
        """Break its connections off and remove it."""
        self.execute(f"DROP DATABASE {database} WITH (FORCE)")


@contextmanager
def private_server() -> Iterator[PostgresServer]:
    """A running server; the block's end removes it."""
    programs = binaries()
    assert programs is not None, "PostgreSQL is not installed: scripts/bootstrap --dev"
    # Not in a test's own folder: nobody but its owner comes through to those.
    folder = Path(tempfile.mkdtemp(prefix=f"machine-postgres-{getpass.getuser()}-"))
    server = PostgresServer(folder, programs)
    try:
        server.start()
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
