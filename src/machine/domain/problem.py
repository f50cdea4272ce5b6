"""Errors on their way between processes: they arrive as what they were."""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict

from machine.domain.errors import MachineError


class Problem(BaseModel):
    """A MachineError as data."""

    model_config = ConfigDict(frozen=True)

    code: str
    status: int
    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: MachineError) -> "Problem":
        return cls(code=error.code, status=error.status, message=error.message, hint=error.hint)

    def error(self) -> MachineError:
        """The error of that code, whoever catches it; one that this version does not know keeps code and status."""
        kind = next((one for one in _kinds(MachineError) if one.code == self.code), None)
        if kind is None:
            kind = type("UnknownError", (MachineError,), {"code": self.code, "status": self.status})
        error = kind.__new__(kind)
        MachineError.__init__(error, self.message, hint=self.hint)  # some kinds make their message of other things
        return error


def _kinds(kind: type[MachineError]) -> Iterator[type[MachineError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)
