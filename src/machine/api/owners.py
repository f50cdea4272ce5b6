"""Owners of webhooks and schedules over the wire."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict, Field

from machine.api.state import ApiState
from machine.domain.principal import Principal


class NewOwner(BaseModel):
    """Whose it is to be: a person's id or name; unset: who asks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    user: str | None = Field(None, min_length=1, max_length=100)


async def problems_of(state: ApiState, caller: Principal, owners: Iterable[str]) -> Mapping[str, str]:
    """What is wrong with owners, by id; nothing for all but administrators."""
    return await state.owners.problems(owners) if caller.is_administrator else {}
