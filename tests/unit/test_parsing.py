"""What the CLI says becomes messages of the domain, whatever it says."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine.claude.blocks import text_of_result
from machine.claude.clean import clean
from machine.claude.guard import Guard
from machine.claude.login import login_state
from machine.claude.parsing import Parser
from machine.claude.pricing import estimate_usd
from machine.claude.transcripts import Transcripts
from machine.domain.costs import Usage
from machine.domain.messages import (
    ApiFault,
    CliMessage,
    ConversationBegan,
    InputState,
    Note,
    QuotaSeen,
    StateChanged,
    TextBlock,
    TextDelta,
    ToolResult,
    ToolUse,
    TurnEnded,
    UsageSeen,
)

SESSION = "11111111-1111-4111-8111-111111111111"

KINDS = ("stream_event", "assistant", "user", "system", "result", "rate_limit_event", "keep_alive", "invented")
BLOCKS = ("text", "thinking", "redacted_thinking", "tool_use", "server_tool_use", "tool_result", "image", "invented")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None))
ANYTHING = st.recursive(SCALARS, lambda x: st.lists(x) | st.dictionaries(st.text(st.characters(codec=None)), x))
BLOCK = st.fixed_dictionaries(
    {"type": st.sampled_from(BLOCKS)},
    optional=dict.fromkeys(("text", "thinking", "id", "name", "input", "tool_use_id", "content", "source"), ANYTHING),
)
EVENT = st.fixed_dictionaries(
    {"type": st.sampled_from(("message_start", "content_block_start", "content_block_delta", "message_delta"))},
    optional={"message": ANYTHING, "index": ANYTHING, "delta": BLOCK | ANYTHING, "usage": ANYTHING},
)
FRAME = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)},
    optional={
        "subtype": st.sampled_from(("init", "session_state_changed", "invented")) | ANYTHING,
        "event": EVENT | ANYTHING,
        "message": st.fixed_dictionaries({"content": st.lists(BLOCK) | ANYTHING}, optional={"usage": ANYTHING}),
        **dict.fromkeys(
            ("uuid", "parent_tool_use_id", "errors", "result", "usage", "num_turns", "total_cost_usd", "state",
             "rate_limit_info", "user_message_uuids", "error", "api_error_status", "session_id", "model"),
            ANYTHING,
        ),
    },
)  # fmt: skip


def parsed(*frames: dict[str, Any]) -> list[CliMessage]:
    parser = Parser()
    return [message for frame in frames for message in parser.parse(frame)]


def stream(event: dict[str, Any], parent: str | None = None) -> dict[str, Any]:
    return {"type": "stream_event", "event": event, "parent_tool_use_id": parent, "uuid": "u"}


def started(message_id: str, **usage: int) -> dict[str, Any]:
    return stream({"type": "message_start", "message": {"id": message_id, "model": "claude-x", "usage": usage}})


def assistant(message_id: str, *blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "assistant", "uuid": "a", "message": {"id": message_id, "content": list(blocks)}, **more}


@given(st.lists(FRAME | ANYTHING, max_size=4))
def test_no_json_value_is_too_strange(frames: list[Any]) -> None:
    parser = Parser()
    for frame in frames:
        for message in parser.parse(frame):
            assert isinstance(message, CliMessage)
            message.model_dump_json().encode()


def test_a_block_has_the_item_of_its_deltas_even_when_blocks_before_it_were_not_reported() -> None:
    delta = {"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "Hel"}}
    messages = parsed(
        started("m1"),
        stream({"type": "content_block_start", "index": 2, "content_block": {"type": "text"}}),
        stream(delta),
        assistant("m1", {"type": "text", "text": "Hello"}),
    )
    items = [message.item for message in messages if isinstance(message, TextDelta | TextBlock)]
    assert items == ["m1:2", "m1:2"]


def test_blocks_of_one_message_are_counted_where_nothing_was_streamed() -> None:
    text = {"type": "text", "text": "x"}
    messages = parsed(
        assistant("m1", text), assistant("m1", {"type": "thinking", "thinking": "y"}), assistant("m2", text)
    )
    assert [(m.item, m.thinking) for m in messages if isinstance(m, TextBlock)] == [
        ("m1:0", False),
        ("m1:1", True),
        ("m2:0", False),
    ]


def test_two_streams_at_once_are_kept_apart_by_their_parent() -> None:
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "hm"}}
    main = started("m1")
    below = stream({"type": "message_start", "message": {"id": "m2", "model": "claude-y"}}, parent="toolu_1")
    found = [m for m in parsed(main, below, stream(delta), stream(delta, parent="toolu_1")) if isinstance(m, TextDelta)]
    assert [(m.item, m.parent_tool_use_id, m.thinking) for m in found] == [
        ("m1:0", None, True),
        ("m2:0", "toolu_1", True),
    ]


def test_usage_grows_and_is_never_taken_back() -> None:
    messages = parsed(
        started("m1", input_tokens=10, cache_read_input_tokens=5, output_tokens=1),
        stream({"type": "message_delta", "usage": {"output_tokens": 40}}),
        assistant("m1", {"type": "text", "text": "x"}) | {"message": {"id": "m1", "usage": {"output_tokens": 1}}},
    )
    last = [message for message in messages if isinstance(message, UsageSeen)][-1]
    usage = Usage(input_tokens=10, cache_read_tokens=5, output_tokens=40)
    priced = usage.model_copy(update={"cost_usd": estimate_usd("claude-x", usage)})
    assert last == UsageSeen(message_id="m1", model="claude-x", usage=priced)


def test_an_error_of_the_api_is_a_fault_and_no_text_of_the_agent() -> None:
    blocks = {"type": "text", "text": "Not logged in · Please run /login"}
    assert parsed(assistant("m", blocks, error="authentication_failed")) == [
        ApiFault(error="authentication_failed", text="Not logged in · Please run /login", uuid="a")
    ]


def test_tool_calls_and_their_results_are_read() -> None:
    content = [{"type": "text", "text": "one"}, {"type": "image", "source": {"media_type": "image/png", "data": "…"}}]
    result = {"type": "tool_result", "tool_use_id": "t1", "content": content, "is_error": True}
    messages = parsed(
        assistant("m", {"type": "tool_use", "id": "t1", "name": "Bash", "input": {"command": "ls"}}),
        {"type": "user", "uuid": "r", "message": {"content": [result]}},
    )
    assert messages == [
        ToolUse(tool_use_id="t1", name="Bash", input={"command": "ls"}, uuid="a"),
        ToolResult(tool_use_id="t1", text="one\n[image image/png]", is_error=True, uuid="r"),
    ]


def test_the_result_of_a_turn_names_the_inputs_it_answered() -> None:
    [ended] = parsed(
        {
            "type": "result",
            "subtype": "success",
            "is_error": True,
            "api_error_status": 429,
            "result": "",
            "errors": ["a", 1, " "],
            "total_cost_usd": 0.5,
            "usage": {"input_tokens": 3, "cache_creation_input_tokens": 2},
            "user_message_uuids": ["i1", "i2"],
            "num_turns": 2,
            "uuid": "u",
        }
    )
    assert ended == TurnEnded(
        subtype="success",
        is_error=True,
        result="",
        errors=("a",),
        api_error_status=429,
        total_cost_usd=0.5,
        usage=Usage(input_tokens=3, cache_creation_tokens=2),
        num_turns=2,
        answered_inputs=("i1", "i2"),
        uuid="u",
    )


def test_what_a_turn_cost_is_told_apart_from_what_the_session_cost() -> None:
    models = {"a": {"costUSD": 0.25}, "b": {"costUSD": 0.5}, "c": {"costUSD": "much"}}
    [ended] = parsed({"type": "result", "total_cost_usd": 7, "model_usage_since_last_result": models})
    assert isinstance(ended, TurnEnded)
    assert (ended.turn_cost_known, ended.usage.cost_usd, ended.total_cost_usd) == (True, 0.75, 7)
    [ended] = parsed({"type": "result", "total_cost_usd": 7})
    assert isinstance(ended, TurnEnded)
    assert not ended.turn_cost_known


def test_the_progress_of_an_input_is_read() -> None:
    assert parsed({"type": "command_lifecycle", "command_uuid": "i1", "state": "started"}) == [
        InputState(input_id="i1", state="started")
    ]


def test_what_the_cli_says_about_itself_is_read() -> None:
    quota = {"status": "rejected", "resetsAt": 1795356806, "rateLimitType": "five_hour"}
    assert parsed(
        {"type": "system", "subtype": "init", "session_id": SESSION, "model": "claude-x", "uuid": "u"},
        {"type": "system", "subtype": "session_state_changed", "state": "idle"},
        {"type": "rate_limit_event", "rate_limit_info": quota},
    ) == [
        ConversationBegan(claude_session_id=SESSION, model="claude-x", uuid="u"),
        StateChanged(state="idle"),
        QuotaSeen(rejected=True, resets_at=1795356806, limit="five_hour"),
    ]


def test_unknown_messages_and_blocks_are_shown() -> None:
    frame = {"type": "hologram", "uuid": "u", "n": 1}
    block = {"type": "smell", "strength": 11}
    assert parsed(frame, assistant("m", block)) == [
        Note(subtype="hologram", data=frame, uuid="u"),
        Note(subtype="block:smell", data=block, uuid="a"),
    ]
    assert parsed({"type": "system", "subtype": "new_thing"}) == [
        Note(subtype="new_thing", data={"type": "system", "subtype": "new_thing"})
    ]


def test_texts_that_no_encoding_takes_and_bottomless_values_are_made_safe() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    assert clean({"a\ud800": "b\udfff", "n": float("nan")}) == {"a\ufffd": "b\ufffd", "n": None}
    assert "…" in json.dumps(clean(deep), ensure_ascii=False)


def test_results_of_other_shapes_are_shown_as_they_are() -> None:
    assert text_of_result("plain") == "plain"
    assert text_of_result(None) == ""
    assert text_of_result([{"type": "reference", "name": "x"}]) == '{"type": "reference", "name": "x"}'


# --- transcripts ----------------------------------------------------------------------------------------------------


async def test_a_transcript_with_half_a_last_line_is_read_up_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "projects" / "-some-where"
    folder.mkdir(parents=True)
    text, queued = {"type": "text", "text": "said"}, {"type": "queued_command", "source_uuid": "i2"}
    result = {"type": "tool_result", "tool_use_id": "t", "content": "done"}
    entries: list[dict[str, Any]] = [
        {"type": "queue-operation", "operation": "enqueue"},
        {"type": "user", "uuid": "i1", "message": {"role": "user", "content": "do it"}},
        {"type": "attachment", "uuid": "x", "attachment": queued},
        {**assistant("m1", text), "isSidechain": True},
        assistant("m1", text),
        {"type": "user", "uuid": "r1", "message": {"content": [result]}},
        {"type": "assistant", "uuid": "s", "message": {"model": "<synthetic>", "content": [text]}},
    ]
    lines = [json.dumps(entry) for entry in entries]
    (folder / f"{SESSION}.jsonl").write_text("\n".join([*lines, '{"type":"assistant","mess']))
    transcripts = Transcripts(tmp_path)
    said = [TextBlock(item="m1:0", text="said", uuid="a"), ToolResult(tool_use_id="t", text="done", uuid="r1")]
    assert [message async for message in transcripts.messages(SESSION, since_input="i1")] == said
    assert [message async for message in transcripts.messages(SESSION, since_input="i2")] == said
    assert [message async for message in transcripts.messages(SESSION, since_input="i3")] == []
    assert await transcripts.exists(SESSION)
    assert await transcripts.inputs_taken(SESSION) == {"i1", "i2"}


@pytest.mark.parametrize("session_id", [SESSION, "../../etc/passwd", "*"])
async def test_no_transcript_is_an_empty_one(tmp_path: Path, session_id: str) -> None:
    assert [message async for message in Transcripts(tmp_path).messages(session_id, since_input="i")] == []
    assert not await Transcripts(tmp_path).exists(session_id)
    assert await Transcripts(tmp_path).inputs_taken(session_id) == frozenset()


# --- the guard ------------------------------------------------------------------------------------------------------


@pytest.fixture
def guard(tmp_path: Path) -> Guard:
    workspace = tmp_path / "workspaces" / "t1"
    for folder in (workspace / ".claude", tmp_path / "workspaces" / "t2", tmp_path / "db", tmp_path / "home"):
        folder.mkdir(parents=True)
    (workspace / "link").symlink_to(tmp_path / "db")
    (workspace / "linked-settings").symlink_to(workspace / ".claude")
    return Guard(workspace, home=tmp_path / "home", closed=(tmp_path / "workspaces", tmp_path / "db"))


@pytest.mark.parametrize(
    ("tool", "tool_input"),
    [
        ("Write", {"file_path": ".claude/settings.json"}),
        ("Write", {"file_path": "{ws}/.CLAUDE/settings.json"}),
        ("Edit", {"file_path": "repo/../CLAUDE.md"}),
        ("Write", {"file_path": "linked-settings/x"}),
        ("NotebookEdit", {"notebook_path": ".mcp.json"}),
        ("Read", {"file_path": "{data}/db/machine.db"}),
        ("Read", {"file_path": "link/machine.db"}),
        ("Read", {"file_path": "~/../db/machine.db"}),
        ("Read", {"file_path": "../t2/secret"}),
        ("Read", {"file_path": "a\0b"}),
        ("Grep", {"pattern": "x", "path": "{data}"}),
        ("Grep", {"pattern": "x", "path": "link"}),
        ("Glob", {"pattern": "{data}/db/*"}),
        ("Glob", {"pattern": "../*/secret"}),
        ("Glob", {"pattern": "*/../../t2/*"}),
        ("Grep", {"pattern": "x", "path": "../t2", "glob": "*.py"}),
    ],
)
def test_the_guard_refuses(guard: Guard, tmp_path: Path, tool: str, tool_input: dict[str, str]) -> None:
    marks = {"{data}": str(tmp_path), "{ws}": str(tmp_path / "workspaces" / "t1")}
    for mark, path in marks.items():
        tool_input = {key: value.replace(mark, path) for key, value in tool_input.items()}
    assert "refused" in (guard.objection(tool, tool_input) or "")


@pytest.mark.parametrize(
    ("tool", "tool_input"),
    [
        ("Write", {"file_path": "notes.md"}),
        ("Write", {"file_path": "repo/.claude/settings.json"}),
        ("Read", {"file_path": "CLAUDE.md"}),
        ("Read", {"file_path": "/usr/include/stdio.h"}),
        ("Grep", {"pattern": "../x"}),
        ("Glob", {"pattern": "**/*.py"}),
        ("Glob", {}),
        ("Bash", {"command": "ls"}),
    ],
)
def test_the_guard_lets_pass(guard: Guard, tool: str, tool_input: dict[str, str]) -> None:
    assert guard.objection(tool, tool_input) is None


# --- money and login ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "usage", "usd"),
    [
        ("claude-opus-5-5", Usage(input_tokens=15600, output_tokens=3), 0.06246),  # as the CLI itself reported
        ("claude-sonnet-4-5-20250929", Usage(output_tokens=1_000_000), 15.0),
        ("claude-haiku-4-5", Usage(cache_read_tokens=1_000_000, cache_creation_tokens=1_000_000), 1.35),
        ("claude-haiku-5-5", Usage(input_tokens=200_000), 0.1),
        ("no-such-model", Usage(input_tokens=1_000_000), 4.0),
    ],
)
def test_tokens_have_their_list_price(model: str, usage: Usage, usd: float) -> None:
    assert estimate_usd(model, usage) == pytest.approx(usd)


@pytest.mark.parametrize(
    ("output", "state", "method"),
    [
        (b'{"loggedIn": true, "authMethod": "claude.ai", "subscriptionType": "max"}', "ready", "claude.ai"),
        (b'{"loggedIn": false, "authMethod": "none"}', "needs_login", "none"),
        (b"Segmentation fault", "unknown", None),
        (b"[]", "unknown", None),
    ],
)
def test_the_login_is_what_the_cli_says(output: bytes, state: str, method: str | None) -> None:
    found = login_state(output)
    assert (found.state, found.method) == (state, method)
