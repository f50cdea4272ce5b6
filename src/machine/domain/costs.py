"""What work costs: tokens and dollars, and of which kind the dollars are."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class CostKind(StrEnum):
    """`billed` is money, `subscription` is a price at API rates that nobody is billed, `demo` is play money."""

    BILLED = "billed"
    SUBSCRIPTION = "subscription"
    DEMO = "demo"


def of_another_model(kind: CostKind, *, demo: bool) -> str:
    """Why work of this kind must not go on here, where all is done with the demo model or nothing is; empty: it may."""
    if (kind is CostKind.DEMO) is demo:
        return ""
    return f"it was begun with {'the real model' if demo else 'the demo model'}"


class Usage(BaseModel):
    """Tokens and dollars, added up. `estimated` is true where a turn was killed before the CLI reported its cost."""

    model_config = ConfigDict(frozen=True)

    input_tokens: int = Field(0, ge=0)
    output_tokens: int = Field(0, ge=0)
    cache_read_tokens: int = Field(0, ge=0)
    cache_creation_tokens: int = Field(0, ge=0)
    cost_usd: float = Field(0.0, ge=0)
    estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_creation_tokens=self.cache_creation_tokens + other.cache_creation_tokens,
            cost_usd=self.cost_usd + other.cost_usd,
            estimated=self.estimated or other.estimated,
        )


class CostGroup(StrEnum):
    """By what costs are broken down."""

    AGENT = "agent"
    DAY = "day"
    SOURCE = "source"
    USER = "user"


class Span(BaseModel):
    """A time with a name: from `begins_at` up to, and without, `ends_at`."""

    model_config = ConfigDict(frozen=True)

    key: str
    begins_at: datetime
    ends_at: datetime


class Costs(BaseModel):
    """What some tasks cost, of one kind of dollars: kinds are never added together."""

    model_config = ConfigDict(frozen=True)

    cost_kind: CostKind
    cost_usd: float
    tasks: int
    input_tokens: int
    """Without what was read from, or written to, the model's cache."""
    output_tokens: int


class CostItem(Costs):
    """The costs of one agent, day, source or user: one item for each kind of dollars that there is."""

    key: str
    label: str
    """What people call it: a user's name; otherwise the key."""
