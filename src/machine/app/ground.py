"""What every part of a machine stands on: the data folder's stores, the definitions, Claude Code, the hub."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from machine.app.agent_users import open_settling
from machine.app.data_folder import instance_of
from machine.app.fleet_room import take_seat
from machine.app.live_room import Live, join_fleet, open_live
from machine.app.own_facts import OwnFacts
from machine.app.shared_folder import open_shared
from machine.app.sharing import Sharing, fleet_keys, open_sharing
from machine.app.sharing_definitions import DefinitionKeeping, keep_definitions
from machine.auth.fleet_keys import FleetKeys
from machine.auth.secrets import Secrets, open_secrets
from machine.claude.cli import ClaudeCli
from machine.claude.installation import Installation
from machine.claude.sandbox import probe
from machine.claude.settling import Settling
from machine.claude.wardens import Wardens
from machine.demo import DEMO_ALLOWED_TOOLS, MODEL_NAME, DemoModel, ModelServer
from machine.disk import DataFolders
from machine.domain.clock import Clock, utc_now
from machine.domain.code import REPO_FOLDER
from machine.domain.definition_version import SharedKind
from machine.domain.errors import SandboxMissing, StoreError
from machine.domain.events import StoredEvent
from machine.domain.redaction import Redactor
from machine.domain.version import VERSION
from machine.engine.seat import Seat
from machine.git import GitRepositories
from machine.metrics import Meter
from machine.outgoing import HttpOutgoing
from machine.ports import Sandbox
from machine.registry.opening import Definitions, open_definitions
from machine.settings import Settings
from machine.shared import SharedFiles
from machine.store.audit import SqlAuditStore
from machine.store.budgets import SqlBudgetStore
from machine.store.chats import SqlChatStore
from machine.store.database import Database
from machine.store.deliveries import SqlDeliveryStore
from machine.store.notes import SqlNotes
from machine.store.notifications import SqlNotificationStore
from machine.store.opening import open_database
from machine.store.past import Past
from machine.store.people import SqlPeopleStore
from machine.store.replies import SqlReplyStore
from machine.store.schedules import SqlScheduleStore
from machine.store.snapshots import SqlSnapshotStore
from machine.store.task_store import SqlTaskStore

_ELSEWHERE: Final = Sandbox(state="off", message="Agents run on the workers.")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ground:
    """The adapters. Nothing here decides anything."""

    settings: Settings
    live: Live
    database: Database
    meter: Meter
    tasks: SqlTaskStore
    chats: SqlChatStore
    people: SqlPeopleStore
    audit: SqlAuditStore
    budgets: SqlBudgetStore
    notes: SqlNotes
    deliveries: SqlDeliveryStore
    schedules: SqlScheduleStore
    replies: SqlReplyStore
    notifications: SqlNotificationStore
    past: Past
    disk: DataFolders
    claude: ClaudeCli
    definitions: Definitions
    kept: DefinitionKeeping
    repositories: GitRepositories
    variables: Secrets
    channels: Secrets
    """Addresses of channels. Not among the variables: no agent may ever be given one of these."""
    snapshots: SqlSnapshotStore
    shared: SharedFiles | None
    """Unset: conversations stay on the machine on which they began."""
    outgoing: HttpOutgoing
    redactor: Redactor
    clock: Clock
    seat: Seat | None
    """This machine's in its fleet; None: it is alone."""
    facts: OwnFacts
    """What it says of itself to its fleet."""
    sharing: Sharing | None
    """Unset on a machine that works alone."""


async def open_ground(
    settings: Settings, stack: AsyncExitStack, redactor: Redactor, *, clock: Clock = utc_now
) -> Ground:
    """Open everything; `stack` closes it, `redactor` is told all secret values. Raises MachineError."""
    live, meter = await open_live(settings), Meter()
    database = await open_database(settings.database, VERSION, on_committed=_told(meter, live))
    stack.push_async_callback(database.close)
    facts = OwnFacts(settings, live)
    seat = await take_seat(settings, database, facts, stack)
    keys = await fleet_keys(settings, database) if seat is not None else None
    tasks = SqlTaskStore(database, machine_id=settings.machine_id, clock=clock, in_fleet=settings.in_fleet)
    await join_fleet(live, tasks, SqlNotes(database), stack)
    claude, definitions = await _claude(settings, stack, seat)
    variables = await asyncio.to_thread(_open_variables, settings, redactor, keys)
    channels = await asyncio.to_thread(_open_channels, settings, redactor, clock, keys)
    sealed = {SharedKind.VARIABLE: variables, SharedKind.CHANNEL: channels}
    outgoing = HttpOutgoing()
    stack.push_async_callback(outgoing.close)
    return Ground(
        settings=settings,
        live=live,
        meter=meter,
        tasks=tasks,
        database=database,
        chats=SqlChatStore(database),
        people=SqlPeopleStore(database),
        audit=SqlAuditStore(database),
        budgets=SqlBudgetStore(database, clock=clock),
        notes=SqlNotes(database, of=settings.machine_id if settings.in_fleet else None),
        deliveries=SqlDeliveryStore(database),
        schedules=SqlScheduleStore(database),
        replies=SqlReplyStore(database),
        notifications=SqlNotificationStore(database),
        past=Past(database),
        disk=_disk(settings, claude.settling),
        claude=claude,
        definitions=definitions,
        kept=keep_definitions(settings, database, definitions, sealed, live.pokes),
        repositories=await asyncio.to_thread(_open_repositories, settings, claude.settling),
        snapshots=SqlSnapshotStore(database),
        shared=await asyncio.to_thread(open_shared, settings, claude.settling),
        outgoing=outgoing,
        variables=variables,
        channels=channels,
        redactor=redactor,
        clock=clock,
        seat=seat,
        facts=facts,
        sharing=await open_sharing(settings, database, keys, live.pokes, clock=clock, redactor=redactor),
    )


