"""Claude Code: starting it, reading its transcripts, its login."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import SecretStr

from machine.domain.agent import SubAgent
from machine.domain.approval import Answer
from machine.domain.events import LoginWord
from machine.domain.messages import CliMessage
from machine.ports.tools import OfferedTools
from machine.ports.values import Value


class ToolRequest(Value):
    """A tool call that needs a person's word."""

    tool_name: str
    tool_use_id: str | None
    input: dict[str, Any]
    title: str
    suggestions: tuple[dict[str, Any], ...] = ()


Ask = Callable[[ToolRequest], Awaitable[Answer]]


class LaunchSpec(Value):
    """How to start one CLI process."""

    task_id: str
    run_id: str
    cwd: Path
    agent: SubAgent
    claude_session_id: str
    resume: bool
    max_turns: int | None = None
    max_budget_usd: float | None = None
    allowed_tools: tuple[str, ...] = ()
    only_tools: tuple[str, ...] | None = None
    """Of the CLI's own tools, these and no others, whatever the agent says; unset: those of the agent."""
    closed_folders: tuple[Path, ...] = ()
    """Folders that this task's file tools may not touch, beside those that are closed to all."""
    variables: Mapping[str, SecretStr] = {}
    """What its environment holds besides the machine's own, which wins."""
    note: str = ""
    """What its agent is told of where it works, beside its instructions."""
    system_prompt: str | None = None
    """Unset: Claude Code's own."""
    answer_schema: dict[str, Any] | None = None
    """A JSON schema: the turn's answer is an object that keeps to it, in `TurnEnded.structured`."""
    keeps_transcript: bool = True
    """Whether the conversation can be resumed later."""


class CliExit(Value):
    """How a CLI process ended: `code` as the shell counts (128 + signal)."""

    code: int
    stderr_tail: str = ""
    starved: bool = False
    """It was killed because the daemon had not said for too long that all is well."""


class ClaudeSession(Protocol):
    """One running CLI."""

    pid: int

    async def send(self, message: str, *, input_id: str, verbatim: bool) -> None:
        """Write a message to the CLI. Raises CliGone when it is not there any more."""
        ...

    def messages(self) -> AsyncIterator[CliMessage]:
        """What the CLI says until its output ends. Bounded: a reader that is slow slows the CLI down."""
        ...

    async def interrupt(self) -> None:
        """End the running turn; the conversation stays open."""
        ...

    async def close(self, *, patience_seconds: float | None = None) -> CliExit:
        """End of input, then the ladder, for the whole tree. Returns when the tree is empty and the warden reaped.

        `patience_seconds` bounds the polite steps; 0 goes straight to SIGKILL.
        """
        ...


class Claude(Protocol):
    """Starts CLIs and reads their transcripts."""

    @property
    def sandbox(self) -> "Sandbox":
        """Whether commands are kept in here."""
        ...

    async def open(
        self, spec: LaunchSpec, *, ask: Ask, on_stderr: Callable[[str], None], tools: OfferedTools | None = None
    ) -> ClaudeSession:
        """Start a CLI; `tools` are offered to its model beside its own. Raises CliMissing, CliCrashed."""
        ...

    def transcript(self, claude_session_id: str, *, since_input: str) -> AsyncGenerator[CliMessage, None]:
        """What the CLI wrote down of a conversation after the input with that id, in order; nothing when it is not
        there. A conversation of several tasks has one transcript."""
        ...

    async def knows(self, claude_session_id: str) -> bool:
        """Whether there is a transcript, so that the conversation must be resumed and cannot be begun."""
        ...

    async def inputs_taken(self, claude_session_id: str) -> frozenset[str]:
        """Ids of the inputs that the transcript holds."""
        ...

    async def sweep(self, task_id: str | None = None) -> int:
        """Kill what a dead daemon, or a dead warden, left running. Returns how many processes there were."""
        ...


class LoginState(Value):
    """Whether Claude Code can work here."""

    state: LoginWord
    method: str | None = None
    message: str = ""
    hint: str = ""
    until: datetime | None = None


class Sandbox(Value):
    """Whether commands of agents are kept in; if not, why, and what to do about it."""

    state: Literal["active", "unavailable", "off"]
    message: str
    hint: str = ""

    @property
    def active(self) -> bool:
        return self.state == "active"


class ClaudeLogin(Protocol):
    """Claude's login on this machine."""

    async def check(self) -> LoginState:
        """Ask the CLI. Does not contact the API, so it can be ready and still be refused."""
        ...

    async def evidence(self) -> str:
        """A text that changes when the login does (names of variables, time and size of its file), and is no secret.
        Cheap: no process is started."""
        ...
