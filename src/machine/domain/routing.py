"""Rules by which tasks find their agents: bounded, linear in the text, and explained in words."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, field_validator, model_validator

from machine.domain.event_patterns import EventPattern
from machine.domain.task import TaskSource

PROVIDERS: Final = ("github", "gitlab", "bitbucket", "jira", "slack", "sentry", "linear", "standard", "generic")
"""As `machine.domain.webhook.ProviderName` has them; a test compares the two. That module is heavy to import."""
SOURCES: Final = (*(source.value for source in TaskSource), *PROVIDERS)
MAX_RULES: Final = 20
MAX_LABELS: Final = 50
TEXT_CHARS: Final = 20_000
"""How much of a message is looked at."""
QUESTION_CHARS: Final = 300
"""How long a message may be that counts as a question by its first words."""

_WORD: Final = re.compile(r"\w+")
_ENDS_ASKING: Final = ("?", "\uff1f", "\u061f")  # ours, the full-width one, the Arabic one
_ASKING: Final = re.compile(
    r"(how (do|does|did|is|are|can|could|should|would|much|many|long|often)"
    r"|why|who|whose|where (is|are|do|does|can)|which|what (is|are|was|were|do|does|did|would|happens)|explain) "
)
_WISHING: Final = re.compile(r"(please|(can|could|will|would) you|let us|let s) ")
"""`Could you add a page?` is a wish, not a question."""

Label = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]
Keyword = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w' .-]*\w[\w' .-]*$")]


class Wish(BaseModel):
    """What of a task decides about its agent. Title, message and labels may be a stranger's words."""

    model_config = ConfigDict(frozen=True)

    message: str
    title: str = ""
    source: TaskSource = TaskSource.API
    provider: str = ""
    """Of the webhook that it came through."""
    event: str = ""
    """The provider's word, with its action behind a dot where there is one."""
    labels: tuple[str, ...] = ()
    agent: str | None = None
    """The agent that was named for it."""
    named_by: str = "the request"

    @cached_property
    def words(self) -> str:
        """Title and message as words with one space around each, lower case."""
        return _words(f"{self.title}\n{self.message[:TEXT_CHARS]}")

    @cached_property
    def is_question(self) -> bool:
        """Whether the message reads like a question: its end is a question mark, or it is short and begins like one;
        and it does not begin like a wish. A guess by the form of the text, made for English."""
        text = self.message[: TEXT_CHARS + 1].strip()
        words = _words(text[:QUESTION_CHARS])[1:]
        if len(text) > TEXT_CHARS or _WISHING.match(words):
            return False
        short = len(text) <= QUESTION_CHARS and "\n" not in text
        return text.endswith(_ENDS_ASKING) or (short and _ASKING.match(words) is not None)


def wish_of(
    *, message: str, title: str, source: TaskSource, metadata: dict[str, Any], agent: str | None, named_by: str
) -> Wish:
    """The wish of a task with this `source_metadata`."""
    provider, event = metadata.get("provider", ""), metadata.get("event", "")
    labels = tuple(str(label) for label in metadata.get("labels", ()))
    return Wish(
        message=message,
        title=title,
        source=source,
        agent=agent,
        named_by=named_by,
        provider=str(provider),
        event=str(event),
        labels=labels,
    )


class RoutingRule(BaseModel):
    """Which tasks come to an agent without asking anybody. Of each field one entry has to fit; all fields have to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[str, ...] = Field((), max_length=len(SOURCES))
    """Doors (`dashboard`, `api`, `webhook`, `schedule`, `brain`), or providers of webhooks (`jira`, `github`, …)."""
    events: tuple[str, ...] = Field((), max_length=50)
    """Patterns of a webhook's events, as in its triggers: `issues.opened`, `issues.*`, `*`."""
    labels: tuple[Label, ...] = Field((), max_length=MAX_LABELS)
    """Of the issue or merge request, without regard to case."""
    keywords: tuple[Keyword, ...] = Field((), max_length=50)
    """Whole words of the title or the message, without regard to case; several words stand in this order."""
    question: StrictBool = False
    """The message reads like a question."""

    @field_validator("sources")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for source in value:
            if source not in SOURCES:
                raise ValueError(f"{source[:50]!r} is no source; there are {', '.join(SOURCES)}")
        return value

    @field_validator("events")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            EventPattern(text)
        return value

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.weight:
            raise ValueError("a rule that asks for nothing would take every task: give sources, events, labels, …")
        return self

    @property
    def weight(self) -> int:
        """How much it asks for: the number of its fields that are given."""
        return sum(bool(field) for field in (self.sources, self.events, self.labels, self.keywords, self.question))

    def fits(self, wish: Wish) -> str | None:
        """Why the rule takes this wish, in words; None when it does not."""
        asked = list(self._asked(wish))
        return None if None in asked else ", ".join(filter(None, asked))

    def _asked(self, wish: Wish) -> Iterator[str | None]:
        """For each field that is given: what fits, or None."""
        if self.sources:
            said = next((one for one in self.sources if one in (wish.provider, wish.source.value)), None)
            yield said and f"source {said}"
        if self.events:
            yield f"event {wish.event}" if any(_means(text, wish.event) for text in self.events) else None
        if self.labels:
            there = {label.casefold() for label in wish.labels}
            label = next((one for one in self.labels if one.casefold() in there), None)
            yield label and f"label {label}"
        if self.keywords:
            keyword = next((one for one in self.keywords if _words(one) in wish.words), None)
            yield keyword and f"keyword {keyword}"
        if self.question:
            yield "a question" if wish.is_question else None


def _means(pattern: str, full_event: str) -> bool:
    event, _, action = full_event.partition(".")
    return bool(event) and EventPattern(pattern).matches(event, action)


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
