"""Everything a running machine consists of, opened in order and closed in the opposite one."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from machine.api import ApiState
from machine.app.chat_room import build_chats
from machine.app.definition_room import build_creator
from machine.app.engine_room import EngineRoom, build_engine
from machine.app.ground import Ground, open_ground
from machine.app.health_room import DaemonHealth
from machine.app.login_room import open_login
from machine.app.machines_room import build_machines
from machine.app.metrics_room import MachineMetrics
from machine.app.notification_room import build_notifications
from machine.app.once import Once, Watcher
from machine.app.people_room import build_people
from machine.app.schedule_room import build_schedules
from machine.app.sharing import Sharing
from machine.app.tool_room import offer_tools
from machine.app.webhook_room import build_webhooks
from machine.auth.attempts import FailedAttempts
from machine.auth.secret_key import key_marks
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import Clock, utc_now
from machine.domain.command import ChangeLogin, Wish
from machine.domain.machine_status import MachineWarning
from machine.domain.principal import Principal
from machine.domain.redaction import Redactor
from machine.domain.version import VERSION
from machine.engine.audit import Audit
from machine.engine.budget_board import BudgetBoard
from machine.engine.command_work import CommandWork
from machine.engine.disk_changes import DiskChanges
from machine.engine.key_change import KeyChange
from machine.engine.login_board import LoginBoard
from machine.engine.login_elsewhere import LoginWork
from machine.engine.logins import ClaudeLogins
from machine.engine.machine_warnings import MachineWarnings
from machine.engine.machines import Machines
from machine.engine.notification_desk import NotificationDesk
from machine.engine.owners import Owners
from machine.engine.replacing import Replacing
from machine.engine.variable_desk import VariableDesk
from machine.ports import LoginSeen
from machine.settings import Settings

FAILED_SIGNATURES: Final = 20
"""From one address, a minute: what comes beyond is answered with 429. What is signed well always passes."""


@dataclass(frozen=True)
class MachineRoom:
    """A machine that works."""

    api: ApiState
    engine: EngineRoom


@asynccontextmanager
async def opened(
    settings: Settings, redactor: Redactor | None = None, *, clock: Clock = utc_now
) -> AsyncIterator[MachineRoom]:
    """Open the data folder, bring back what a former daemon left, and begin to work. Raises MachineError.

    `redactor` is told all secret values, for the log.
    """
    async with AsyncExitStack() as stack:
        ground = await open_ground(settings, stack, redactor or Redactor(), clock=clock)
        engine = build_engine(ground)
        if engine.steering.desk is not None:
            stack.callback(engine.steering.desk.close)
        notifications = build_notifications(ground)
        login = await open_login(ground, engine, stack)
        api = _api_state(ground, engine, login.logins, notifications)
        if ground.seat is None:
            await ground.tasks.adopt()  # one machine, one database: a changed MACHINE_ID must not strand its tasks
        _watch_over(stack, engine.membership)
        changes = _disk_changes(ground)
        await changes.since_last_time()
        stack.push_async_callback(changes.close)
        if (shared := ground.kept.shared) is not None:
            await shared.join()
            _watch_over(stack, shared)
        if settings.runs_tasks:
            await engine.recovery.recover()
        if ground.sharing is None:  # in a fleet it is done once, and what is to be stopped may be elsewhere
            await api.webhooks.replacing.sweep()
        await asyncio.to_thread(engine.disk.files.sweep)
        stack.push_async_callback(engine.disk.backups.close)
        # These are safe in any number of processes: each changes what it took from the database for itself, or looks at
        # files of its own.
        _watch_over(stack, ground.definitions.loader, api.chats.attachments, api.webhooks.replacing)
        _watch_over(stack, *_for_all(ground, engine, api))
        if ground.seat is not None:
            _watch_over(stack, ground.facts, *_key_change(ground))
        if engine.work_bell is not None:
            _watch_over(stack, engine.work_bell)
        _watch_over(stack, *login.watchers)
        if engine.fleet_login is not None and settings.serves_people:
            _watch_over(stack, engine.fleet_login)
        if settings.runs_tasks:
            _run_tasks(stack, ground, engine, login.work)
        stack.push_async_callback(engine.manager.drain, 0)
        yield MachineRoom(api=api, engine=engine)


def _for_all(ground: Ground, engine: EngineRoom, api: ApiState) -> Sequence[Watcher]:
    """What has to be done once, whoever is up: in a fleet by who has the duty."""
    notes = ground.sharing.notes if ground.sharing else ground.notes
    board = BudgetBoard(budgets=engine.day_budgets, store=ground.tasks, notes=notes, clock=ground.clock)
    house = (board, engine.status_board, api.notifications.notifier, api.schedules.scheduler, api.webhooks.replies)
    if ground.sharing is None or engine.fleet_login is None:
        return house
    login = LoginBoard(login=engine.fleet_login, store=ground.tasks, notes=notes)
    return (_once(ground.sharing, "the house", *house, login, Leftovers(api.webhooks.replacing)),)


def _run_tasks(stack: AsyncExitStack, ground: Ground, engine: EngineRoom, logins: LoginWork | None) -> None:
    """What belongs to who starts CLIs: its login, its tasks and their folders, its queue."""
    _watch_over(stack, engine.gate, engine.idleness, engine.disk.retention, engine.routing_desk)
    _watch_over(stack, engine.clearing)
    if (sharing := ground.sharing) is not None:

        async def perform(wish: Wish, caller: Principal | None) -> Any:
            if isinstance(wish, ChangeLogin) and logins is not None:
                return await logins.perform(wish, caller)
            return await engine.steering.here(wish, caller)

        machine_id = ground.settings.machine_id
        work = CommandWork(store=sharing.commands, pokes=sharing.pokes, machine_id=machine_id, perform=perform)
        _watch_over(stack, work)
    else:  # a backup is of the data folder; where the truth lies elsewhere, it would be of the lesser part
        _watch_over(stack, engine.disk.automatic_backups)
    engine.manager.start()


def _key_change(ground: Ground) -> Sequence[Watcher]:
    """Where the key is one that all are given; a key file is each machine's own."""
    settings, sharing = ground.settings, ground.sharing
    if sharing is None or settings.secret_key is None or sharing.key_trouble is not None:
        return ()
    marks = key_marks(settings.secret_key, settings.secret_key_file)
    sealed = (ground.variables, ground.channels)
    return [KeyChange(mark=mark, fleet=sharing.keys, sealed=sealed, login=sharing.login) for mark in marks[:1]]


