"""EntityCreator: agents, skills, webhooks from a form or an upload: the same model, the same preview, the same save."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from machine.auth.secrets import Secrets
from machine.domain.agent import AgentForm, SubAgent
from machine.domain.clock import Clock
from machine.domain.definitions import Definition, DefinitionChange, Preview
from machine.domain.errors import MachineError
from machine.domain.events import AgentStatus
from machine.domain.principal import Principal
from machine.domain.skill import BRAIN, Skill, SkillForm
from machine.domain.webhook import Webhook, WebhookForm
from machine.engine.definition_desk import DefinitionDesk
from machine.engine.keeping import Keeping
from machine.engine.webhook_desk import WebhookDesk
from machine.engine.webhook_secrets import WebhookSecrets
from machine.registry.agent_files import agent_files, with_field
from machine.registry.config_loader import ConfigLoader
from machine.registry.skill_files import asked_for, skill_files
from machine.registry.skill_registry import SkillRegistry
from machine.registry.subagent_registry import SubAgentRegistry
from machine.registry.uploads import Draft, Upload, agent_from, skill_from
from machine.registry.webhook_files import webhook_files
from machine.registry.webhook_registry import WebhookRegistry

_log = logging.getLogger(__name__)

Publish = Callable[[AgentStatus], Awaitable[Any]]


class EntityCreator:
    """Creates agents, skills and webhooks; each kind has a desk of its own for all else that is done with it."""

    def __init__(
        self,
        *,
        loader: ConfigLoader,
        keeping: Keeping,
        agents: SubAgentRegistry,
        skills: SkillRegistry,
        webhooks: WebhookRegistry,
        publish: Publish,
        variables: Secrets,
        forget_triggers: Callable[[str], Awaitable[None]],
        clock: Clock,
        needed_agents: frozenset[str] = frozenset({BRAIN}),
    ) -> None:
        self._publish = publish
        self._has_variable = variables.has
        self.agents: DefinitionDesk[SubAgent] = DefinitionDesk(
            loader,
            agents.shelf,
            keeping=keeping,
            take=agent_from,
            tools=asked_for,
            remarks=self._agent_remarks,
            needed=needed_agents,
        )
        self.skills: DefinitionDesk[Skill] = DefinitionDesk(
            loader,
            skills.shelf,
            keeping=keeping,
            take=skill_from,
            tools=lambda skill: skill.allowed_tools,
            remarks=self._skill_remarks,
        )
        self.webhooks = WebhookDesk(
            loader,
            webhooks,
            keeping=keeping,
            secrets=WebhookSecrets(variables, webhooks),
            agents=lambda: frozenset(self.agents.known),
            forget=forget_triggers,
            clock=clock,
        )
        loader.listen(self.announce)

    async def create_agent(
        self, source: AgentForm | Sequence[Upload] | Draft, by: Principal, **how: Any
    ) -> Definition[SubAgent]:
        """A new agent; `how` is that of `DefinitionDesk.save`. Raises InvalidDefinition, Conflict, Forbidden."""
        return await self.agents.save(await self.agent_draft(source), by, **how)

    async def set_in_agent(self, name: str, field: str, value: object, by: Principal) -> Definition[SubAgent]:
        """Set one field of an agent's agent.yaml, or with None take it out. Raises NotFound, and as `create_agent`."""
        draft = Draft(name, with_field(self.agents.get(name).files, field, value))
        return await self.create_agent(draft, by, replace_it=True)

    async def create_skill(
        self, source: SkillForm | Sequence[Upload] | Draft, by: Principal, **how: Any
    ) -> Definition[Skill]:
        """A new skill; `how` is that of `DefinitionDesk.save`. Raises InvalidDefinition, Conflict, Forbidden."""
        return await self.skills.save(await self.skill_draft(source), by, **how)

    async def create_webhook(
        self, source: WebhookForm | Sequence[Upload] | Draft, by: Principal, **how: Any
    ) -> Definition[Webhook]:
        """A new webhook; `how` is that of `DefinitionDesk.save`. Raises InvalidDefinition, Conflict, Forbidden."""
        return await self.webhooks.save(await self.webhook_draft(source), by, **how)

    async def preview_agent(self, source: AgentForm | Sequence[Upload] | Draft, by: Principal) -> Preview:
        """What would be saved. Raises InvalidDefinition, Forbidden."""
        return await self.agents.preview(await self.agent_draft(source), by)

    async def preview_skill(self, source: SkillForm | Sequence[Upload] | Draft, by: Principal) -> Preview:
        """What would be saved. Raises InvalidDefinition, Forbidden."""
        return await self.skills.preview(await self.skill_draft(source), by)

    async def agent_draft(self, source: AgentForm | Sequence[Upload] | Draft) -> Draft:
        """Whatever it was made of, as a draft. A form leaves the other files of an agent of that name as they are."""
        if isinstance(source, AgentForm):
            files = agent_files(source.model_dump(mode="json"), before=self.agents.files_of(source.name))
            return Draft(source.name, files)
        return source if isinstance(source, Draft) else await self.agents.taken(source)

    async def skill_draft(self, source: SkillForm | Sequence[Upload] | Draft) -> Draft:
        """Whatever it was made of, as a draft. A form leaves the other files of a skill of that name as they are."""
        if isinstance(source, SkillForm):
            files = skill_files(source.model_dump(mode="json"), before=self.skills.files_of(source.name))
            return Draft(source.name, files)
        return source if isinstance(source, Draft) else await self.skills.taken(source)

    async def webhook_draft(self, source: WebhookForm | Sequence[Upload] | Draft) -> Draft:
        """Whatever it was made of, as a draft. The desk completes it: owner and, of one that is there, the secret."""
        if isinstance(source, WebhookForm):
            return Draft(source.name, webhook_files(source))
        return source if isinstance(source, Draft) else await self.webhooks.taken(source)

    async def announce(self, changes: Sequence[DefinitionChange]) -> None:
        """Tell everybody who listens what became of definitions, whoever changed them."""
        for change in changes:
            try:
                await self._publish(AgentStatus(data=change))
            except MachineError as error:
                _log.warning("could not announce a change of %s %s: %s", change.kind, change.name, error.message)

    def _agent_remarks(self, agent: SubAgent) -> list[str]:
        known = self.skills.known
        remarks = [f"There is no skill called {name} yet." for name in agent.skills if name not in known]
        return remarks + [
            f"There is no variable called {name} that can be read; tasks run without it."
            for name in agent.variables
            if not self._has_variable(name)
        ]

    def _skill_remarks(self, skill: Skill) -> list[str]:
        known = self.agents.known
        wanted = () if skill.agents == "all" else skill.agents
        return [f"There is no agent called {name} yet." for name in wanted if name not in known]
