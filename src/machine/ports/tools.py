"""Operations of the machine, offered to a model."""

from typing import Any, Protocol

from machine.ports.values import Value


class ToolInfo(Value):
    """A tool as it is announced. `input_schema` is a JSON schema."""

    name: str
    description: str
    input_schema: dict[str, Any]
    read_only: bool
    destructive: bool


class ToolAnswer(Value):
    """What a call came to: text for a model, which is an error's where `is_error` is set."""

    text: str
    is_error: bool = False


class OfferedTools(Protocol):
    """The tools that somebody in particular may call."""

    def offered(self) -> tuple[ToolInfo, ...]: ...

    async def call(self, name: str, arguments: dict[str, Any]) -> ToolAnswer:
        """Never raises for what was asked: a fault is an answer, with what to do about it."""
        ...
