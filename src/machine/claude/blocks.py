"""Content blocks of a message: text, thinking, tool calls and their results, and what a later version may add."""

import json
from typing import Any

from machine.claude.clean import as_dict, as_list, as_optional_text, as_text
from machine.domain.messages import Note, TextBlock, ToolResult, ToolUse


def message_of_block(
    block: object, *, item: str, uuid: str | None, parent: str | None
) -> TextBlock | ToolUse | ToolResult | Note:
    """One content block, already cleaned. `item` names it among the blocks of its message."""
    data = as_dict(block)
    kind, tool_use_id = as_text(data.get("type")), as_optional_text(data.get("tool_use_id"))
    if kind in ("text", "thinking"):
        thinking = kind == "thinking"
        return TextBlock(
            item=item, text=as_text(data.get(kind)), thinking=thinking, uuid=uuid, parent_tool_use_id=parent
        )
    if kind.endswith("tool_use") and (call_id := as_optional_text(data.get("id"))):
        name, tool_input = as_text(data.get("name")), as_dict(data.get("input"))
        return ToolUse(tool_use_id=call_id, name=name, input=tool_input, uuid=uuid, parent_tool_use_id=parent)
    if kind.endswith("tool_result") and tool_use_id:
        return ToolResult(
            tool_use_id=tool_use_id,
            text=text_of_result(data.get("content")),
            is_error=bool(data.get("is_error")),
            uuid=uuid,
            parent_tool_use_id=parent,
        )
    shown = data if isinstance(block, dict) else {"value": block}
    return Note(subtype=f"block:{kind or 'unknown'}", data=shown, uuid=uuid, parent_tool_use_id=parent)


def text_of_result(content: object) -> str:
    """What a tool answered, as text; an image is named, a block of an unknown kind is shown as JSON."""
    if isinstance(content, str):
        return content
    blocks = [content] if isinstance(content, dict) else as_list(content)
    return "\n".join(_text_of(block) for block in blocks)


def _text_of(block: object) -> str:
    if isinstance(block, str):
        return block
    data = as_dict(block)
    if data.get("type") == "text":
        return as_text(data.get("text"))
    if data.get("type") in ("image", "document"):
        return _described(data)
    return json.dumps(block, ensure_ascii=False)


def _described(data: dict[str, Any]) -> str:
    source = as_dict(data.get("source"))
    parts = [as_text(data.get("type")), as_text(source.get("media_type")) or as_text(source.get("url"))]
    return f"[{' '.join(part for part in parts if part)}]"
