"""SubAgentRegistry: the agents there are. Those that come with the program are read from `builtin/`."""

from collections.abc import Sequence
from importlib import resources
from typing import Final

from machine.domain.agent import SubAgent
from machine.domain.errors import NotFound

_BUILTIN: Final = (
    ("brain", "Talks with people, does small things itself, and knows what the machine can do."),
    ("planning", "Turns a wish, a bug report or a ticket into a plan that can be carried out."),
)


class SubAgentRegistry:
    """Agents by name."""

    def __init__(self, agents: Sequence[SubAgent]) -> None:
        self._agents = {agent.name: agent for agent in agents}

    def get(self, name: str) -> SubAgent:
        """Raises NotFound, with the names there are."""
        try:
            return self._agents[name]
        except KeyError:
            known = ", ".join(sorted(self._agents))
            raise NotFound(f"There is no agent called {name!r}.", hint=f"There are: {known}.") from None

    def all(self) -> tuple[SubAgent, ...]:
        """All agents, by name."""
        return tuple(self._agents[name] for name in sorted(self._agents))


def builtin_agents(*, model: str | None = None, allowed_tools: Sequence[str] = ()) -> list[SubAgent]:
    """The agents that come with the program; `model` and `allowed_tools` are given to all of them."""
    folder = resources.files("machine.registry") / "builtin"
    return [
        SubAgent(
            name=name,
            description=description,
            instructions=(folder / name / "CLAUDE.md").read_text("utf-8"),
            model=model,
            allowed_tools=tuple(allowed_tools),
            builtin=True,
        )
        for name, description in _BUILTIN
    ]
