"""The daemon: one process, from the first line of its log to the last."""

import asyncio
import ctypes
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager

import click
import uvicorn

from machine.api import create_api
from machine.api.http_protocol import PromptHttpProtocol
from machine.api.ws_protocol import PromptWebSocketProtocol
from machine.app.data_folder import announced, held, prepare
from machine.app.environment import cut_down_process
from machine.app.logs import set_up_logging
from machine.app.machine_room import MachineRoom, opened
from machine.app.offline import url_of
from machine.domain.aio import spawn
from machine.domain.errors import MachineError
from machine.domain.redaction import Redactor
from machine.domain.version import VERSION
from machine.settings import Settings
from machine.store.opening import wait_for

EXIT_OK, EXIT_FAILED = 0, 1
PR_SET_DUMPABLE = 4
CLOSE_SECONDS = 5
DATABASE_SECONDS = 60
GC_YOUNG_OBJECTS = 10_000

_log = logging.getLogger(__name__)


def serve(settings: Settings) -> int:
    """Run the daemon until it is told to end; returns the exit code. Faults are one sentence on stderr."""
    redactor = Redactor()
    redactor.know("settings", settings.secret_values)
    set_up_logging(settings, redactor)
    cut_down_process()
    _close_to_others()
    try:
        prepare(settings)
        with held(settings), _listening(settings) as listener:
            asyncio.run(_run(settings, listener, redactor))
    except MachineError as error:
        click.echo(f"{error.message} {error.hint}".strip(), err=True)
        return EXIT_FAILED
    return EXIT_OK


async def _run(settings: Settings, listener: socket.socket, redactor: Redactor) -> None:
    stop, hurry = asyncio.Event(), asyncio.Event()
    _heed_signals(stop, hurry)
    await wait_for(settings.database, DATABASE_SECONDS, stop)
    if stop.is_set():
        return
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})  # it may have been any free one
    url = url_of(settings.host, settings.port)
    async with AsyncExitStack() as stack:
        room = await stack.enter_async_context(opened(settings, redactor))
        server = _Server(_uvicorn_config(room))
        serving = spawn(server.serve(sockets=[listener]), name="http server")
        await asyncio.wait([serving, spawn(server.started_once.wait(), name="start")], return_when=_FIRST)
        _check_serving(serving)
        stack.enter_context(announced(settings, url=url, version=VERSION, token=await _own_token(room)))
        await _greet(settings, room, url)
        _spare_collector()
        await asyncio.wait([serving, spawn(stop.wait(), name="stop signal")], return_when=_FIRST)
        _check_serving(serving)
        await _drain(settings, room, hurry)
        server.should_exit = True
        await asyncio.wait([serving], timeout=CLOSE_SECONDS)
    _log.info("the daemon has ended")


def _spare_collector() -> None:
    """Let the garbage collector leave alone what stays for good, and look less often at what is new.

    Each of its full passes walked all that was ever imported: under a load of deliveries an eighth of the processor
    time, and pauses of 100 ms.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_YOUNG_OBJECTS, 20, 20)


def _check_serving(serving: asyncio.Task[None]) -> None:
    if serving.done():
        raise MachineError("The HTTP server has ended by itself.", hint="Its log says why.") from serving.exception()


async def _drain(settings: Settings, room: MachineRoom, hurry: asyncio.Event) -> None:
    """Let running tasks finish for a bounded time, less when told twice; what still runs is parked and resumes."""
    _log.info("shutting down: running tasks have %g seconds, then they are parked", settings.drain_seconds)
    room.engine.manager.stop_claiming()
    done = spawn(room.engine.manager.drain(settings.drain_seconds), name="drain")
    hurried = spawn(hurry.wait(), name="second signal")
    await asyncio.wait([done, hurried], return_when=asyncio.FIRST_COMPLETED)
    if not done.done():
        await room.engine.manager.drain(0)
    hurried.cancel()
    await asyncio.wait([done])


async def _own_token(room: MachineRoom) -> str:
    """A fresh token for the command line of this data folder; the former daemon's own is revoked."""
    settings, administrator = room.api.settings, await room.api.people.local_administrator()
    name = f"command line of {settings.machine_id}" if settings.in_fleet else _OWN_TOKEN_NAME
    for old in await room.api.people.tokens(administrator.user_id):
        if old.name == name and old.revoked_at is None:
            await room.api.authenticator.revoke_token(old.token_id)
    _, secret = await room.api.authenticator.new_token(administrator.user_id, name)
    return secret


async def _greet(settings: Settings, room: MachineRoom, url: str) -> None:
    if not settings.serves_people:
        click.echo(f"\n  claude-code-agent {VERSION} works on tasks as {settings.machine_id}: {url}/healthz\n")
        return
    link = await room.api.authenticator.new_link(settings.public_url or url)
    demo = "  This is the demo: no real model is asked, nothing costs anything.\n" if settings.demo else ""
    click.echo(
        f"\n  claude-code-agent {VERSION} works at {url}\n{demo}\n  Open this link within 15 minutes to log in:\n"
        f'  {link}\n\n  A fresh link: machine login-link      In a terminal: machine run "…"\n',
    )


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    """The port, before anything else is opened: a port in use must not cost a migration or a recovery."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise MachineError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}.",
            hint="Another program may be using the port: give another one with --port.",
        ) from error
    with listener:
        # Passed on to every connection: asyncio does it only for sockets of its own making, and without it an answer
        # on a kept connection waits 40 ms for the other side's delayed acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield listener


def _uvicorn_config(room: MachineRoom) -> uvicorn.Config:
    return uvicorn.Config(
        create_api(room.api),
        http=PromptHttpProtocol,
        ws=PromptWebSocketProtocol,
        proxy_headers=False,  # nobody chooses the address that wrong secrets are counted for
        loop="asyncio",  # uvloop forks CLIs four times slower
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=CLOSE_SECONDS,
        ws_max_size=1024 * 1024,
        ws_per_message_deflate=False,
        backlog=2048,
    )


class _Server(uvicorn.Server):
    """Uvicorn without its own signal handlers: what a signal means is decided here."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.started_once = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.started_once.set()


def _heed_signals(stop: asyncio.Event, hurry: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def told() -> None:
        (hurry if stop.is_set() else stop).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)


def _close_to_others() -> None:
    """Close this process's memory and environment to other processes of its user (Linux; root sees all the same)."""
    os.umask(0o077)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


_FIRST = asyncio.FIRST_COMPLETED
_OWN_TOKEN_NAME = "command line of this data folder"  # noqa: S105 - a name, not a secret
