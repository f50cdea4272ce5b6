"""From the CLI's JSON objects to the domain's messages.

Nothing here raises: what a field should be and is not counts as missing, and a kind that this version does not know
becomes a `Note` that shows it.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from machine.claude.blocks import message_of_block
from machine.claude.clean import as_amount, as_count, as_dict, as_list, as_optional_text, as_text, clean
from machine.claude.pricing import estimate_usd
from machine.domain.costs import Usage
from machine.domain.messages import (
    ApiFault,
    CliMessage,
    ConversationBegan,
    InputState,
    Note,
    QuotaSeen,
    StateChanged,
    TextDelta,
    TurnEnded,
    UsageSeen,
)

_REMEMBERED_MESSAGES: Final = 64


class Parser:
    """Reads one stream, or one transcript, in order.

    It remembers which API message is being streamed, because the CLI reports each content block of it as a message of
    its own, without saying which of the blocks it is.
    """

    def __init__(self) -> None:
        self._messages: OrderedDict[str, _Streamed] = OrderedDict()
        self._current: OrderedDict[str | None, str] = OrderedDict()

    def parse(self, raw: object) -> tuple[CliMessage, ...]:
        """What one JSON value of the CLI says; nothing for what only repeats, or announces, something else."""
        data = clean(raw)
        if not isinstance(data, dict):
            return (Note(subtype="unreadable", data={"value": data}),)
        match data.get("type"):
            case "stream_event":
                return tuple(self._stream_event(data))
            case "assistant":
                return tuple(self._assistant(data))
            case "user":
                return tuple(_user(data))
            case "system":
                return (_system(data),)
            case "result":
                return (_turn_ended(data),)
            case "rate_limit_event":
                return (_quota(as_dict(data.get("rate_limit_info"))),)
            case "command_lifecycle" if input_id := as_optional_text(data.get("command_uuid")):
                return (InputState(input_id=input_id, state=as_text(data.get("state"))),)
            case "keep_alive":
                return ()
            case kind:
                return (_note(as_text(kind) or "unknown", data),)

    def _stream_event(self, data: dict[str, Any]) -> Iterator[CliMessage]:
        event, parent = as_dict(data.get("event")), as_optional_text(data.get("parent_tool_use_id"))
        match event.get("type"):
            case "message_start":
                message = as_dict(event.get("message"))
                message_id = as_text(message.get("id"))
                _remember(self._current, parent, message_id)
                streamed = self._streamed(message_id)
                streamed.model = as_text(message.get("model"))
                yield streamed.usage_seen(message_id, message.get("usage"), parent)
            case "content_block_start":
                self._streamed(self._id_of(data, parent)).open_block = as_count(event.get("index"))
            case "content_block_delta":
                item = f"{self._id_of(data, parent)}:{as_count(event.get('index'))}"
                yield from _delta(as_dict(event.get("delta")), item, parent)
            case "message_delta":
                message_id = self._id_of(data, parent)
                yield self._streamed(message_id).usage_seen(message_id, event.get("usage"), parent)

    def _assistant(self, data: dict[str, Any]) -> Iterator[CliMessage]:
        parent, uuid = as_optional_text(data.get("parent_tool_use_id")), as_optional_text(data.get("uuid"))
        message = as_dict(data.get("message"))
        content = message.get("content")
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else as_list(content)
        if error := as_optional_text(data.get("error")):
            text = "\n".join(as_text(as_dict(block).get("text")) for block in blocks)
            yield ApiFault(error=error, text=text, uuid=uuid, parent_tool_use_id=parent)
            return
        message_id = as_text(message.get("id"))
        streamed = self._streamed(message_id)
        for block in blocks:
            item = f"{message_id}:{streamed.next_block()}"
            yield message_of_block(block, item=item, uuid=uuid, parent=parent)
        if as_dict(message.get("usage")):
            streamed.model = streamed.model or as_text(message.get("model"))
            yield streamed.usage_seen(message_id, message.get("usage"), parent)

    def _id_of(self, data: dict[str, Any], parent: str | None) -> str:
        return as_text(data.get("api_message_id")) or self._current.get(parent, "")

    def _streamed(self, message_id: str) -> "_Streamed":
        found = self._messages.get(message_id) or _Streamed()
        _remember(self._messages, message_id, found)
        return found


class _Streamed:
    """What is known of one API message so far."""

    def __init__(self) -> None:
        self.model = ""
        self.open_block: int | None = None
        self._seen = 0
        self._usage = Usage()

    def next_block(self) -> int:
        """Index of the block that the CLI reports now: the one being streamed, else the next in order.

        The report of a block comes after its deltas and before the stream says that it has ended.
        """
        index = self._seen if self.open_block is None else self.open_block
        self._seen, self.open_block = index + 1, None
        return index

    def usage_seen(self, message_id: str, raw: object, parent: str | None) -> UsageSeen:
        """Tokens only ever grow: a report that leaves a field out, or repeats the start's, takes nothing back."""
        new, old = usage_of(raw), self._usage
        self._usage = Usage(
            input_tokens=max(old.input_tokens, new.input_tokens),
            output_tokens=max(old.output_tokens, new.output_tokens),
            cache_read_tokens=max(old.cache_read_tokens, new.cache_read_tokens),
            cache_creation_tokens=max(old.cache_creation_tokens, new.cache_creation_tokens),
        )
        priced = self._usage.model_copy(update={"cost_usd": estimate_usd(self.model, self._usage)})
        return UsageSeen(message_id=message_id, model=self.model, usage=priced, parent_tool_use_id=parent)


