"""Which code a task works on."""

from pydantic import BaseModel, ConfigDict, Field


class CodeSource(BaseModel):
    """A repository and what of it, as it was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str = Field(min_length=1, max_length=2_000)
    """The address to clone from."""
    ref: str | None = Field(None, min_length=1, max_length=500)
    """A branch, a tag, a commit or a full ref such as `refs/pull/7/head`; unset: the repository's own default."""
    base: str | None = Field(None, min_length=1, max_length=500)
    """What the work is compared with, where that is not `ref` itself: a merge request's target."""
