"""How definitions are kept: as files where a machine works alone, in the database where it is of a fleet."""

from collections.abc import Mapping
from dataclasses import dataclass

from machine.auth.secrets import Secrets
from machine.domain.definition_version import SharedKind
from machine.engine.agent_versions import NewestAgents, Outfit, PinnedAgents, newest_outfit
from machine.engine.fleet_keeping import FleetKeeping
from machine.engine.keeping import Keeping, OnDisk
from machine.engine.shared_definitions import SharedDefinitions
from machine.ports import AgentVersions, Pokes
from machine.registry.opening import Definitions
from machine.registry.replica import Replica
from machine.settings import Settings
from machine.store.database import Database
from machine.store.definition_versions import SqlDefinitionStore
from machine.store.notes import SqlNotes


@dataclass(frozen=True)
class DefinitionKeeping:
    """What the desks write to, and what tasks get their agents from."""

    keeping: Keeping
    versions: AgentVersions
    outfit: Outfit
    shared: SharedDefinitions | None = None
    """Unset on a machine that works alone."""


def keep_definitions(
    settings: Settings,
    database: Database,
    definitions: Definitions,
    sealed: Mapping[SharedKind, Secrets],
    pokes: Pokes,
) -> DefinitionKeeping:
    """Join the parts. Nothing runs yet."""
    loader, agents, skills = definitions.loader, definitions.agents, definitions.skills
    if not settings.in_fleet:
        return DefinitionKeeping(OnDisk(loader), NewestAgents(agents), newest_outfit(agents))
    store = SqlDefinitionStore(database)
    shelves = (agents.shelf, skills.shelf, definitions.webhooks.shelf, definitions.schedules.shelf)
    shared = SharedDefinitions(
        store=store,
        replica=Replica(loader, shelves),
        loader=loader,
        sealed=sealed,
        pokes=pokes,
        notes=SqlNotes(database),
        machine_id=settings.machine_id,
    )
    pinned = PinnedAgents(agents=agents, skills=skills, shared=shared, store=store)
    return DefinitionKeeping(FleetKeeping(shared, store), pinned, pinned.outfit, shared)
