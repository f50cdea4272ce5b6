"""Daemons that start before their database does, and at the same time as each other."""

import asyncio
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.support.daemon import DaemonProcess
from tests.support.postgres import PASSWORD, PostgresServer

from machine.domain.errors import StoreError
from machine.store import opening
from machine.store.opening import wait_for

WAITS = "waiting up to 60 s for the database"


@contextmanager
def away(server: PostgresServer) -> Iterator[None]:
    """Whatever happens, it is back afterwards: other tests use it."""
    server.stop()
    try:
        yield
    finally:
        server.start()


def a_daemon(folder: Path, name: str, url: str) -> DaemonProcess:
    return DaemonProcess(folder / name, extra_env={"DATABASE_URL": url, "MACHINE_ID": name, "LOG_FORMAT": "json"})


def until_it_waits(daemon: DaemonProcess) -> None:
    deadline = time.monotonic() + 30
    while WAITS not in daemon.log_text():
        assert time.monotonic() < deadline, daemon.log_text()
        time.sleep(0.05)


@pytest.mark.timeout(180)
def test_two_daemons_wait_for_a_new_database_and_make_it_once(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.daemon.START_SECONDS", 90.0)
    name = postgres.new_database()
    daemons = [a_daemon(tmp_path, one, postgres.url(name)) for one in ("w1", "w2")]
    try:
        with ThreadPoolExecutor(2) as threads:
            with away(postgres):
                launched = [threads.submit(daemon.launch) for daemon in daemons]
                for daemon in daemons:
                    until_it_waits(daemon)
            for one in launched:
                one.result()
        for daemon in daemons:
            assert daemon.log_text().count(WAITS) == 1, "it is said once"
            assert "answers" in daemon.log_text()
            assert PASSWORD not in daemon.log_text()
        assert postgres.execute("SELECT version_num FROM alembic_version", name) == [(opening.REVISIONS[-1],)]
        first = daemons[0].post("/api/tasks", {"message": "demo:edit"})["task_id"]
        assert daemons[1].get(f"/api/tasks/{first}")["task_id"] == first
    finally:
        for daemon in daemons:
            if daemon.process is not None:
                daemon.terminate()
        postgres.drop(name)


def test_a_daemon_that_waits_for_its_database_ends_when_it_is_told_to(
    postgres: PostgresServer, postgres_url: SecretStr, tmp_path: Path
) -> None:
    daemon = a_daemon(tmp_path, "w1", postgres_url.get_secret_value())
    with away(postgres), ThreadPoolExecutor(1) as threads:
        launched = threads.submit(daemon.launch)
        until_it_waits(daemon)
        daemon.send(signal.SIGTERM)
        assert daemon.wait() == 0
        with pytest.raises(AssertionError, match="ended with 0 before it was healthy"):
            launched.result()


async def test_waiting_has_an_end(postgres: PostgresServer) -> None:
    url = SecretStr(postgres.url("postgres").replace(f":{postgres.port}/", ":1/"))
    with pytest.raises(StoreError, match="does not answer"):
        await wait_for(url, 0.3, asyncio.Event())


async def test_a_wrong_password_is_no_reason_to_wait(postgres: PostgresServer) -> None:
    url = SecretStr(postgres.url("postgres").replace("machine:", "nobody:"))
    async with asyncio.timeout(20):
        with pytest.raises(StoreError, match="does not accept the password"):
            await wait_for(url, 600, asyncio.Event())
