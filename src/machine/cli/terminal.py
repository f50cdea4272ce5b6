"""Events of a task as text for people: pure functions and a little memory, no terminal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from machine.cli.figures import cost_text, duration_text, tokens_text
from machine.cli.output import clean, json_line, one_line

Style = Literal["", "dim", "tool", "good", "bad", "note", "bold"]

CARD_CHARS: Final = 110
RESULT_LINES: Final = 4
# What says most about a call, in the order of preference.
_MAIN_INPUT: Final = ("command", "file_path", "notebook_path", "pattern", "path", "url", "query", "description")
_RESTARTS: Final = frozenset({"lost", "drain"})


@dataclass(frozen=True)
class Span:
    """Text in one style. Line ends are in the text."""

    text: str
    style: Style = ""


class Transcript:
    """Turns one task's events, in order, into spans to print one after the other."""

    def __init__(self) -> None:
        self._item: str | None = None
        self._at_line_start = True
        self._fold: _Fold | None = None
        self._first_message = ""
        self._queue_reason = ""
        self._spoke = False

    def render(self, event: Mapping[str, Any]) -> list[Span]:
        """What to print for `event`; nothing for those that only move the progress line."""
        return [span for span in self._spans(event) if span.text]

    def line(self, text: str, style: Style = "") -> list[Span]:
        """A line of its own, after ending one that is begun."""
        return [*self.end_line(), Span(f"{text}\n", style)]

    def end_line(self) -> list[Span]:
        """The end of the line that is begun, if one is."""
        spans = [] if self._at_line_start else [Span("\n")]
        self._at_line_start = True
        self._item = None
        return spans

    def _spans(self, event: Mapping[str, Any]) -> Iterator[Span]:
        data: Mapping[str, Any] = event.get("data") or {}
        match event.get("type"):
            case "task.output":
                yield from self._output(data)
            case "task.metrics" | "task.continued":
                return
            case "task.created":
                self._first_message = str(data.get("input_message") or "")
                yield from self.line(created_text(data), "note")
            case "task.input":
                if (message := str(data.get("message") or "")) != self._first_message:
                    yield from self.line(f"› {one_line(message, CARD_CHARS)}", "bold")
                self._first_message = ""
            case "task.queued" | "task.parked":
                self._queue_reason = str(data.get("reason") or "")
                yield from self.line(queued_text(str(event["type"]), data), "note")
            case "task.routed":
                text = f"goes to {data.get('decision')} · {data.get('reason')}"
                yield from self.line(f"· {one_line(text, CARD_CHARS)}", "note")
            case "task.started":
                yield from self.line(self._started_text(data), "note")
            case "task.completed" | "task.failed" | "task.cancelled":
                yield from self._ending(str(event["type"]), data)
            case _:
                text, style = other_text(event)
                yield from self.line(text, style)

    def _output(self, data: Mapping[str, Any]) -> Iterator[Span]:
        kind, text = str(data.get("kind")), str(data.get("text") or "")
        inside = data.get("parent_tool_use_id") is not None
        if kind in ("text", "thinking"):
            self._spoke = self._spoke or kind == "text"
            yield from self._flow(data, clean(text), "dim" if inside or kind == "thinking" else "")
        elif kind == "tool_use":
            if data.get("item") is None or data["item"] != self._item:
                yield from self.line(f"{'  ' if inside else ''}● {tool_text(data)}", "tool")
            self._item = data.get("item")
        elif kind == "tool_result":
            yield from self._result(data, clean(text), "    " if inside else "  ")
        elif kind == "stderr" and text.strip():
            yield from self.line("\n".join(f"stderr: {line}" for line in clean(text).splitlines()), "dim")
        elif said := one_line(text, CARD_CHARS):
            yield from self.line(f"· {one_line(data.get('name') or kind, 40)}: {said}", "dim")

    def _flow(self, data: Mapping[str, Any], text: str, style: Style) -> Iterator[Span]:
        """Running text: pieces of one item are joined, the next item begins on a line of its own."""
        if data.get("item") is None or data["item"] != self._item:
            yield from self.end_line()
        self._item = data.get("item")
        if text:
            yield Span(text, style)
            self._at_line_start = text.endswith("\n")
        if not data.get("more"):
            yield from self.end_line()

    def _result(self, data: Mapping[str, Any], text: str, indent: str) -> Iterator[Span]:
        """A tool's result, folded to its first lines; its pieces are counted together."""
        item = str(data.get("item") or data.get("tool_use_id") or "")
        if self._fold is None or self._fold.item != item:
            self._fold = _Fold(item)
        lines = self._fold.take(text, last=not data.get("more"))
        style: Style = "bad" if data.get("is_error") else "dim"
        for line in lines:
            yield from self.line(f"{indent}{line}", style)
        if not data.get("more"):
            self._fold = None

    def _started_text(self, data: Mapping[str, Any]) -> str:
        reason, self._queue_reason = self._queue_reason, ""
        if not data.get("resumed"):
            return f"started, attempt {data.get('attempt')}" if int(data.get("attempt") or 1) > 1 else "started"
        return "resumed after a restart" if reason in _RESTARTS else "resumed"

    def _ending(self, type_: str, data: Mapping[str, Any]) -> Iterator[Span]:
        if not self._spoke and data.get("result"):
            yield from self.line(clean(str(data["result"])))
        text, style = ending_text(type_, data)
        yield from self.line(text, style)


