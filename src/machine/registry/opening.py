"""Everything that is defined under one `config/`, opened together."""

from dataclasses import dataclass
from pathlib import Path

from machine.domain.errors import StoreError
from machine.registry.config_loader import ConfigLoader
from machine.registry.schedule_registry import ScheduleRegistry
from machine.registry.skill_registry import SkillRegistry
from machine.registry.subagent_registry import SubAgentRegistry
from machine.registry.webhook_registry import WebhookRegistry


@dataclass(frozen=True)
class Definitions:
    """The loader and what it keeps up to date."""

    loader: ConfigLoader
    agents: SubAgentRegistry
    skills: SkillRegistry
    webhooks: WebhookRegistry
    schedules: ScheduleRegistry


def open_definitions(config: Path, *, model: str | None = None, allowed_tools: tuple[str, ...] = ()) -> Definitions:
    """Read all there is; `model` and `allowed_tools` as for SubAgentRegistry. Blocking. Raises StoreError."""
    skills = SkillRegistry(config)
    agents = SubAgentRegistry(config, skills, model=model, allowed_tools=allowed_tools)
    webhooks = WebhookRegistry(config)
    schedules = ScheduleRegistry(config, lambda: agents.shelf.current.active)
    loader = ConfigLoader(config, (agents.shelf, skills.shelf, webhooks.shelf, schedules.shelf))
    try:
        loader.open()
    except OSError as error:
        raise StoreError(
            f"The folder {config} cannot be used: {error.strerror or error}.", hint="Check its rights and the disk."
        ) from error
    return Definitions(loader, agents, skills, webhooks, schedules)
