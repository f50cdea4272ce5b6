"""Questions to the person at the terminal: what they say, and what a typed line means. No terminal here."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from machine.cli.output import clean, one_line

STOP_QUESTION: Final = "stop the task? [s]top, [d]etach, [c]ontinue: "
_INPUT_LINES: Final = 30
_INPUT_CHARS: Final = 4000


@dataclass(frozen=True)
class Ask:
    """Show `text` and read another line."""

    text: str


@dataclass(frozen=True)
class Reply:
    """Answer the approval with `body`."""

    approval_id: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Say:
    """Send `message` to the task."""

    message: str


Word = Literal["stop", "detach", "continue"]
Step = Ask | Reply | Say | Word


class Prompt(Protocol):
    """A question that is open at the terminal."""

    approval_id: str | None

    def opening(self) -> str:
        """What to show, ending in the text before the cursor."""
        ...

    def take(self, line: str | None) -> Step:
        """What a typed line means; None is the end of input (Ctrl-D)."""
        ...


class StopPrompt:
    """What Ctrl-C asks."""

    approval_id: str | None = None

    def opening(self) -> str:
        return f"\n{STOP_QUESTION}"

    def take(self, line: str | None) -> Step:
        words: dict[str, Word] = {"s": "stop", "d": "detach", "c": "continue", "": "continue"}
        if line is None:
            return "detach"
        return words.get(line.strip().lower()[:1], Ask(STOP_QUESTION))


class MessagePrompt:
    """What a task that waits for a message asks."""

    approval_id: str | None = None

    def opening(self) -> str:
        return "your message (empty: leave it waiting, Ctrl-C: more): "

    def take(self, line: str | None) -> Step:
        return Say(line.strip()) if line and line.strip() else "detach"


class PermissionPrompt:
    """May the agent use this tool, or carry out this plan?"""

    def __init__(self, approval: Mapping[str, Any]) -> None:
        self.approval_id: str | None = str(approval["approval_id"])
        self._approval = approval
        self._plan = approval.get("kind") == "plan"

    @property
    def _question(self) -> str:
        if self._plan:
            return "carry out this plan? [a]llow, [d]eny (deny WHY says why): "
        return "[a]llow once, al[w]ays allow this to the agent, [d]eny (deny WHY says why): "

    def opening(self) -> str:
        return f"{details(self._approval)}\n{self._question}"

    def take(self, line: str | None) -> Step:
        if line is None:
            return "detach"
        word, _, rest = line.strip().partition(" ")
        body: dict[str, Any]
        match word.lower():
            case "a" | "allow" | "y" | "yes":
                body = {"decision": "allow"}
            case "w" | "always" if not self._plan:
                body = {"decision": "allow", "remember": True}
            case "d" | "deny" | "n" | "no":
                body = {"decision": "deny", **({"reason": rest.strip()} if rest.strip() else {})}
            case _:
                return Ask(self._question)
        return Reply(str(self.approval_id), body)


class BudgetPrompt:
    """May the task cost more?"""

    _QUESTION = "[a]llow (allow USD says how much more), [d]eny (deny WHY says why): "

    def __init__(self, approval: Mapping[str, Any]) -> None:
        self.approval_id: str | None = str(approval["approval_id"])
        self._approval = approval

    def opening(self) -> str:
        return f"{details(self._approval)}\n{self._QUESTION}"

    def take(self, line: str | None) -> Step:
        if line is None:
            return "detach"
        word, _, rest = (part.strip() for part in line.strip().partition(" "))
        body: dict[str, Any] = {"decision": "allow"}
        match word.lower():
            case "a" | "allow" | "y" | "yes" if not rest:
                pass
            case "a" | "allow" | "y" | "yes" if (usd := _dollars(rest)) is not None:
                body["input"] = {"raise_by_usd": usd}
            case "d" | "deny" | "n" | "no":
                body = {"decision": "deny", **({"reason": rest} if rest else {})}
            case _:
                return Ask(self._QUESTION)
        return Reply(str(self.approval_id), body)


class QuestionPrompt:
    """One or more questions of the agent, asked one after the other."""

    def __init__(self, approval: Mapping[str, Any]) -> None:
        self.approval_id: str | None = str(approval["approval_id"])
        self._questions = questions_of(approval)
        self._answers: dict[str, str | list[str]] = {}

    def opening(self) -> str:
        return self._text_of(self._questions[0])

    def take(self, line: str | None) -> Step:
        if line is None:
            return "detach"
        question = self._questions[len(self._answers)]
        answer = choose(question, line)
        if not answer:
            return Ask(self._text_of(question))
        self._answers[str(question.get("question"))] = answer
        if len(self._answers) < len(self._questions):
            return Ask(self._text_of(self._questions[len(self._answers)]))
        return Reply(str(self.approval_id), {"decision": "allow", "answers": self._answers})

    def _text_of(self, question: Mapping[str, Any]) -> str:
        several = "numbers with commas" if question.get("multiSelect") else "a number"
        return f"{question_text(question)}\n{several}, or your own words: "


def prompt_for(approval: Mapping[str, Any]) -> Prompt:
    """The prompt that fits an approval."""
    if approval.get("kind") == "question" and questions_of(approval):
        return QuestionPrompt(approval)
    if approval.get("kind") == "budget":
        return BudgetPrompt(approval)
    return PermissionPrompt(approval)


def questions_of(approval: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The distinct questions in an approval's input; what does not look like one is left out."""
    given = (approval.get("input") or {}).get("questions")
    found = given if isinstance(given, list) else []
    by_text = {str(each["question"]): each for each in found if isinstance(each, Mapping) and each.get("question")}
    return list(by_text.values())


