"""Everything a running machine consists of, opened in order and closed in the opposite one."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from machine.api import ApiState
from machine.app.definition_room import build_creator
from machine.app.engine_room import EngineRoom, build_engine
from machine.app.ground import Ground, open_ground
from machine.app.schedule_room import build_schedules
from machine.app.webhook_room import build_webhooks
from machine.auth.people import Authenticator
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import Clock, utc_now
from machine.domain.redaction import Redactor
from machine.domain.version import VERSION
from machine.engine.delivery_pruning import DeliveryPruning
from machine.engine.variable_desk import VariableDesk
from machine.settings import Settings


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
        api = _api_state(ground, engine)
        await ground.tasks.adopt()  # one machine, one database: a changed MACHINE_ID must not strand its tasks
        await engine.recovery.recover()
        _watch_over(stack, engine.gate, engine.idleness, engine.status_board, ground.definitions.loader)
        pruning = DeliveryPruning(ground.deliveries, ground.clock)
        _watch_over(stack, pruning, api.schedules.scheduler, api.webhooks.replies)
        engine.manager.start()
        stack.push_async_callback(engine.manager.drain, 0)
        yield MachineRoom(api=api, engine=engine)


def _api_state(ground: Ground, engine: EngineRoom) -> ApiState:
    return ApiState(
        settings=ground.settings,
        version=VERSION,
        tasks=ground.tasks,
        people=ground.people,
        hub=ground.hub,
        manager=engine.manager,
        intake=engine.intake,
        approvals=engine.approvals,
        brain=engine.brain,
        gate=engine.gate,
        agents=ground.definitions.agents,
        creator=build_creator(ground),
        webhooks=build_webhooks(ground, engine),
        schedules=build_schedules(ground, engine),
        variables=VariableDesk(ground.variables, ground.definitions.agents, ground.definitions.webhooks),
        redactor=ground.redactor,
        authenticator=Authenticator(ground.people),
        clock=ground.clock,
        sandbox=ground.claude.sandbox,
    )


class _Watcher(Protocol):
    def watch(self) -> Coroutine[Any, Any, None]:
        """Goes on for as long as the machine runs."""
        ...


def _watch_over(stack: AsyncExitStack, *watchers: _Watcher) -> None:
    """Let them run until the machine closes."""
    for watcher in watchers:
        watching = spawn(watcher.watch(), name=f"{type(watcher).__name__} watch")
        stack.push_async_callback(cancel_and_wait, watching)
