"""Plain prompts the demo has an answer for, and what it says to everything else."""

import re
from typing import Final

from machine.demo import brain, parts
from machine.demo.parts import Turn
from machine.demo.replies import Answer
from machine.demo.wording import final

DEMO_ALLOWED_TOOLS: Final[tuple[str, ...]] = (f"Bash({parts.BACKGROUND_COMMAND})",)
"""Permission rules for the CLI that let `demo:background` run without a question, and nothing else."""

_PLAN: Final = re.compile(r"\bplan\b(?:\s+(?:for|to|of|how to))?\s*(?P<goal>[^\n]*)", re.IGNORECASE)
_EDIT: Final = re.compile(r"\b(edit|write|create|change)\b.{0,40}\bfile\b", re.IGNORECASE)
_QUESTION: Final = re.compile(r"\bask (me )?(a|some) questions?\b", re.IGNORECASE)
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


def plain_answer(turn: Turn) -> Answer:
    """The answer to a message without a `demo:` word; never asks a question unless the message wants one."""
    if act := brain.played(turn):
        return act
    if _QUESTION.search(turn.text):
        return parts.ask(turn)
    if plan := _PLAN.search(turn.text):
        return final(_PLAN_TEXT.format(goal=_short(plan.group("goal")) or "the task"))
    if _EDIT.search(turn.text):
        return parts.edit(turn)
    return final(_DEFAULT_TEXT.format(goal=_short(turn.text)) + _also_said(turn))


def _also_said(turn: Turn) -> str:
    also = turn.request.interjections
    return f"\n\nYou added meanwhile: “{_short(also[-1])}”." if also else ""


def _short(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line if len(line) <= _GOAL_CHARACTERS else line[: _GOAL_CHARACTERS - 1] + "…"
