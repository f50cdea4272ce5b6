"""Definitions that the demo writes when somebody describes one: sensible, and plainly the demo's."""

import re
from collections.abc import Mapping
from typing import Any, Final

from machine.demo.wording import MARKER

_WISH: Final = re.compile(r"The description:\s*(.+)\Z", re.DOTALL)
_WORD: Final = re.compile(r"[a-z0-9]+")
_SMALL: Final = re.compile(
    r"an?|and|agent|all|any|are|as|at|be|by|can|create|demo|every|for|from|if?|in|is|it|its|make|me|my|new|of|on|or|our"
    r"|please|schedule|should|skill|so|that|the|their|them|then|this|to|us|wants?|we|webhook|when|which|who|will|with"
    r"|you|your"
)
"""Words that say nothing in a name."""
_NAME_WORDS: Final = 3
_WISH_CHARS: Final = 300


def drafted(schema: Mapping[str, Any], said: str) -> dict[str, Any] | None:
    """The definition that a schema of one asks for; None for any other schema."""
    fields = schema.get("properties", {})
    found = _WISH.search(said)
    if found is None or "name" not in fields:
        return None
    wish = " ".join(found.group(1).split())[:_WISH_CHARS]
    if "triggers" in fields:
        return _webhook(wish)
    if "cron" in fields:
        return schedule(wish)
    if "when_to_use" in fields:
        return agent(wish)
    return {**_common(wish), "agents": ["planning"]} if "instructions" in fields else None


def agent(wish: str) -> dict[str, Any]:
    """An agent that reads and does what is wished, as a form."""
    return {**_common(wish), "when_to_use": f"Work of this kind: {wish}", "tools": ["Read", "Glob", "Grep"]}


def _common(wish: str) -> dict[str, Any]:
    steps = "1. Read what you were given.\n2. Do what is described above, and nothing else.\n3. Say what you did.\n"
    return {
        "name": _name(wish),
        "description": f"Written by the demo: {wish}",
        "instructions": f"# What you do\n\n{wish}\n\n{steps}\n{MARKER}\n",
    }


def _webhook(wish: str) -> dict[str, Any]:
    named = ("gitlab", "bitbucket", "jira", "slack", "sentry", "linear")
    provider = next((name for name in named if name in wish.lower()), "github")
    events = {"gitlab": "merge_request.open", "github": "pull_request.opened"}.get(provider, "*")
    trigger = {"events": [events], "agent": "planning", "prompt": "Look at {{ title }} and say what it is about."}
    return {
        "name": _name(wish),
        "provider": provider,
        "description": f"Written by the demo: {wish}",
        "triggers": [trigger],
    }


def schedule(wish: str) -> dict[str, Any]:
    """A schedule for what is wished, as a form; daily at nine where the wish does not say how often."""
    often = (("hour", "0 * * * *"), ("weekday", "0 9 * * 1-5"), ("week", "0 9 * * 1"), ("month", "0 9 1 * *"))
    return {
        "name": _name(wish),
        "cron": next((cron for word, cron in often if word in wish.lower()), "0 9 * * *"),
        "description": f"Written by the demo: {wish}",
        "message": f"{wish}\n\n{MARKER}",
        "agent": "planning",
    }


def _name(wish: str) -> str:
    words = [word for word in _WORD.findall(wish.lower()) if not _SMALL.fullmatch(word)]
    return "-".join(["demo", *(word[:16] for word in words[:_NAME_WORDS])])
