"""TaskRouter: which agent a wish is for, as far as that can be said without asking anybody. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from machine.domain.agent import SubAgent
from machine.domain.routing import Wish
from machine.domain.skill import BRAIN
from machine.domain.task import Routing


class _Fit(NamedTuple):
    """One agent's best rule. Fits sort: the agents of people before ours, then the rule that asks for more, then by
    name."""

    builtin: bool
    lightness: int
    agent: str
    number: int
    why: str

    @property
    def reason(self) -> str:
        return f"rule {self.number} of agent {self.agent}: {self.why}"


class TaskRouter:
    """Who is named takes the task; then the agents' rules decide; where they do not, the Brain is to be asked.

    The Brain itself has no rules: it decides, it takes chat, and tasks come to it only by name.
    """

    def decide(self, wish: Wish, agents: Iterable[SubAgent], *, default_agent: str) -> Routing | None:
        """The decision with its reason and who came second; None where neither a name nor a rule decides."""
        if wish.agent is not None:
            return Routing(decision=wish.agent, reason=f"named by {wish.named_by}")
        there = tuple(agents)
        fits = sorted(fit for agent in there if agent.name != BRAIN and (fit := _best(agent, wish)))
        if not fits:
            return None
        others = [*(fit.agent for fit in fits[1:]), *(agent.name for agent in there if agent.name == default_agent)]
        second = next((name for name in others if name != fits[0].agent), None)
        return Routing(decision=fits[0].agent, reason=fits[0].reason, runner_up=second)

    def candidates(self, agents: Iterable[SubAgent], *, default_agent: str) -> Sequence[SubAgent]:
        """Whom the Brain may choose, the default agent first."""
        there = [agent for agent in agents if agent.name != BRAIN or agent.name == default_agent]
        return sorted(there, key=lambda agent: (agent.name != default_agent, agent.name))


def _best(agent: SubAgent, wish: Wish) -> _Fit | None:
    fits = [
        _Fit(agent.builtin, -rule.weight, agent.name, number, why)
        for number, rule in enumerate(agent.routing, start=1)
        if (why := rule.fits(wish))
    ]
    return min(fits, default=None)