class _Fold:
    """The first lines of a text that comes in pieces, and how many more there were."""

    def __init__(self, item: str) -> None:
        self.item = item
        self._shown = 0
        self._hidden = 0
        self._tail = ""

    def take(self, text: str, *, last: bool) -> list[str]:
        """The lines to show now; at the end also how many are hidden."""
        *whole, self._tail = (self._tail + text).split("\n")
        if last and self._tail:
            whole.append(self._tail)
        shown = whole[: max(0, RESULT_LINES - self._shown)]
        self._shown += len(shown)
        self._hidden += len(whole) - len(shown)
        # A line without an end may be very long; what is not shown needs no memory.
        self._tail = self._tail[: 4 * CARD_CHARS]
        lines = [f"│ {line[:CARD_CHARS]}{'…' if len(line) > CARD_CHARS else ''}" for line in shown]
        if last and self._hidden:
            lines.append(f"│ … {self._hidden} more line{'s' if self._hidden > 1 else ''}")
        return lines


def tool_text(data: Mapping[str, Any]) -> str:
    """A tool call on one line: its name and the part of its input that says most."""
    name = one_line(data.get("name") or "tool", 60)
    given = data.get("input")
    if not isinstance(given, Mapping):
        return f"{name}  {one_line(str(data.get('text') or '')[:400], CARD_CHARS)}".rstrip()
    if name == "TodoWrite" and isinstance(given.get("todos"), list):
        return f"{name}  {len(given['todos'])} steps"
    main = next((given[key] for key in _MAIN_INPUT if given.get(key)), None)
    return f"{name}  {one_line(main if main is not None else json_line(given) if given else '', CARD_CHARS)}".rstrip()


def created_text(data: Mapping[str, Any]) -> str:
    """`task_… · agent planning · its title`."""
    parts = (data.get("task_id"), f"agent {data.get('assigned_agent')}", data.get("title"))
    return " · ".join(one_line(part, CARD_CHARS) for part in parts if part)


def queued_text(type_: str, data: Mapping[str, Any]) -> str:
    """Why the task stands in the queue again, and until when."""
    word = "parked" if type_ == "task.parked" else "back in the queue"
    reason = str(data.get("reason") or "").replace("_", " ")
    until = f", until {one_line(data['until'], 40)}" if data.get("until") else ""
    said = f": {one_line(data['message'], 300)}" if data.get("message") else ""
    return f"{word} ({reason}{until}){said}"


def ending_text(type_: str, data: Mapping[str, Any]) -> tuple[str, Style]:
    """The last line of a task: how it ended, how long it took, what it cost."""
    usage: Mapping[str, Any] = data.get("usage") or {}
    figures = " · ".join(
        part
        for part in (
            duration_text(float(data.get("duration_seconds") or 0)),
            tokens_text(usage),
            cost_text(usage, str(data.get("cost_kind") or "")),
        )
        if part
    )
    if type_ == "task.completed":
        return f"✓ completed · {figures}", "good"
    if type_ == "task.cancelled":
        return f"■ cancelled ({one_line(data.get('reason') or 'stopped', 200)}) · {figures}", "note"
    failure: Mapping[str, Any] = data.get("failure") or {}
    hint = f"\n  {one_line(failure['hint'], 500)}" if failure.get("hint") else ""
    said = one_line(failure.get("message") or "", 2000)
    return f"✗ failed ({one_line(failure.get('reason'), 40)}) · {figures}\n  {said}{hint}", "bad"


def other_text(event: Mapping[str, Any]) -> tuple[str, Style]:
    """Approvals, waiting, and kinds of events that this version does not know."""
    data: Mapping[str, Any] = event.get("data") or {}
    match event.get("type"):
        case "approval.requested":
            title = one_line(data.get("title") or data.get("tool_name"), 300)
            return f"? {one_line(data.get('kind'), 20)}: {title}", "bold"
        case "approval.answered":
            return answered_text(data), "note"
        case "task.waiting":
            words = {"approval": "waits for an answer", "input": "waits for a message", "interrupted": "interrupted"}
            return words.get(str(data.get("reason")), "waits"), "note"
        case unknown:
            return f"· {one_line(unknown, 60)}", "dim"


def answered_text(approval: Mapping[str, Any]) -> str:
    """What became of a question or a permission."""
    answer: Mapping[str, Any] = approval.get("answer") or {}
    if approval.get("status") != "answered":
        return f"no longer asked ({one_line(approval.get('status'), 20)})"
    if chosen := answer.get("answers"):
        shown = (", ".join(value) if isinstance(value, list) else value for value in dict(chosen).values())
        return f"answered: {one_line('; '.join(map(str, shown)), 300)}"
    if answer.get("decision") == "allow":
        return "allowed, from now on always" if answer.get("remember") else "allowed"
    return f"denied: {one_line(answer['reason'], 300)}" if answer.get("reason") else "denied"
