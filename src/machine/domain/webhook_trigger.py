"""Triggers of webhooks: which events start which work, caused by whom, and how."""

from enum import StrEnum
from functools import cached_property
from typing import Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator, model_validator

from machine.domain.agent import NAME_PATTERN
from machine.domain.event_patterns import EventPattern
from machine.domain.happening import Actor
from machine.domain.profile import Profile
from machine.domain.variable import VariableName
from machine.domain.webhook_conditions import Condition
from machine.domain.webhook_templates import Template

DEFAULT_PROMPT: Final = (
    "{{ event }} arrived through the webhook {{ webhook }}. Do what your instructions say about such events."
)
DEFAULT_KEY: Final = "{{ subject }}"
"""Whatever the key is, it counts within its webhook only."""


class WhenBusy(StrEnum):
    """What to do with an event while a task with the same concurrency key is not finished."""

    ENQUEUE = "enqueue"
    SKIP = "skip"
    REPLACE = "replace"
    CONTINUE = "continue"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Who(Part):
    """One person or group, by exactly one of three: the provider's id, a login that it keeps unique, a standing."""

    id: str | None = Field(None, min_length=1, max_length=200)
    login: str | None = Field(None, min_length=1, max_length=200)
    association: Literal["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.id, self.login, self.association)) != 1:
            raise ValueError("name exactly one of id, login, association")
        return self

    def means(self, actor: Actor) -> bool:
        """Whether `actor` is meant. Ids match exactly; logins without regard to case, as at the providers."""
        if self.id is not None:
            return actor.id == self.id
        if self.login is not None:
            return bool(actor.login) and actor.login.lower() == self.login.lower()
        return actor.association == self.association


class Checkout(Part):
    """Which code the task gets. The first two are templates; left alone, they give a merge request's own code."""

    repository: str = "{{ clone_url }}"
    ref: str = "{{ checkout_ref }}"
    credentials: VariableName | None = None
    """The variable with which the code is fetched and pushed; not for tasks of the profile `untrusted`."""

    @field_validator("repository", "ref")
    @classmethod
    def _template(cls, value: str) -> str:
        Template(value)
        return value

    @cached_property
    def templates(self) -> tuple[Template, Template]:
        """Of repository and ref."""
        return Template(self.repository), Template(self.ref)


class Trigger(Part):
    """Which events start which work, caused by whom, and how."""

    name: str | None = Field(None, max_length=100)
    enabled: StrictBool = True
    events: tuple[str, ...] = Field(min_length=1, max_length=50)
    condition: str | None = None
    """JMESPath over the payload."""
    who: tuple[Who, ...] | None = Field(None, min_length=1, max_length=200)
    """Unset: everybody, `untrusted`. Set: these people, in `profile`; `others` says what of everybody else."""
    profile: Profile = Profile.STANDARD
    """The most that its tasks may do; what their agent's profile says counts, too, where it is narrower."""
    others: Literal["ignore", "untrusted"] = "ignore"
    command: str | None = Field(None, pattern=r"^/[a-z0-9][a-z0-9_-]{0,40}$")
    agent: str | None = Field(None, pattern=NAME_PATTERN)
    """Unset: the router decides, at last the Brain."""
    prompt: str = Field(DEFAULT_PROMPT, min_length=1)
    concurrency_key: str = DEFAULT_KEY
    """A template. Of the tasks of a webhook with one key, one runs at a time."""
    when_busy: WhenBusy = WhenBusy.ENQUEUE
    rate_per_minute: int = Field(30, ge=1, le=6000, strict=True)
    """How many tasks it may start; what comes beyond is stored and not acted upon, and can be replayed."""
    max_hops: int = Field(2, ge=0, le=10, strict=True)
    """How long a chain of causes may be that the machine made itself; 0: nothing that the machine caused counts."""
    reply: StrictBool = False
    checkout: Checkout | None = None

    @field_validator("events")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            EventPattern(text)
        return value

    @field_validator("condition")
    @classmethod
    def _condition(cls, value: str | None) -> str | None:
        if value is not None:
            Condition(value)
        return value

    @field_validator("prompt", "concurrency_key")
    @classmethod
    def _template(cls, value: str) -> str:
        Template(value)
        return value

    def name_at(self, index: int) -> str:
        """By what it is known in its webhook, where it stands at `index` from 0."""
        return self.name or f"#{index + 1}"

    @cached_property
    def compiled_events(self) -> tuple[EventPattern, ...]:
        return tuple(EventPattern(text) for text in self.events)

    @cached_property
    def compiled_condition(self) -> Condition | None:
        return None if self.condition is None else Condition(self.condition)

    @cached_property
    def compiled_prompt(self) -> Template:
        return Template(self.prompt)

    @cached_property
    def compiled_key(self) -> Template:
        return Template(self.concurrency_key)
