"""What an administrator should know of the machine, and mend."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from machine.domain.machine_status import MachineWarning, exposure
from machine.engine.machines import Machines
from machine.engine.owners import HINT, Owners
from machine.ports import Agents, Sandbox
from machine.registry.schedule_registry import ScheduleRegistry
from machine.registry.webhook_registry import WebhookRegistry

MAX_NAMES: Final = 20


class MachineWarnings:
    """Looks at each asking. `runs_agents`: whether any run in this process; `is_root`: whether the daemon's user may do
    everything; `own_users`: whether agents have users of their own; `others`: what further parts have to say."""

    def __init__(
        self,
        *,
        runs_agents: bool,
        is_root: bool,
        own_users: bool,
        sandbox: Sandbox,
        agents: Agents,
        webhooks: WebhookRegistry,
        schedules: ScheduleRegistry,
        owners: Owners,
        machines: Machines,
        others: Callable[[], tuple[MachineWarning, ...]] = tuple,
    ) -> None:
        self._runs_agents = runs_agents
        self._is_root = is_root
        self._own_users = own_users
        self._sandbox = sandbox
        self._agents = agents
        self._webhooks = webhooks
        self._schedules = schedules
        self._owners = owners
        self._machines = machines
        self._others = others

    async def all(self) -> tuple[MachineWarning, ...]:
        """The graver first; what other machines say names them. Raises StoreError."""
        return (*self.own(), *await self._machines.warnings_elsewhere(), *await self._further())

    def own(self) -> tuple[MachineWarning, ...]:
        """What is to be mended on this machine."""
        if not self._runs_agents:
            return self._others()
        sandbox = self._sandbox
        found = exposure(
            is_root=self._is_root,
            own_users=self._own_users,
            kept_in=sandbox.active,
            why_not=sandbox.message,
            remedy=sandbox.hint,
        )
        return (*found, *self._others(), *self._let_out())

    async def _further(self) -> tuple[MachineWarning, ...]:
        """What anybody can see to, whichever process runs agents."""
        return (*await self._machines.warnings(), *await self._without_owner())

    def _let_out(self) -> Iterator[MachineWarning]:
        names = [agent.name for agent in self._agents.all() if not agent.sandbox]
        if names and self._sandbox.active:
            who = f"{', '.join(names[:MAX_NAMES])}{' and others' if len(names) > MAX_NAMES else ''}"
            yield MachineWarning(
                code="agents_outside_sandbox",
                message=f"Commands of {who} are not in the sandbox: they {self._reach}.",
                hint="Take `sandbox: false` out of agent.yaml where the work can be done inside.",
                about=f"agent/{names[0]}",
            )

    @property
    def _reach(self) -> str:
        if self._own_users:
            return "reach other servers of this computer and its network"
        return "read and change what the daemon can"

    async def _without_owner(self) -> list[MachineWarning]:
        owned: Mapping[str, str] = {
            **{f"webhook/{one.name}": one.model.user_id for one in self._webhooks.all()},
            **{f"schedule/{one.name}": one.user_id for one in self._schedules.all()},
        }
        if not any(owned.values()):
            return []
        wrong = await self._owners.problems(owned.values())
        return [
            MachineWarning(
                code="starts_nothing",
                message=f"The {about.replace('/', ' ')}: {wrong[user_id].removesuffix(HINT).strip()}",
                hint=HINT,
                about=about,
            )
            for about, user_id in owned.items()
            if user_id in wrong
        ][:MAX_NAMES]
