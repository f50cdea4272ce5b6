"""What the demo's Brain does with the machine's tools, so that the examples of the chat can be played."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from machine.demo import drafts
from machine.demo.parts import Turn
from machine.demo.replies import Answer, Reply
from machine.demo.wording import final

_SERVER: Final = "mcp__machine__"
_WITHOUT_TOOLS: Final = (
    "I cannot create the webhook from here: the tools for webhooks were not offered to me. You can create it yourself "
    "under Webhooks: choose the provider GitLab, the event “merge_request.open”, and the agent that should take it."
)


@dataclass(frozen=True, slots=True)
class _Act:
    """One call of a tool, and what is said before and after it."""

    wish: re.Pattern[str]
    tool: str
    input: Callable[[str], Mapping[str, Any]]
    say: str
    told: Callable[[Any], str]
    """From the tool's answer, read as JSON; LookupError and TypeError where it is something else."""
    without: str = ""
    """What is said where the tool is not offered; empty: the message is for others to answer."""


def played(turn: Turn) -> Answer | None:
    """The answer to a wish that a tool of the machine fulfils; None for any other, and where the tool is missing."""
    for act in _ACTS:
        if act.wish.search(turn.text):
            return _answer(turn, act)
    return None


def _answer(turn: Turn, act: _Act) -> Answer | None:
    name = _SERVER + act.tool
    made = turn.settled(name)
    if not made:
        if name in turn.request.tools:
            return Reply.tool(name, dict(act.input(turn.text)), say=act.say)
        return final(act.without) if act.without else None
    output = made[-1].output or ""
    if made[-1].is_error:
        return final(f"That was not done: {output}")
    try:
        # Words of others come between marks that say so (`<data>`).
        return final(act.told(json.loads(output[output.find("{") : output.rfind("}") + 1])))
    except (ValueError, LookupError, TypeError):
        return final("It is done.")


def _gitlab(_: str) -> Mapping[str, Any]:
    trigger = {
        "events": ["merge_request.open"],
        "agent": "planning",
        "prompt": "Review the merge request {{ payload.object_attributes.title }}.",
    }
    return {"name": "gitlab-merge-requests", "provider": "gitlab", "triggers": [trigger]}


def _webhook_told(answer: Any) -> str:
    there = answer["enter_at_the_provider"]
    said = "The webhook for GitLab merge requests is there and live at once.\n\nEnter this at GitLab:\n"
    lines = [f"- Where: {there['where']}", f"- Address: {there['url']}", f"- Secret: {answer['about_the_secret']}"]
    return "\n".join([said, *lines])


def _standing(answer: Any) -> str:
    items = [item for item in answer["items"] if item["agent"] != "brain"]
    if not items:
        return "Nothing runs and nothing waits: this machine has had no task yet."
    counts = Counter(str(item["status"]).replace("_", " ") for item in items)
    waits = [f"- {item['title']}" for item in items if item["status"] == "waiting_input"]
    said = "Of the newest tasks, " + ", ".join(f"{count} {status}" for status, count in counts.items()) + "."
    return "\n".join([said, "", "These wait for your answer:", *waits]) if waits else f"{said} Nothing waits for you."


_ACTS: Final = (
    _Act(
        re.compile(r"\bcreate a webhook\b.*\bgitlab\b.*\bmerge requests?\b", re.IGNORECASE | re.DOTALL),
        "create_webhook",
        _gitlab,
        "I create a webhook for GitLab merge requests.",
        _webhook_told,
        _WITHOUT_TOOLS,
    ),
    _Act(
        re.compile(r"\bcreate an agent\b", re.IGNORECASE),
        "create_agent",
        drafts.agent,
        "I write an agent for this.",
        lambda answer: f"The agent {answer['saved']} is there and live at once.",
    ),
    _Act(
        re.compile(r"^every (hour|day|weekday|week|month)\b", re.IGNORECASE),
        "create_schedule",
        drafts.schedule,
        "I make a schedule of this.",
        lambda answer: f"The schedule {answer['name']} is there, and begins by itself from now on.",
    ),
    _Act(
        re.compile(r"\bwhat is running\b|\bwhat waits for\b", re.IGNORECASE),
        "list_tasks",
        lambda _: {"limit": 50},
        "I look at the tasks.",
        _standing,
    ),
    _Act(
        re.compile(r"^start a task\b", re.IGNORECASE),
        "create_task",
        lambda said: {"message": said, "agent": "planning"},
        "I give this to an agent.",
        lambda answer: f"It is in the list of tasks: {answer['title']}.",
    ),
)
