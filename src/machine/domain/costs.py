"""What work costs: tokens and dollars, and of which kind the dollars are."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class CostKind(StrEnum):
    """`billed` is money, `subscription` is a price at API rates that nobody is billed, `demo` is play money."""

    BILLED = "billed"
    SUBSCRIPTION = "subscription"
    DEMO = "demo"


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
