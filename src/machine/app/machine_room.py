"""Everything a running machine consists of, opened in order and closed in the opposite one."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from machine.api import ApiState
from machine.app.data_folder import instance_of
from machine.app.engine_room import EngineRoom, build_engine
from machine.app.webhook_room import build_webhooks
from machine.auth.people import Authenticator
from machine.claude.cli import ClaudeCli
from machine.claude.installation import Installation
from machine.claude.wardens import Wardens
from machine.demo import DEMO_ALLOWED_TOOLS, MODEL_NAME, DemoModel, ModelServer
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.clock import utc_now
from machine.domain.version import VERSION
from machine.engine.delivery_pruning import DeliveryPruning
from machine.engine.entity_creator import EntityCreator
from machine.hub import EventHub
from machine.registry.opening import Definitions, open_definitions
from machine.settings import Settings
from machine.store.deliveries import SqlDeliveryStore
from machine.store.opening import open_database
from machine.store.people import SqlPeopleStore
from machine.store.task_store import SqlTaskStore


@dataclass(frozen=True)
class MachineRoom:
    """A machine that works."""

    api: ApiState
    engine: EngineRoom


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[MachineRoom]:
    """Open the data folder, bring back what a former daemon left, and begin to work. Raises MachineError."""
    async with AsyncExitStack() as stack:
        hub = EventHub()
        database = await open_database(settings.database_file, VERSION, on_committed=hub.publish)
        stack.push_async_callback(database.close)
        store = SqlTaskStore(database, machine_id=settings.machine_id)
        people = SqlPeopleStore(database)
        claude, definitions = await _claude(settings, stack)
        agents = definitions.agents
        deliveries = SqlDeliveryStore(database)
        engine = build_engine(
            settings, store=store, deliveries=deliveries, hub=hub, claude=claude, agents=agents, clock=utc_now
        )
        webhooks = build_webhooks(definitions, engine, deliveries=deliveries, tasks=store, people=people, clock=utc_now)
        creator = EntityCreator(
            loader=definitions.loader,
            agents=agents,
            skills=definitions.skills,
            publish=store.publish,
            needed_agents=frozenset({"brain", settings.default_agent}),
        )
        await store.adopt()  # one machine, one database: a changed MACHINE_ID must not strand its tasks
        await engine.recovery.recover()
        pruning = DeliveryPruning(deliveries, utc_now)
        for watcher in (engine.gate, engine.idleness, engine.status_board, definitions.loader, pruning):
            watching = spawn(watcher.watch(), name=f"{type(watcher).__name__} watch")
            stack.push_async_callback(cancel_and_wait, watching)
        engine.manager.start()
        stack.push_async_callback(engine.manager.drain, 0)
        api = ApiState(
            settings=settings,
            version=VERSION,
            tasks=store,
            people=people,
            hub=hub,
            manager=engine.manager,
            intake=engine.intake,
            approvals=engine.approvals,
            brain=engine.brain,
            gate=engine.gate,
            agents=agents,
            creator=creator,
            webhooks=webhooks,
            authenticator=Authenticator(people),
            clock=utc_now,
        )
        yield MachineRoom(api=api, engine=engine)


async def _claude(settings: Settings, stack: AsyncExitStack) -> tuple[ClaudeCli, Definitions]:
    """The CLI, for real or against the demo model, and the agents that go with it."""
    extra: dict[str, str] = {}
    if settings.demo:
        url = await stack.enter_async_context(ModelServer(DemoModel(default_agent=settings.default_agent)).serve())
        extra = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "demo-model-needs-no-key"}
    wardens = await stack.enter_async_context(Wardens(settings.run_dir / "wardens.sock"))
    return await asyncio.to_thread(_read_definitions, settings, wardens, extra)


def _read_definitions(settings: Settings, wardens: Wardens, extra: dict[str, str]) -> tuple[ClaudeCli, Definitions]:
    """What has to be read from files. Blocking."""
    installation = Installation.from_settings(settings, os.environ, instance=instance_of(settings), extra=extra)
    demo: dict[str, Any] = {"model": MODEL_NAME, "allowed_tools": DEMO_ALLOWED_TOOLS} if settings.demo else {}
    return ClaudeCli(installation, wardens), open_definitions(settings.data_dir / "config", **demo)
