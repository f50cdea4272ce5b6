"""Durations, tokens and money as short text, and the progress line made of them."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

_SPINNER: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_STATES: Final = {
    "task.created": "queued",
    "task.queued": "queued",
    "task.parked": "parked",
    "task.started": "working",
    "task.continued": "working",
    "task.waiting": "waiting",
    "approval.requested": "waiting for an answer",
    "task.completed": "completed",
    "task.failed": "failed",
    "task.cancelled": "cancelled",
}


def duration_text(seconds: float) -> str:
    """`4.2 s`, `1:05` or `2:01:05`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def count_text(count: int) -> str:
    """`950`, `12.3k`, `4.5M`."""
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 999_950 else f"{count / 1_000_000:.1f}M"


def tokens_text(usage: Mapping[str, Any]) -> str:
    """`12.3k tokens in, 456 out`; what came from or went to the cache counts as in. Empty when there were none."""
    into = sum(int(usage.get(f"{kind}_tokens") or 0) for kind in ("input", "cache_read", "cache_creation"))
    out = int(usage.get("output_tokens") or 0)
    return f"{count_text(into)} tokens in, {count_text(out)} out" if into or out else ""


def cost_text(usage: Mapping[str, Any], kind: str) -> str:
    """Dollars, with a word on what kind of dollars they are."""
    cost = float(usage.get("cost_usd") or 0)
    amount = f"${cost:.4f}" if cost < 1 else f"${cost:.2f}"
    words = {"demo": " demo money, nobody pays", "subscription": " at API prices, on a subscription: not a bill"}
    return ("~" if usage.get("estimated") else "") + amount + words.get(kind, "")


class Progress:
    """The one line that tells how a task is doing now."""

    def __init__(self) -> None:
        self.state = "queued"
        self._began_at: float | None = None
        self._usage: Mapping[str, Any] = {}
        self._cost_kind = ""

    def update(self, event: Mapping[str, Any]) -> None:
        """Take note of `event`."""
        type_, data = str(event.get("type")), event.get("data") or {}
        self.state = _STATES.get(type_, self.state)
        if type_ == "approval.answered":
            self.state = "working"
        if self._began_at is None:
            self._began_at = _timestamp(event.get("at"))
        if isinstance(data.get("usage"), Mapping):
            self._usage = data["usage"]
        self._cost_kind = str(data.get("cost_kind") or self._cost_kind)

    def text(self, now: float | None = None) -> str:
        """The line at `now` (unix seconds): spinner, state, time since the task was made, tokens, cost."""
        now = time.time() if now is None else now
        elapsed = max(0.0, now - self._began_at) if self._began_at is not None else 0.0
        spinner = _SPINNER[int(now * 10) % len(_SPINNER)] if self.state in ("working", "queued") else "◦"
        parts = (duration_text(elapsed), tokens_text(self._usage), cost_text(self._usage, self._cost_kind))
        return f"{spinner} {self.state} · " + " · ".join(part for part in parts if part)


def _timestamp(at: object) -> float | None:
    try:
        return datetime.fromisoformat(str(at)).timestamp()
    except ValueError:
        return None