def question_text(question: Mapping[str, Any]) -> str:
    """A question with its choices, numbered from 1."""
    lines = [clean(str(question.get("question")))]
    for number, option in enumerate(_options(question), 1):
        said = f": {one_line(option['description'], 200)}" if option.get("description") else ""
        lines.append(f"  {number}. {one_line(option.get('label'), 100)}{said}")
    return "\n".join(lines)


def choose(question: Mapping[str, Any], line: str) -> str | list[str]:
    """What a typed line answers: the labels for valid numbers, else the words themselves; empty: nothing."""
    labels = [str(option.get("label")) for option in _options(question)]
    several = bool(question.get("multiSelect"))
    numbers = [part.strip() for part in line.replace(",", " ").split()] if several else [line.strip()]
    if numbers and all(number.isdecimal() and 1 <= int(number) <= len(labels) for number in numbers):
        chosen = list(dict.fromkeys(labels[int(number) - 1] for number in numbers))
        return chosen if several else chosen[0]
    return line.strip()


def answers_from(approval: Mapping[str, Any], lines: Sequence[str]) -> dict[str, str | list[str]]:
    """The answers when each line answers one question, in order. Raises ValueError when their number differs."""
    questions = questions_of(approval)
    if len(questions) != len(lines):
        raise ValueError(f"there are {len(questions)} questions and {len(lines)} answers")
    return {str(question["question"]): choose(question, line) for question, line in zip(questions, lines, strict=True)}


def details(approval: Mapping[str, Any]) -> str:
    """What exactly the agent wants to do: nothing is left out silently, since somebody decides by it."""
    given: Mapping[str, Any] = approval.get("input") or {}
    if approval.get("kind") == "question":
        return "\n".join(question_text(question) for question in questions_of(approval))
    if approval.get("kind") == "budget":
        return f"  {one_line(given.get('explanation'), 1_000)}"
    lines = [f"  tool  {one_line(approval.get('tool_name'), 100)}"]
    for name, value in given.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines += _indented(one_line(name, 40), clean(shown))
    return "\n".join(lines)


def how_to_answer(approval: Mapping[str, Any]) -> str:
    """The commands that answer an approval from another terminal."""
    approval_id = approval.get("approval_id")
    if approval.get("kind") == "question":
        return f"machine approvals answer {approval_id} ANSWER…"
    more = " [--raise-by USD]" if approval.get("kind") == "budget" else ""
    return f"machine approvals allow {approval_id}{more}  (or: deny {approval_id} --reason …)"


def _dollars(text: str) -> float | None:
    try:
        usd = float(text.removeprefix("$"))
    except ValueError:
        return None
    return usd if 0 < usd < float("inf") else None


def _indented(name: str, text: str) -> list[str]:
    cut = text[:_INPUT_CHARS].split("\n")[:_INPUT_LINES]
    hidden = len(text) - len("\n".join(cut))
    lines = [f"  {name}  {cut[0]}", *(f"    {line}" for line in cut[1:])]
    if hidden:
        lines.append(f"    … {hidden} more characters: `machine approvals list --json` shows them all")
    return lines


def _options(question: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = question.get("options")
    return [option for option in given if isinstance(option, Mapping)] if isinstance(given, list) else []
