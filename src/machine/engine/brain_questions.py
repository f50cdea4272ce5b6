"""One question to Claude Code, with no tools and a form for the answer, in a process of its own."""

import asyncio
import logging
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict

from machine.domain.agent import SubAgent
from machine.domain.approval import Answer, Decision
from machine.domain.costs import Usage
from machine.domain.errors import CliGone, MachineError
from machine.domain.messages import ApiFault, CliMessage, Note, QuotaSeen, TurnEnded, UsageSeen
from machine.domain.task import QueueReason
from machine.engine.accounts import Account
from machine.engine.outcome import Completed, Failed, Parked, judged
from machine.ports import Claude, ClaudeSession, LaunchSpec, ToolRequest

ANSWER_SECONDS: Final = 60.0
MAX_TURNS: Final = 4
"""The CLI itself sends an answer back that does not keep to the form; so there is more than one try."""
AUTH_RETRIES: Final = 2

_log = logging.getLogger(__name__)


class Form(BaseModel):
    """A question: who answers, as what, and in which form."""

    model_config = ConfigDict(frozen=True)

    task_id: str
    """Whose question it is: its processes carry the mark of this task."""
    agent: SubAgent
    system_prompt: str
    message: str
    answer_schema: dict[str, Any]


class Said(BaseModel):
    """What came of a question. `parked`: the login or a quota stands in the way. Neither: `problem` says what went
    wrong. `structured` is as the model gave it, to be checked. `usage` counts whatever came of it."""

    model_config = ConfigDict(frozen=True)

    structured: Any = None
    problem: str = ""
    parked: Parked | None = None
    usage: Usage = Usage()


class BrainQuestions:
    """Asks. `folder` is where the CLI runs: an empty folder of its own."""

    def __init__(self, *, claude: Claude, folder: Path, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._claude = claude
        self._folder = folder
        self._seconds = answer_seconds

    async def ask(self, form: Form) -> Said:
        """Ask, and wait for the answer for as long as one may take. Never raises for what happens to the CLI."""
        listening = _Listening()
        try:
            async with asyncio.timeout(self._seconds):
                await self._converse(form, listening)
        except TimeoutError:
            return listening.said(problem=f"it has not answered within {self._seconds:g} seconds")
        except MachineError as error:
            return listening.said(problem=error.message)
        except OSError as error:
            return listening.said(problem=f"its folder cannot be made: {error.strerror or error}")
        return listening.said()

    async def _converse(self, form: Form, listening: "_Listening") -> None:
        await asyncio.to_thread(self._folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        session = await self._claude.open(self._spec(form), ask=_refuse, on_stderr=_log.debug)
        try:
            await session.send(form.message, input_id=str(uuid4()), verbatim=True)
            await listening.to(session)
        finally:
            await session.close(patience_seconds=0)

    def _spec(self, form: Form) -> LaunchSpec:
        bare = {"permission_mode": "default", "allowed_tools": (), "disallowed_tools": ("mcp__*",)}
        return LaunchSpec(
            task_id=form.task_id,
            run_id=str(uuid4()),
            cwd=self._folder,
            agent=form.agent.model_copy(update=bare),
            claude_session_id=str(uuid4()),
            resume=False,
            max_turns=MAX_TURNS,
            only_tools=(),
            system_prompt=form.system_prompt,
            answer_schema=form.answer_schema,
            keeps_transcript=False,
        )


class _Listening:
    """What the CLI says until its turn is over."""

    def __init__(self) -> None:
        self._account = Account(Usage())
        self._turn: TurnEnded | None = None
        self._fault: ApiFault | None = None
        self._quota: QuotaSeen | None = None
        self._auth_retries = 0

    async def to(self, session: ClaudeSession) -> None:
        """Listen. Raises CliGone when the CLI ends before its turn does."""
        async for message in session.messages():
            self._take(message)
            if self._turn is not None or self._auth_retries >= AUTH_RETRIES:
                return
        raise CliGone("its process ended before it had answered")

    def said(self, *, problem: str = "") -> Said:
        """The sum of it; `problem` is why nobody listens any more."""
        if self._auth_retries >= AUTH_RETRIES:
            parked = Parked(reason=QueueReason.NOT_LOGGED_IN, message="The API refused this machine's login.")
            return Said(parked=parked, usage=self._account.killed())
        if self._turn is None:
            return Said(problem=problem, usage=self._account.killed())
        found = judged(self._turn, fault=self._fault, quota=self._quota, interrupted=False, interactive=False)
        match found:
            case Parked():
                return Said(parked=found, usage=self._account.usage)
            case Completed():
                return Said(structured=self._turn.structured, usage=self._account.usage)
            case Failed(failure=failure):
                return Said(problem=failure.message, usage=self._account.usage)
        return Said(problem="its turn ended without an answer", usage=self._account.usage)

    def _take(self, message: CliMessage) -> None:
        match message:
            case UsageSeen():
                self._account.see(message)
            case TurnEnded():
                self._account.end_turn(message)
                self._turn = message
            case ApiFault():
                self._fault = message
            case QuotaSeen():
                self._quota = message
            case Note(subtype="api_retry"):
                self._auth_retries += message.data.get("error") == "authentication_failed"


async def _refuse(_request: ToolRequest) -> Answer:
    return Answer(decision=Decision.DENY, reason="Nobody is asked here: answer the question.")