def _once(sharing: Sharing, name: str, *watchers: Watcher) -> Once:
    return Once(sharing.duties, name=name, holder=sharing.process_id, watchers=watchers)


def _api_state(
    ground: Ground, engine: EngineRoom, claude_logins: ClaudeLogins, notifications: NotificationDesk
) -> ApiState:
    creator, webhooks = build_creator(ground), build_webhooks(ground, engine)
    schedules, machines = build_schedules(ground, engine), build_machines(ground, engine)
    offer_tools(ground, engine, creator, webhooks, schedules)
    people = build_people(ground.people, ground.clock)
    warnings = _warnings(ground, machines)
    ground.facts.ask(lambda: engine.disk.desk.held_back, warnings.own)
    return ApiState(
        settings=ground.settings,
        version=VERSION,
        tasks=ground.tasks,
        people=ground.people,
        hub=ground.live.hub,
        manager=engine.manager,
        steering=engine.steering,
        intake=engine.intake,
        plans=engine.plans,
        brain=engine.brain,
        chats=build_chats(ground),
        brain_tools=engine.brain_tools,
        day_budgets=engine.day_budgets,
        login=engine.fleet_login or engine.gate,
        claude_logins=claude_logins,
        agents=ground.definitions.agents,
        creator=creator,
        corrections=engine.corrections(creator=creator),
        webhooks=webhooks,
        disk=engine.disk.desk,
        backups=engine.disk.backups,
        metrics=MachineMetrics(ground, engine, ground.meter),
        schedules=schedules,
        owners=Owners(ground.people),
        warnings=warnings,
        machines=machines,
        notifications=notifications,
        variables=VariableDesk(ground.variables, ground.definitions.agents, ground.definitions.webhooks),
        redactor=ground.redactor,
        failed_signatures=FailedAttempts(ground.clock, most=FAILED_SIGNATURES, per_second=FAILED_SIGNATURES / 60),
        authenticator=people.authenticator,
        accounts=people.accounts,
        sign_in=people.sign_in,
        audit=Audit(ground.audit, ground.clock),
        clock=ground.clock,
        sandbox=ground.claude.sandbox,
        health=DaemonHealth(ground, _seen_here(ground, engine)),
    )


def _warnings(ground: Ground, machines: Machines) -> MachineWarnings:
    definitions = ground.definitions
    return MachineWarnings(
        runs_agents=ground.settings.runs_tasks,
        own_users=ground.settings.agent_users is not None,
        is_root=os.geteuid() == 0,
        sandbox=ground.claude.sandbox,
        agents=definitions.agents,
        webhooks=definitions.webhooks,
        schedules=definitions.schedules,
        owners=Owners(ground.people),
        machines=machines,
        others=partial(_other_warnings, ground),
    )


def _other_warnings(ground: Ground) -> tuple[MachineWarning, ...]:
    trouble = ground.sharing.key_trouble if ground.sharing else None
    if trouble is None:
        return ground.live.warnings()
    told = MachineWarning(code="secret_key_differs", message=trouble.message, hint=trouble.hint)
    return (*ground.live.warnings(), told)


def _disk_changes(ground: Ground) -> DiskChanges:
    audit = Audit(ground.audit, ground.clock)
    return DiskChanges(
        audit=audit,
        loader=ground.definitions.loader,
        variables=ground.variables,
        notes=ground.notes,
        machine_id=ground.settings.machine_id if ground.sharing else None,
    )


class Leftovers:
    """Tasks that are replaced, and that a process was to stop which is gone."""

    def __init__(self, replacing: Replacing) -> None:
        self._replacing = replacing

    async def watch(self) -> None:
        await self._replacing.look_after_others()


def _seen_here(ground: Ground, engine: EngineRoom) -> LoginSeen:
    """The login of this machine; of all, where it needs none itself."""
    fleet = engine.fleet_login
    return engine.gate if ground.settings.runs_tasks or fleet is None else fleet


def _watch_over(stack: AsyncExitStack, *watchers: Watcher) -> None:
    """Let them run until the machine closes."""
    for watcher in watchers:
        watching = spawn(watcher.watch(), name=f"{type(watcher).__name__} watch")
        stack.push_async_callback(cancel_and_wait, watching)
