"""The wire format of the Messages API: a `Reply` as server-sent events or as one JSON document."""

import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from machine.demo.model_request import ModelRequest
from machine.demo.pacing import Pace
from machine.demo.replies import ApiError, Block, Reply, StopReason, StreamError, Text, Thinking, ToolUse, Usage

CHARACTERS_PER_TOKEN: Final = 4
_WORDS: Final = re.compile(r"\s*\S+\s*|\s+")
_JSON_PIECE_CHARACTERS: Final = 64


def count_tokens(characters: int) -> int:
    """A plausible number of tokens for a text of so many characters; at least 1."""
    return max(1, characters // CHARACTERS_PER_TOKEN)


def usage_of(reply: Reply, request: ModelRequest) -> Usage:
    """The usage the reply states, or one computed from the lengths of what was read and said."""
    if reply.usage is not None:
        return reply.usage
    said = sum(len(_spoken(block)) for block in reply.blocks)
    return Usage(count_tokens(request.input_characters), count_tokens(said))


def stop_reason_of(reply: Reply) -> StopReason:
    """The stop reason the reply states, or `tool_use` when it calls a tool, else `end_turn`."""
    if reply.stop_reason is not None:
        return reply.stop_reason
    return "tool_use" if any(isinstance(block, ToolUse) for block in reply.blocks) else "end_turn"


def error_body(error: ApiError) -> dict[str, Any]:
    """The JSON body of a refused request."""
    return {
        "type": "error",
        "error": {"type": error.type, "message": error.message},
        "request_id": f"req_{uuid.uuid4().hex}",
    }


def as_message(reply: Reply, request: ModelRequest) -> dict[str, Any]:
    """The reply as one JSON document, for a request with `stream: false`; holds and delays do not apply to it."""
    content = [_finished_block(block) for block in reply.blocks if not isinstance(block, StreamError)]
    message = _empty_message(request, usage_of(reply, request))
    return {**message, "content": content, "stop_reason": stop_reason_of(reply)}


async def as_events(reply: Reply, request: ModelRequest, pace: Pace) -> AsyncIterator[str]:
    """The reply as the text of server-sent events, at its own pace; ends early when the server closes."""
    usage = usage_of(reply, request)
    started = _empty_message(request, Usage(usage.input_tokens, 1))
    yield _event({"type": "message_start", "message": started})
    for index, block in enumerate(reply.blocks):
        if isinstance(block, StreamError):
            yield _event({"type": "error", "error": {"type": block.type, "message": block.message}})
            return
        yield _event({"type": "content_block_start", "index": index, "content_block": _begun_block(block)})
        async for delta in _deltas(block, pace):
            yield _event({"type": "content_block_delta", "index": index, "delta": delta})
        yield _event({"type": "content_block_stop", "index": index})
    delta = {"stop_reason": stop_reason_of(reply), "stop_sequence": None}
    yield _event({"type": "message_delta", "delta": delta, "usage": _usage_body(usage)})
    yield _event({"type": "message_stop"})


def _event(data: dict[str, Any]) -> str:
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n"


async def _deltas(block: Text | Thinking | ToolUse, pace: Pace) -> AsyncIterator[dict[str, Any]]:
    match block:
        case Text():
            for number, word in enumerate(_WORDS.findall(block.text)):
                if number:
                    await pace.sleep(block.word_delay_seconds)
                yield {"type": "text_delta", "text": word}
                if number == 0 and block.hold is not None:
                    await pace.until(block.hold)
        case Thinking():
            yield {"type": "thinking_delta", "thinking": block.text}
            yield {"type": "signature_delta", "signature": "c2NyaXB0ZWQ="}
        case ToolUse():
            for piece in _pieces(json.dumps(dict(block.input))):
                yield {"type": "input_json_delta", "partial_json": piece}


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + _JSON_PIECE_CHARACTERS] for at in range(0, len(text), _JSON_PIECE_CHARACTERS))


def _begun_block(block: Text | Thinking | ToolUse) -> dict[str, Any]:
    match block:
        case Text():
            return {"type": "text", "text": ""}
        case Thinking():
            return {"type": "thinking", "thinking": "", "signature": ""}
        case ToolUse():
            return {"type": "tool_use", "id": _tool_use_id(block), "name": block.name, "input": {}}


def _finished_block(block: Text | Thinking | ToolUse) -> dict[str, Any]:
    match block:
        case Text():
            return {"type": "text", "text": block.text}
        case Thinking():
            return {"type": "thinking", "thinking": block.text, "signature": "c2NyaXB0ZWQ="}
        case ToolUse():
            return {**_begun_block(block), "input": dict(block.input)}


def _tool_use_id(block: ToolUse) -> str:
    return block.tool_use_id or f"toolu_{uuid.uuid4().hex[:24]}"


def _spoken(block: Block) -> str:
    match block:
        case Text() | Thinking():
            return block.text
        case ToolUse():
            return block.name + json.dumps(dict(block.input))
        case StreamError():
            return ""


def _empty_message(request: ModelRequest, usage: Usage) -> dict[str, Any]:
    return {
        "id": f"msg_{uuid.uuid4().hex[:24]}",
        "type": "message",
        "role": "assistant",
        "model": request.body.model or "demo-model",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage_body(usage),
    }


def _usage_body(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens,
        "cache_creation_input_tokens": usage.cache_creation_input_tokens,
        "cache_read_input_tokens": usage.cache_read_input_tokens,
        "output_tokens": usage.output_tokens,
    }
