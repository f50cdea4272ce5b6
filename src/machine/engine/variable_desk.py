"""What people do with variables: set, import, delete, and see who names them. Never read them."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from machine.auth.secrets import Secrets
from machine.domain.errors import Forbidden, MachineError
from machine.domain.principal import Principal
from machine.domain.variable import Variable
from machine.engine.env_file import Refusal, read_env_file
from machine.registry.subagent_registry import SubAgentRegistry
from machine.registry.webhook_registry import WebhookRegistry

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NamedVariable:
    """A variable, and the agents and webhooks that name it."""

    variable: Variable
    agents: tuple[str, ...]
    webhooks: tuple[str, ...]


@dataclass(frozen=True)
class Import:
    """What became of a file, or would; names only."""

    new: tuple[str, ...]
    replaced: tuple[str, ...]
    kept: tuple[str, ...]
    """There already, and `replace_them` was not said."""
    refused: tuple[Refusal, ...]


class VariableDesk:
    """For administrators; each method raises Forbidden for others."""

    def __init__(self, secrets: Secrets, agents: SubAgentRegistry, webhooks: WebhookRegistry) -> None:
        self._secrets = secrets
        self._agents = agents
        self._webhooks = webhooks

    @property
    def trouble(self) -> MachineError | None:
        """Why no value can be read or written; None when they can."""
        return self._secrets.trouble

    def all(self, by: Principal) -> tuple[NamedVariable, ...]:
        """All there are, by name."""
        check_administrator(by)
        return tuple(self._named(variable) for variable in self._secrets.all())

    async def set(self, name: str, value: str, by: Principal) -> NamedVariable:
        """Raises BadRequest, KeyUnusable, StoreError."""
        check_administrator(by)
        (variable,) = await self._secrets.set({name: value}, by=by.user_id)
        _log.info("variable %s was set by %s", name, by.user_id)
        return self._named(variable)

    async def delete(self, name: str, by: Principal) -> None:
        """Raises NotFound, StoreError."""
        check_administrator(by)
        await self._secrets.delete(name)
        _log.info("variable %s was deleted by %s", name, by.user_id)

    async def take_file(self, content: bytes, by: Principal, *, preview: bool, replace_them: bool) -> Import:
        """Set what a `.env` file sets; with `preview`, only say what that would be.

        Raises BadRequest, KeyUnusable, StoreError.
        """
        check_administrator(by)
        read = await asyncio.to_thread(read_env_file, content)
        there = {variable.name for variable in self._secrets.all()}
        new = [name for name in read.values if name not in there]
        old = [name for name in read.values if name in there]
        taken: Mapping[str, str] = {name: read.values[name] for name in (*new, *(old if replace_them else ()))}
        if taken and not preview:
            await self._secrets.set(taken, by=by.user_id)
            _log.info("%d variables were imported by %s", len(taken), by.user_id)
        replaced, kept = (old, []) if replace_them else ([], old)
        return Import(tuple(new), tuple(replaced), tuple(kept), read.refused)

    def _named(self, variable: Variable) -> NamedVariable:
        name = variable.name
        agents = [found.name for found in self._agents.shelf.current.known.values() if name in found.model.variables]
        webhooks = [
            found.name
            for found in self._webhooks.all()
            if name == found.model.secret_ref or (found.model.reply and name == found.model.reply.token_ref)
        ]
        return NamedVariable(variable, tuple(agents), tuple(webhooks))


def check_administrator(by: Principal) -> None:
    """Raises Forbidden."""
    if not by.is_administrator:
        raise Forbidden("Only administrators may see or change variables.", hint=by.how_to_administer)