def usage_of(raw: object) -> Usage:
    """Tokens as the API counts them."""
    usage = as_dict(raw)
    return Usage(
        input_tokens=as_count(usage.get("input_tokens")),
        output_tokens=as_count(usage.get("output_tokens")),
        cache_read_tokens=as_count(usage.get("cache_read_input_tokens")),
        cache_creation_tokens=as_count(usage.get("cache_creation_input_tokens")),
    )


def _remember(known: OrderedDict[Any, Any], key: object, value: object) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > _REMEMBERED_MESSAGES:
        known.popitem(last=False)


def _delta(delta: Mapping[str, Any], item: str, parent: str | None) -> Iterator[CliMessage]:
    for kind in ("text", "thinking"):
        if delta.get("type") == f"{kind}_delta" and (text := as_text(delta.get(kind))):
            yield TextDelta(item=item, text=text, thinking=kind == "thinking", parent_tool_use_id=parent)


def _user(data: dict[str, Any]) -> Iterator[CliMessage]:
    """Results of tools, and what the CLI says in the user's name; the machine's own inputs are not echoed."""
    parent, uuid = as_optional_text(data.get("parent_tool_use_id")), as_optional_text(data.get("uuid"))
    content = as_dict(data.get("message")).get("content")
    if isinstance(content, str):
        yield Note(subtype="user", data={"text": content}, uuid=uuid, parent_tool_use_id=parent)
    for block in as_list(content):
        if as_dict(block).get("type") == "text":
            said = {"text": as_text(as_dict(block).get("text"))}
            yield Note(subtype="user", data=said, uuid=uuid, parent_tool_use_id=parent)
        else:
            yield message_of_block(block, item=uuid or "", uuid=uuid, parent=parent)


def _system(data: dict[str, Any]) -> CliMessage:
    match data.get("subtype"):
        case "init":
            return ConversationBegan(
                claude_session_id=as_text(data.get("session_id")),
                model=as_text(data.get("model")),
                uuid=as_optional_text(data.get("uuid")),
            )
        case "session_state_changed":
            return StateChanged(state=as_text(data.get("state")))
        case subtype:
            return _note(as_text(subtype) or "system", data)


def _note(subtype: str, data: dict[str, Any]) -> Note:
    return Note(
        subtype=subtype,
        data=data,
        uuid=as_optional_text(data.get("uuid")),
        parent_tool_use_id=as_optional_text(data.get("parent_tool_use_id")),
    )


def _quota(info: dict[str, Any]) -> QuotaSeen:
    return QuotaSeen(
        rejected=info.get("status") == "rejected",
        resets_at=as_amount(info.get("resetsAt")),
        limit=as_optional_text(info.get("rateLimitType")),
    )


def _turn_cost(data: dict[str, Any]) -> float | None:
    """What this turn cost, as the CLI says; it is right after a kill and a resume, too, which the total is not."""
    models = as_dict(data.get("model_usage_since_last_result"))
    costs = [as_amount(as_dict(usage).get("costUSD")) for usage in models.values()]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known or "model_usage_since_last_result" in data else None


def _turn_ended(data: dict[str, Any]) -> TurnEnded:
    cost = _turn_cost(data)
    raw_errors = data.get("errors")
    errors = [raw_errors] if isinstance(raw_errors, str) else as_list(raw_errors)
    answered = as_list(data.get("user_message_uuids")) or [data.get("user_message_uuid")]
    return TurnEnded(
        subtype=as_text(data.get("subtype")) or "unknown",
        is_error=bool(data.get("is_error")),
        result=data["result"] if isinstance(data.get("result"), str) else None,
        errors=tuple(error.strip() for error in errors if isinstance(error, str) and error.strip()),
        api_error_status=as_count(data.get("api_error_status")) or None,
        terminal_reason=as_optional_text(data.get("terminal_reason")),
        stop_reason=as_optional_text(data.get("stop_reason")),
        total_cost_usd=as_amount(data.get("total_cost_usd")),
        turn_cost_known=cost is not None,
        usage=usage_of(data.get("usage")).model_copy(update={"cost_usd": max(0.0, cost or 0.0)}),
        num_turns=as_count(data.get("num_turns")),
        structured=data.get("structured_output"),
        answered_inputs=tuple(uuid for uuid in answered if isinstance(uuid, str) and uuid),
        uuid=as_optional_text(data.get("uuid")),
        parent_tool_use_id=as_optional_text(data.get("parent_tool_use_id")),
    )
