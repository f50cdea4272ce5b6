"""What a scripted model answers: plain facts, turned into the wire format by `messages_api`."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

StopReason = Literal["end_turn", "tool_use", "max_tokens", "stop_sequence", "refusal"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words for the user, streamed word by word.

    `word_delay_seconds` lies before every word but the first. With `hold` the stream stops after the first word until
    the event is set, so that a test can act in the middle of an answer.
    """

    text: str
    word_delay_seconds: float = 0.0
    hold: asyncio.Event | None = None


@dataclass(frozen=True, slots=True)
class Thinking:
    """Words the model says to itself."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A call of the tool `name`; the CLI answers with a tool result of the same `tool_use_id` (made up when empty)."""

    name: str
    input: Mapping[str, Any] = field(default_factory=dict)
    tool_use_id: str = ""


@dataclass(frozen=True, slots=True)
class StreamError:
    """An error in the middle of a stream that began well: the rest of the reply is not sent."""

    type: str = "overloaded_error"
    message: str = "Overloaded"


Block = Text | Thinking | ToolUse | StreamError


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request."""

    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int = 0
    cache_read_input_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """A message of the model. Without `stop_reason` it follows from the blocks, without `usage` from their length.

    `headers` go along with the HTTP response, as the API's rate-limit headers do.
    """

    blocks: tuple[Block, ...]
    stop_reason: StopReason | None = None
    usage: Usage | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def text(cls, text: str, *, word_delay_seconds: float = 0.0) -> "Reply":
        """A reply of one piece of text."""
        return cls((Text(text, word_delay_seconds),))

    @classmethod
    def tool(cls, name: str, tool_input: Mapping[str, Any], *, say: str = "") -> "Reply":
        """A reply that calls one tool, with a sentence before it when `say` is given."""
        call = ToolUse(name, tool_input)
        return cls((Text(say), call) if say else (call,))


@dataclass(frozen=True, slots=True)
class ApiError:
    """The API refuses the request with an HTTP `status`; `headers` such as `retry-after` go along."""

    status: int
    type: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Reply | ApiError
