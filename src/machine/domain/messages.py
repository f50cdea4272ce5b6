"""What the CLI said, parsed at the border: one model for each kind, and one for what this version does not know."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from machine.domain.costs import Usage


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True)

    parent_tool_use_id: str | None = None


class ConversationBegan(_Message):
    """The CLI is ready for a turn: `system/init`."""

    kind: Literal["began"] = "began"
    claude_session_id: str
    model: str
    uuid: str | None = None


class TextDelta(_Message):
    """A few characters of text or thinking, as the model produces them. `item` names the content block."""

    kind: Literal["text_delta"] = "text_delta"
    item: str
    text: str
    thinking: bool = False


class TextBlock(_Message):
    """A whole block of text or thinking; what was already seen as deltas of the same `item` is in it again."""

    kind: Literal["text_block"] = "text_block"
    item: str
    text: str
    thinking: bool = False
    uuid: str | None = None


class ToolUse(_Message):
    """The agent calls a tool."""

    kind: Literal["tool_use"] = "tool_use"
    tool_use_id: str
    name: str
    input: dict[str, Any]
    uuid: str | None = None


class ToolResult(_Message):
    """A tool has answered."""

    kind: Literal["tool_result"] = "tool_result"
    tool_use_id: str
    text: str
    is_error: bool = False
    uuid: str | None = None


class UsageSeen(_Message):
    """Tokens of one API response so far; the last one for a `message_id` counts.

    `usage.cost_usd` is an estimate at list prices, for turns that are killed before the CLI reports what they cost.
    """

    kind: Literal["usage"] = "usage"
    message_id: str
    model: str
    usage: Usage


class ApiFault(_Message):
    """The CLI reports that the API refused or failed; `error` is the CLI's own word, such as authentication_failed."""

    kind: Literal["api_fault"] = "api_fault"
    error: str
    text: str = ""
    uuid: str | None = None


class QuotaSeen(_Message):
    """The state of a subscription's limits; `rejected` means that nothing runs before `resets_at` (unix seconds)."""

    kind: Literal["quota"] = "quota"
    rejected: bool
    resets_at: float | None = None
    limit: str | None = None


class StateChanged(_Message):
    """The CLI's own word on whether it owes another turn: running, idle, requires_action."""

    kind: Literal["state"] = "state"
    state: str


class InputState(_Message):
    """How far the CLI is with a message that was sent to it: queued, started, completed."""

    kind: Literal["input_state"] = "input_state"
    input_id: str
    state: str


class TurnEnded(_Message):
    """The end of a turn.

    `usage` is the turn's, its `cost_usd` included where the CLI says what this turn cost (`turn_cost_known`);
    `total_cost_usd` adds up over the CLI's session.
    """

    kind: Literal["turn_ended"] = "turn_ended"
    subtype: str
    is_error: bool
    result: str | None
    errors: tuple[str, ...] = ()
    api_error_status: int | None = None
    terminal_reason: str | None = None
    stop_reason: str | None = None
    total_cost_usd: float | None = None
    turn_cost_known: bool = False
    usage: Usage
    num_turns: int = 0
    structured: Any = None
    """What a conversation with an answer schema was answered, as the CLI gives it: check it."""
    answered_inputs: tuple[str, ...] = ()
    """Ids of the inputs this turn answered, where the CLI says so."""
    uuid: str | None = None


class Note(_Message):
    """Anything else the CLI said, kinds unknown to this version included: shown, never fatal."""

    kind: Literal["note"] = "note"
    subtype: str
    data: dict[str, Any]
    uuid: str | None = None


CliMessage = (
    ConversationBegan
    | TextDelta
    | TextBlock
    | ToolUse
    | ToolResult
    | UsageSeen
    | ApiFault
    | QuotaSeen
    | StateChanged
    | InputState
    | TurnEnded
    | Note
)
