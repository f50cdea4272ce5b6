"""One operation of the machine as a tool."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from machine.domain.principal import Principal, Role
from machine.domain.task import Task

Input = TypeVar("Input", bound=BaseModel)


class Given(BaseModel):
    """The base of what tools take."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Nothing(Given):
    """For tools that take nothing."""


@dataclass(frozen=True)
class Caller:
    """Who calls: the person with the rights they have now, and the task that speaks for them, where one does."""

    principal: Principal
    task: Task | None = None

    @property
    def owner(self) -> str | None:
        """The user to filter lists by; None for an administrator, who sees everybody's."""
        return None if self.principal.user.role is Role.ADMINISTRATOR else self.principal.user_id


def never(_: BaseModel) -> bool:
    return False


def always(_: BaseModel) -> bool:
    return True


@dataclass(frozen=True)
class Tool(Generic[Input]):
    """What it is called, what it is for in words for a model, what it takes, and what it does."""

    name: str
    description: str
    takes: type[Input]
    run: Callable[[Caller, Input], Awaitable[Any]]
    """Returns what JSON can hold. Raises MachineError."""
    writes: bool = False
    """Not for those who may only look."""
    asks: Callable[[Input], bool] = never
    """Whether this call needs a person's word before it is made on behalf of a conversation."""
    strangers: bool = False
    """Whether its answer holds words of people who are not the caller."""
