"""Plain prompts the demo has an answer for, and what it says to everything else."""

import json
import re
from typing import Final

from machine.demo import parts
from machine.demo.parts import Turn
from machine.demo.replies import Answer, Reply
from machine.demo.wording import final

CREATE_WEBHOOK_TOOL: Final = "mcp__machine__create_webhook"

DEMO_PROMPTS: Final[tuple[tuple[str, str], ...]] = (
    ("A plan", "Write a plan for adding a dark mode to the dashboard"),
    ("An edit", "Edit a file: write some notes into your workspace (demo:edit)"),
    ("A question", "Ask me a question before you start (demo:ask)"),
    ("A permission", "Run a command that needs my permission (demo:permission)"),
    ("A webhook", "Create a webhook for GitLab merge requests"),
    ("A long answer", "Take your time with this one (demo:slow)"),
)
"""Title and message of the examples the dashboard offers."""

DEMO_ALLOWED_TOOLS: Final[tuple[str, ...]] = (f"Bash({parts.BACKGROUND_COMMAND})",)
"""Permission rules for the CLI that let `demo:background` run without a question, and nothing else."""

_PLAN: Final = re.compile(r"\bplan\b(?:\s+(?:for|to|of|how to))?\s*(?P<goal>[^\n]*)", re.IGNORECASE)
_EDIT: Final = re.compile(r"\b(edit|write|create|change)\b.{0,40}\bfile\b", re.IGNORECASE)
_QUESTION: Final = re.compile(r"\bask (me )?(a|some) questions?\b", re.IGNORECASE)
_WEBHOOK: Final = re.compile(r"\bcreate a webhook\b.*\bgitlab\b.*\bmerge requests?\b", re.IGNORECASE | re.DOTALL)
_GOAL_CHARACTERS: Final = 120

_PLAN_TEXT: Final = """# Plan: {goal}

1. **Look** at what is there: read the files concerned and note what they promise.
2. **Decide** on the smallest change that does it, and write down why.
3. **Change** it in small steps, each with a test that fails without it.
4. **Check** everything together, then describe the change for those who review it.

Risks: behaviour that nobody wrote down. Done when the tests pass and a person has seen it work."""

_DEFAULT_TEXT: Final = """I read your message: “{goal}”. A real model would now work on it. This is what it would do:

1. Look at the workspace and find what your message is about.
2. Say what it is going to change, and ask where it is unsure.
3. Do it, and report what was done.

Messages with one of these words make the demo act: demo:slow, demo:ask, demo:permission, demo:edit, \
demo:background, demo:fail."""

_NO_WEBHOOK_TEXT: Final = """I cannot create the webhook from here: the tools for webhooks were not offered to me. \
You can create it yourself under Webhooks: choose the provider GitLab, the event “merge_request.open”, and the \
agent that should take it."""


def plain_answer(turn: Turn) -> Answer:
    """The answer to a message without a `demo:` word; never asks a question unless the message wants one."""
    if _WEBHOOK.search(turn.text):
        return _webhook(turn)
    if _QUESTION.search(turn.text):
        return parts.ask(turn)
    if plan := _PLAN.search(turn.text):
        return final(_PLAN_TEXT.format(goal=_short(plan.group("goal")) or "the task"))
    if _EDIT.search(turn.text):
        return parts.edit(turn)
    return final(_DEFAULT_TEXT.format(goal=_short(turn.text)) + _also_said(turn))


def _webhook(turn: Turn) -> Answer:
    made = turn.settled(CREATE_WEBHOOK_TOOL)
    if made and made[-1].is_error:
        return final(f"The webhook was not created: {made[-1].output}")
    if made:
        return final(_made(made[-1].output or ""))
    if CREATE_WEBHOOK_TOOL not in turn.request.tools:
        return final(_NO_WEBHOOK_TEXT)
    tool_input = {
        "name": "gitlab-merge-requests",
        "provider": "gitlab",
        "triggers": [
            {
                "events": ["merge_request.open"],
                "agent": "planning",
                "prompt": "Review the merge request {{ payload.object_attributes.title }}.",
            }
        ],
    }
    return Reply.tool(CREATE_WEBHOOK_TOOL, tool_input, say="I create a webhook for GitLab merge requests.")


def _made(answer: str) -> str:
    """What to tell of a webhook that was made, as far as the tool's answer can be understood."""
    said = "The webhook for GitLab merge requests is there and live at once."
    try:
        told = json.loads(answer)
        there = told["enter_at_the_provider"]
        lines = [
            f"- Where: {there['where']}",
            f"- Address: {there['url']}",
            f"- Secret: {told['about_the_secret']}",
        ]
    except (ValueError, KeyError, TypeError):
        return f"{said} {answer}"
    return "\n".join((said, "", "Enter this at GitLab:", *lines))


def _also_said(turn: Turn) -> str:
    also = turn.request.interjections
    return f"\n\nYou added meanwhile: “{_short(also[-1])}”." if also else ""


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _GOAL_CHARACTERS else line[: _GOAL_CHARACTERS - 1] + "…"
