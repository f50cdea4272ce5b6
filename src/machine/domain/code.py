"""Which code a task works on, and what it has made of it."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from machine.domain.git_address import MAX_ADDRESS_CHARS, MAX_REF_CHARS, checked_address, checked_ref
from machine.domain.variable import VariableName

Repository = Annotated[str, Field(min_length=1, max_length=MAX_ADDRESS_CHARS), AfterValidator(checked_address)]
Ref = Annotated[str, Field(min_length=1, max_length=MAX_REF_CHARS), AfterValidator(checked_ref)]

REPO_FOLDER: Final = "repo"
"""Where a task's clone lies in its workspace."""


class CodeSource(BaseModel):
    """A repository and what of it, as it was asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: Repository
    """The address to clone from."""
    ref: Ref | None = None
    """A branch, a tag, a commit or a full ref such as `refs/pull/7/head`; unset: the repository's own default."""
    base: Ref | None = None
    """What the work is compared with, where that is not `ref` itself: a merge request's target."""
    credentials: VariableName | None = None
    """The variable that holds the password or token, `user:password`, or a private key for ssh."""


class Changes(BaseModel):
    """What stood in a task's clone when the task ended, compared with where it began."""

    model_config = ConfigDict(frozen=True)

    branch: str
    base_commit: str
    head_commit: str
    commits: int
    """How many commits `head_commit` has beyond `base_commit`."""
    files: int
    insertions: int
    deletions: int
    """Files and lines against the base, with what is not committed; files that are new and ignored do not count."""
    uncommitted: bool
    unpushed: bool
    """Whether there are commits that the repository's server did not have when it was asked last."""


class Diff(BaseModel):
    """The work of a task as a unified diff against its base: commits, and what is not committed."""

    model_config = ConfigDict(frozen=True)

    branch: str
    base_commit: str
    head_commit: str
    diff: str
    truncated: bool
    """Whether the end is missing, because the whole is too long."""


class Pushed(BaseModel):
    """What was pushed where."""

    model_config = ConfigDict(frozen=True)

    repository: str
    branch: str
    commit: str


def branch_of(task_id: str) -> str:
    """The branch that a task works on. Webhooks know it again as made by this machine, by the id in it."""
    return f"machine/{task_id}"
