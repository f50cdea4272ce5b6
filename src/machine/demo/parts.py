"""The parts the demo plays: one function for each `demo:` word.

Each is a pure function of the turn: what was called since the user spoke decides what comes next, so a conversation
that was cut and resumed goes on where it was.
"""

import re
from dataclasses import dataclass
from typing import Final

from machine.demo.model_request import ModelRequest, ToolCall
from machine.demo.replies import Answer, ApiError, Reply, Text
from machine.demo.wording import MARKER, final

WORD_DELAY_SECONDS: Final = 0.2
SLOW_WORDS: Final = 100
RESUMED_WORDS: Final = 25
PERMISSION_COMMAND: Final = """awk 'BEGIN { print "Hello from the demo." }'"""
BACKGROUND_COMMAND: Final = "sleep 600"
NOTES_FILE: Final = "demo-notes.md"

_NUMBERED: Final = re.compile(r"\bword-(\d{3})\b")
_ANSWERED: Final = re.compile(r'="([^"]*)"')
_INTERRUPTED: Final = re.compile(r"^\[(Tool call|Request) interrupted")
_RAN_BUT_FAILED: Final = re.compile(r"^(Error: )?Exit code \d+")
_EDIT_ATTEMPTS: Final = 2

_QUESTION: Final = {
    "questions": [
        {
            "question": "Which colour should the button have?",
            "header": "Colour",
            "multiSelect": False,
            "options": [
                {"label": "Blue", "description": "Calm, like the rest of the page"},
                {"label": "Green", "description": "Says: go"},
                {"label": "Red", "description": "Nobody will miss it"},
            ],
        }
    ]
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What a part needs to know: the message that began the turn, and what happened since.

    `resumed` says that the conversation was cut in the middle of the turn and the model was told to continue.
    """

    request: ModelRequest
    text: str
    calls: tuple[ToolCall, ...]
    said_before: str
    resumed: bool

    def settled(self, name: str) -> tuple[ToolCall, ...]:
        """The calls of the tool `name` that came to an end; one that was cut off counts as not made."""
        return tuple(
            call
            for call in self.calls
            if call.name == name and call.output is not None and not _INTERRUPTED.search(call.output)
        )


def slow(turn: Turn) -> Answer:
    """A word every 200 ms for 20 s; resumed, the words that are left, or the last 5 s of them."""
    return _words(turn, SLOW_WORDS)


def ask(turn: Turn) -> Answer:
    """Asks a question with choices, then says what was chosen."""
    asked = turn.settled("AskUserQuestion")
    if not asked:
        return Reply.tool("AskUserQuestion", _QUESTION, say="I have a question before I go on.")
    output = asked[-1].output or ""
    chosen = _ANSWERED.findall(output)
    if asked[-1].is_error:
        return final(f"The question was not answered: {output}")
    if not chosen:
        return final("The question was left without an answer, so the demo goes on without one.")
    return final(f"You chose: {', '.join(chosen)}.")


def permission(turn: Turn) -> Answer:
    """Wants to run a command that needs a permission, then says whether it was allowed."""
    ran = turn.settled("Bash")
    if not ran:
        tool_input = {"command": PERMISSION_COMMAND, "description": "Print a greeting (asks for permission)"}
        return Reply.tool("Bash", tool_input, say="I would like to run a command, which needs your permission.")
    output = (ran[-1].output or "").strip()
    if ran[-1].is_error and not _RAN_BUT_FAILED.search(output):
        return final(f"The command was denied, so it did not run: {output}")
    return final(f"The command was allowed. It printed: {output}")


def edit(turn: Turn) -> Answer:
    """Writes a file in the working directory, reads it back, and reports."""
    written = [call for call in turn.settled("Write") if not call.is_error]
    refused = [call for call in turn.settled("Write") if call.is_error]
    read = turn.settled("Read")
    directory = turn.request.working_directory
    path = f"{directory.rstrip('/')}/{NOTES_FILE}" if directory else NOTES_FILE
    if written and read:
        return final(f"I wrote {NOTES_FILE} in my workspace and read it back.")
    if len(refused) >= _EDIT_ATTEMPTS:
        return final(f"I could not write {NOTES_FILE}: {refused[-1].output}")
    if written or len(refused) > len(read):
        # A file left by an earlier run has to be read before it may be overwritten.
        return Reply.tool("Read", {"file_path": path}, say=f"Now I read {NOTES_FILE}.")
    content = f"# Notes of the demo\n\n- Written by a scripted model.\n- {MARKER}\n"
    return Reply.tool("Write", {"file_path": path, "content": content}, say=f"I write {NOTES_FILE}.")


def background(turn: Turn) -> Answer:
    """Leaves a shell command running in the background, then goes on talking for 20 s."""
    started = turn.settled("Bash")
    if not started:
        tool_input = {
            "command": BACKGROUND_COMMAND,
            "description": "Sleep for ten minutes in the background",
            "run_in_background": True,
        }
        return Reply.tool("Bash", tool_input, say="I start a command that keeps running in the background.")
    if started[-1].is_error:
        return final(f"The command in the background could not be started: {started[-1].output}")
    return _words(turn, SLOW_WORDS)


def fail(_turn: Turn) -> Answer:
    """An error of the API that is not tried again."""
    return ApiError(400, "invalid_request_error", f"This error was asked for with demo:fail. {MARKER}")


def _words(turn: Turn, total: int) -> Reply:
    """`total` words in all, the marker's among them; numbered, so that a resumed part knows where it was."""
    last = total - len(MARKER.split())
    said = [int(number) for number in _NUMBERED.findall(turn.said_before)]
    first = max(said, default=0) + 1
    if turn.resumed and not said:
        # What was streamed when the process was killed is in no transcript, so nobody knows how far it came.
        first = max(1, last - RESUMED_WORDS + 1)
    words = " ".join(f"word-{number:03d}" for number in range(min(first, last), last + 1))
    return Reply((Text(f"{MARKER} {words}", WORD_DELAY_SECONDS),))
