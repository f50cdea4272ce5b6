"""What tokens cost at API rates, for turns that were killed before the CLI could say so itself.

Prices are Anthropic's list prices, USD per million tokens: https://platform.claude.com/docs/en/about-claude/pricing and
the models' own pages there, as of November 2026. A cache write counts as one of five minutes, 1.25 times the input's
price. The CLI's own total is always preferred; what this module says is an estimate and marked so by its users.
"""

import re
from dataclasses import dataclass
from typing import Final

from machine.domain.costs import Usage

_CACHE_WRITE_FACTOR: Final = 1.25
_TOKENS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens; `cache_read` is a share of `input`."""

    input: float
    output: float
    cache_read: float = 0.10


_UNKNOWN: Final = Price(4, 20)
"""What the CLI itself takes for a model it does not know."""

_PRICES: Final[tuple[tuple[re.Pattern[str], Price], ...]] = tuple(
    (re.compile(pattern), price)
    for pattern, price in (
        (r"(fable|mythos)-5-[1-9]", Price(10, 50, 0.025)),
        (r"fable|mythos", Price(10, 50)),
        (r"opus-5-5", Price(4, 20, 0.05)),
        (r"opus-(4-[5-9]|[5-9])", Price(5, 25)),
        (r"opus", Price(15, 75)),
        (r"sonnet-5-5", Price(2, 10, 0.05)),
        (r"sonnet-5", Price(2, 10)),
        (r"sonnet", Price(3, 15)),
        (r"haiku-5-5", Price(0.10, 0.50)),
        (r"haiku-3-5|3-5-haiku", Price(0.80, 4)),
        (r"haiku-3|3-haiku", Price(0.25, 1.25, 0.12)),
        (r"haiku", Price(1, 5)),
    )
)
_LONG_PROMPT_TOKENS: Final = 100_000
_LONG_HAIKU: Final = Price(0.50, 2.50)


def estimate_usd(model: str, usage: Usage) -> float:
    """The price of one API response of `model` with the tokens of `usage`, in USD; its `cost_usd` is not read."""
    price = _price_of(model, usage)
    tokens = (
        usage.input_tokens
        + usage.cache_creation_tokens * _CACHE_WRITE_FACTOR
        + usage.cache_read_tokens * price.cache_read
    )
    return (tokens * price.input + usage.output_tokens * price.output) / _TOKENS


def _price_of(model: str, usage: Usage) -> Price:
    prompt = usage.input_tokens + usage.cache_creation_tokens + usage.cache_read_tokens
    if "haiku-5-5" in model and prompt > _LONG_PROMPT_TOKENS:
        return _LONG_HAIKU
    return next((price for pattern, price in _PRICES if pattern.search(model)), _UNKNOWN)
