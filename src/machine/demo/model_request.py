"""What the CLI asked of the model, parsed leniently, with the questions a script has about it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

_NOT_SAID: Final = re.compile(
    r"<system-reminder>.*?</system-reminder>"
    r"|<task-notification>.*?</task-notification>"
    r"|\[Request interrupted by user[^\]]*\]",
    re.DOTALL,
)
_INTERJECTION: Final = re.compile(
    r"The user sent a new message while you were working:\n(.*?)\n\n(?:This is how|IMPORTANT)", re.DOTALL
)
_WORKING_DIRECTORY: Final = re.compile(r"working directory: (\S[^\n]*)", re.IGNORECASE)


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Message(_Lenient):
    """One message of the conversation; its content is a string or a list of blocks."""

    role: str
    content: str | list[dict[str, Any]] = ""

    def blocks(self) -> list[dict[str, Any]]:
        """The content as blocks, whichever way it was sent."""
        if isinstance(self.content, str):
            return [{"type": "text", "text": self.content}]
        return self.content


class Tool(_Lenient):
    """A tool offered to the model."""

    name: str = ""
    input_schema: dict[str, Any] = Field(default_factory=dict)


class MessagesBody(_Lenient):
    """The body of `POST /v1/messages`, as far as a script needs it; everything else is kept unread."""

    model: str = ""
    stream: bool = False
    system: str | list[dict[str, Any]] = ""
    messages: list[Message] = Field(default_factory=list)
    tools: list[Tool] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool the model called, and what came of it; `output` is None as long as no result was sent."""

    name: str
    input: Mapping[str, Any]
    output: str | None = None
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request to the model. `raw` is the body as it came; `headers` have lower-case names."""

    body: MessagesBody
    raw: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def tools(self) -> frozenset[str]:
        """Names of the tools offered in this request."""
        return frozenset(tool.name for tool in self.body.tools)

    @property
    def user_texts(self) -> tuple[str, ...]:
        """Everything the user said in this conversation, oldest first, without what the CLI put in by itself."""
        return tuple(text for _, text in self._said())

    @property
    def last_user_text(self) -> str:
        """The newest thing the user said; empty when they said nothing."""
        said = list(self._said())
        return said[-1][1] if said else ""

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """Tools called since the user's newest message, in order, each with its result."""
        return self.calls_since(1)

    @property
    def interjections(self) -> tuple[str, ...]:
        """What the user said while the turn was already running: the CLI merges it into the turn as a note."""
        notes = (_plain_text(message.blocks()) for message in self._since(1) if message.role != "assistant")
        return tuple(text.strip() for note in notes for text in _INTERJECTION.findall(note))

    @property
    def is_notification(self) -> bool:
        """Whether the CLI, not the user, woke the model, because a command in the background has ended."""
        newest = next((message for message in reversed(self.body.messages) if message.role == "user"), None)
        if newest is None or any(block.get("type") == "tool_result" for block in newest.blocks()):
            return False
        text = _plain_text(newest.blocks())
        return "<task-notification>" in text and not _NOT_SAID.sub("", text).strip()

    @property
    def step(self) -> int:
        """How often the model has already answered since the user's newest message: 0 for the first answer."""
        return sum(message.role == "assistant" for message in self._since(1))

    @property
    def working_directory(self) -> str:
        """Where the CLI runs, as it tells the model; empty when it does not say."""
        found = _WORKING_DIRECTORY.search(self.system_text)
        return found.group(1).strip() if found else ""

    @property
    def system_text(self) -> str:
        """The system prompt and every message of role `system`."""
        system = self.body.system
        parts = [system] if isinstance(system, str) else [str(block.get("text", "")) for block in system]
        parts += [_plain_text(message.blocks()) for message in self.body.messages if message.role == "system"]
        return "\n".join(parts)

    @property
    def input_characters(self) -> int:
        """Length of all that the model has to read."""
        conversation = sum(len(str(message.content)) for message in self.body.messages)
        return len(self.system_text) + conversation + sum(len(str(tool)) for tool in self.body.tools)

    def input_schema(self, tool_name: str) -> Mapping[str, Any]:
        """The JSON schema of what the tool takes; empty when it is not offered."""
        return next((tool.input_schema for tool in self.body.tools if tool.name == tool_name), {})

    def calls_since(self, messages_back: int) -> tuple[ToolCall, ...]:
        """Tools called since the user's `messages_back`-th newest message (1 is the newest)."""
        since = self._since(messages_back)
        results = {
            str(block.get("tool_use_id")): block
            for message in since
            for block in message.blocks()
            if block.get("type") == "tool_result"
        }
        return tuple(
            _tool_call(block, results.get(str(block.get("id"))))
            for message in since
            for block in message.blocks()
            if message.role == "assistant" and block.get("type") == "tool_use"
        )

    def assistant_text_since(self, messages_back: int) -> str:
        """What the model said since the user's `messages_back`-th newest message."""
        return "\n".join(
            _plain_text(message.blocks()) for message in self._since(messages_back) if message.role == "assistant"
        )

    def _since(self, messages_back: int) -> Sequence[Message]:
        said = list(self._said())
        if not said:
            return self.body.messages
        return self.body.messages[said[max(0, len(said) - messages_back)][0] :]

    def _said(self) -> Iterator[tuple[int, str]]:
        for index, message in enumerate(self.body.messages):
            if message.role == "user" and (text := _NOT_SAID.sub("", _plain_text(message.blocks())).strip()):
                yield index, text


def _plain_text(blocks: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(str(block.get("text", "")) for block in blocks if block.get("type") == "text")


def _tool_call(block: Mapping[str, Any], result: Mapping[str, Any] | None) -> ToolCall:
    given = block.get("input")
    tool_input: Mapping[str, Any] = given if isinstance(given, dict) else {}
    name = str(block.get("name", ""))
    if result is None:
        return ToolCall(name, tool_input)
    content = result.get("content", "")
    output = content if isinstance(content, str) else _plain_text([b for b in content if isinstance(b, dict)])
    return ToolCall(name, tool_input, output, bool(result.get("is_error")))
