"""Code, as a wish names it over the wire."""

from typing import Self

from pydantic import BaseModel, model_validator

from machine.domain.code import CodeSource, Ref, Repository
from machine.domain.variable import VariableName


class NamedCode(BaseModel):
    """The fields of a wish that say which code it is about."""

    repository: Repository | None = None
    """The address of a git repository: the task gets a clone of its own in `repo/`. Unset: the agent's, if any."""
    ref: Ref | None = None
    base: Ref | None = None
    """What the work is compared with; unset: `ref` as it is when the task begins."""
    credentials: VariableName | None = None
    """The variable that holds a token, `user:password`, or a key for ssh; for administrators."""

    @model_validator(mode="after")
    def _code_is_whole(self) -> Self:
        if self.repository is None and (self.ref or self.base or self.credentials):
            raise ValueError("ref, base and credentials are said of a repository: name it, too")
        return self

    @property
    def code(self) -> CodeSource | None:
        """What was said of the code, in one."""
        if self.repository is None:
            return None
        return CodeSource(repository=self.repository, ref=self.ref, base=self.base, credentials=self.credentials)
