"""What goes over the wire about who does a task: approved plans, corrected decisions."""

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from machine.api.schemas import AgentName, TaskView
from machine.domain.definitions import Preview
from machine.domain.routing import RoutingRule


class ApprovePlan(BaseModel):
    """What is to be said with the plan; `again` carries out once more what was carried out before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    comment: str | None = Field(None, max_length=10_000)
    again: StrictBool = False


class CorrectRouting(BaseModel):
    """Which agent a task is for. `restart`: one that works is stopped and started anew with that agent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: AgentName
    restart: StrictBool = False
    rule: RoutingRule | None = None
    """For administrators: what tasks such as this one have in common."""
    make_rule: StrictBool = False


class RoutingCorrected(BaseModel):
    """The task that has the agent now, and what its new rule makes of the agent's files."""

    model_config = ConfigDict(frozen=True)

    task: TaskView
    rule_preview: Preview | None
    rule_saved: bool
