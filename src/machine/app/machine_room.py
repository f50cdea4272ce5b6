"""Everything a running machine consists of, opened in order and closed in the opposite one."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

from machine.api import ApiState
from machine.app.chat_room import build_chats
from machine.app.definition_room import build_creator
from machine.app.engine_room import EngineRoom, build_engine
from machine.app.ground import Ground, open_ground
from machine.app.health_room import DaemonHealth
from machine.app.login_room import open_login
from machine.app.metrics_room import MachineMetrics
from machine.app.notification_room import build_notifications
from machine.app.people_room import build_people
from machine.app.schedule_room import build_schedules
from machine.app.tool_room import offer_tools
from machine.app.webhook_room import build_webhooks
from machine.auth.attempts import FailedAttempts
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import Clock, utc_now
from machine.domain.redaction import Redactor
from machine.domain.version import VERSION
from machine.engine.audit import Audit
from machine.engine.budget_board import BudgetBoard
from machine.engine.disk_changes import DiskChanges
from machine.engine.logins import ClaudeLogins
from machine.engine.machine_warnings import MachineWarnings
from machine.engine.notification_desk import NotificationDesk
from machine.engine.owners import Owners
from machine.engine.task_files import TaskFiles
from machine.engine.variable_desk import VariableDesk
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
        notifications = await build_notifications(ground)
        api = _api_state(ground, engine, await open_login(ground, engine, stack), notifications)
        if ground.seat is None:
            await ground.tasks.adopt()  # one machine, one database: a changed MACHINE_ID must not strand its tasks
        _watch_over(stack, engine.membership)
        changes = _disk_changes(ground)
        await changes.since_last_time()
        stack.push_async_callback(changes.close)
        await engine.recovery.recover()
        await api.webhooks.replacing.sweep()
        _watch_over(stack, BudgetBoard(budgets=engine.day_budgets, store=ground.tasks, clock=ground.clock))
        _watch_over(stack, engine.gate, engine.idleness, engine.status_board, ground.definitions.loader)
        _watch_over(stack, notifications.notifier)
        _watch_over(stack, engine.disk.retention, api.schedules.scheduler, api.chats.attachments)
        _watch_over(stack, api.webhooks.replacing, api.webhooks.replies, engine.routing_desk)
        await asyncio.to_thread(engine.disk.files.sweep)
        stack.push_async_callback(engine.disk.backups.close)
        _watch_over(stack, engine.disk.automatic_backups)
        engine.manager.start()
        stack.push_async_callback(engine.manager.drain, 0)
        yield MachineRoom(api=api, engine=engine)


def _api_state(
    ground: Ground, engine: EngineRoom, claude_logins: ClaudeLogins, notifications: NotificationDesk
) -> ApiState:
    creator, webhooks = build_creator(ground), build_webhooks(ground, engine)
    schedules = build_schedules(ground, engine)
    offer_tools(ground, engine, creator, webhooks, schedules)
    people = build_people(ground.people, ground.clock)
    return ApiState(
        settings=ground.settings,
        version=VERSION,
        tasks=ground.tasks,
        people=ground.people,
        hub=ground.live.hub,
        manager=engine.manager,
        intake=engine.intake,
        approvals=engine.approvals,
        code=engine.code,
        files=_task_files(ground),
        plans=engine.plans,
        brain=engine.brain,
        chats=build_chats(ground),
        brain_tools=engine.brain_tools,
        day_budgets=engine.day_budgets,
        gate=engine.gate,
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
        warnings=_warnings(ground),
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
        health=DaemonHealth(ground, engine.gate),
    )


def _task_files(ground: Ground) -> TaskFiles:
    folder, agents, settling = ground.settings.workspaces_dir, ground.definitions.agents, ground.claude.settling
    if settling is None:
        return TaskFiles(folder, agents, ground.redactor)
    return TaskFiles(folder, agents, ground.redactor, open_up=settling.open_up)


def _warnings(ground: Ground) -> MachineWarnings:
    definitions = ground.definitions
    return MachineWarnings(
        own_users=ground.settings.agent_users is not None,
        is_root=os.geteuid() == 0,
        sandbox=ground.claude.sandbox,
        agents=definitions.agents,
        webhooks=definitions.webhooks,
        schedules=definitions.schedules,
        owners=Owners(ground.people),
        others=ground.live.warnings,
    )


def _disk_changes(ground: Ground) -> DiskChanges:
    audit = Audit(ground.audit, ground.clock)
    return DiskChanges(audit=audit, loader=ground.definitions.loader, variables=ground.variables, notes=ground.notes)


class _Watcher(Protocol):
    def watch(self) -> Coroutine[Any, Any, None]:
        """Goes on for as long as the machine runs."""
        ...


def _watch_over(stack: AsyncExitStack, *watchers: _Watcher) -> None:
    """Let them run until the machine closes."""
    for watcher in watchers:
        watching = spawn(watcher.watch(), name=f"{type(watcher).__name__} watch")
        stack.push_async_callback(cancel_and_wait, watching)