def _told(meter: Meter, live: Live) -> Callable[[Sequence[StoredEvent]], None]:
    def committed(events: Sequence[StoredEvent]) -> None:
        meter.heed(events)
        live.publish(events)

    return committed


def _disk(settings: Settings, settling: Settling | None) -> DataFolders:
    if settling is None:
        return DataFolders(settings.data_dir)
    return DataFolders(settings.data_dir, open_up=settling.open_up, empty=settling.empty)


def _open_repositories(settings: Settings, settling: Settling | None) -> GitRepositories:
    """Blocking. Raises StoreError."""

    def open_up(workspace: str) -> None:
        if settling is not None and (user := settling.users.user_of(workspace)) is not None:
            settling.users.open_up(settings.workspaces_dir / workspace / REPO_FOLDER, user)

    made = GitRepositories(
        settings.repos_dir,
        settings.workspaces_dir,
        environ=os.environ,
        instance=instance_of(settings),
        open_up=open_up,
    )
    try:
        made.prepare()
    except OSError as error:
        raise StoreError(
            f"The folder {settings.repos_dir} cannot be used: {error.strerror or error}.",
            hint="Give the user that runs the machine the right to write in its data folder.",
        ) from error
    return made


async def _claude(settings: Settings, stack: AsyncExitStack, seat: Seat | None) -> tuple[ClaudeCli, Definitions]:
    """The CLI, for real or against the demo model, and the agents that go with it."""
    extra: dict[str, str] = {}
    if settings.demo and settings.runs_tasks:
        url = await stack.enter_async_context(ModelServer(DemoModel(default_agent=settings.default_agent)).serve())
        extra = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "demo-model-needs-no-key"}
    wardens = await stack.enter_async_context(_wardens(settings.run_dir / "wardens.sock", seat))
    return await asyncio.to_thread(_read_definitions, settings, wardens, extra)


def _wardens(path: Path, seat: Seat | None) -> Wardens:
    """In a fleet they hear from this daemon for as long as it is sure of its lease."""
    if seat is None:
        return Wardens(path)
    lease = seat.lease
    return Wardens(path, heartbeat_seconds=lease.wardens_seconds, may_beat=lambda _run_id: lease.may_beat)


def _read_definitions(settings: Settings, wardens: Wardens, extra: dict[str, str]) -> tuple[ClaudeCli, Definitions]:
    """What has to be read from files. Blocking."""
    found = Installation.from_settings(settings, os.environ, instance=instance_of(settings), extra=extra)
    installation = found.model_copy(update={"sandbox": _sandbox(settings) if settings.runs_tasks else _ELSEWHERE})
    demo: dict[str, Any] = {"model": MODEL_NAME, "allowed_tools": DEMO_ALLOWED_TOOLS} if settings.demo else {}
    settling = open_settling(settings, installation)
    return ClaudeCli(installation, wardens, settling), open_definitions(settings.data_dir / "config", **demo)


def _sandbox(settings: Settings) -> Sandbox:
    """Whether commands of agents are kept in. Blocking. Raises SandboxMissing where nothing else will do."""
    sandbox = probe(settings.sandbox)
    if sandbox.active:
        return sandbox
    if settings.sandbox == "required":
        raise SandboxMissing(f"MACHINE_SANDBOX is `required`, but {sandbox.message}", hint=sandbox.hint)
    whose = "their own user" if settings.agent_users else "this user"
    _log.warning("commands of agents run without a sandbox and can reach all that %s can: %s", whose, sandbox.message)
    return sandbox


def _open_variables(settings: Settings, redactor: Redactor, keys: FleetKeys | None) -> Secrets:
    """Blocking. Whatever is wrong with them, the machine works without."""
    redactor.know("settings", settings.secret_values)
    return open_secrets(
        settings.variables_dir,
        key=settings.secret_key,
        key_file=settings.secret_key_file,
        clock=utc_now,
        redactor=redactor,
        fleet=keys,
    )


def _open_channels(settings: Settings, redactor: Redactor, clock: Clock, keys: FleetKeys | None) -> Secrets:
    """Blocking."""
    return open_secrets(
        settings.credentials_dir / "channels",
        key=settings.secret_key,
        key_file=settings.secret_key_file,
        clock=clock,
        redactor=redactor,
        kind="channels",
        fleet=keys,
    )
