"""One CLI's conversation: what goes in, what comes out, and what a finished turn means."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final
from uuid import uuid4

from machine.domain.aio import Pulse, cancel_and_wait, spawn
from machine.domain.approval import Approval, ApprovalStatus, Decision
from machine.domain.errors import CliGone
from machine.domain.messages import (
    ApiFault,
    CliMessage,
    InputState,
    Note,
    QuotaSeen,
    StateChanged,
    TextBlock,
    TurnEnded,
    UsageSeen,
)
from machine.domain.task import QueueReason
from machine.engine.accounts import Account
from machine.engine.live_task import LiveTask
from machine.engine.outcome import REFUSED, Outcome, OutOfBudget, Parked, Rest, judged
from machine.engine.transcription import Transcriber
from machine.ports import ClaudeSession, PendingInput, TaskStore

_log = logging.getLogger(__name__)

SILENT_CLI_SECONDS: Final = 1.0
"""How long to wait after a turn for a CLI that never says whether it is idle; those we know all do."""
TURN_BEGINS_SECONDS: Final = 5.0
AUTH_RETRIES: Final = 2
"""The CLI tries a refused login ten times over minutes; after this many the task is parked."""


class Conversation:
    """Drives one CLI until its task's work is done, or somebody ends the run.

    Four loops run side by side, owned by the runner: `listen`, `pass_on_inputs`, `pass_on_interrupts` and `conduct`,
    which returns the outcome.
    """

    def __init__(
        self,
        live: LiveTask,
        session: ClaudeSession,
        store: TaskStore,
        *,
        taken: frozenset[str],
        rested: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """`taken` are inputs that the conversation has already; `rested` is begun after a turn, and cancelled when the
        next one begins."""
        self._rested = rested
        self.account = Account(live.task.usage)
        self._live = live
        self._session = session
        self._store = store
        self._transcriber = Transcriber()
        self._taken = taken
        self._written: set[str] = set()
        self._sending = asyncio.Lock()
        self._owed: dict[str, str] = {}
        """Inputs that the CLI is not through with: its last word on each, by id. One result may answer several of
        them, and results come that answer none (the end of a background command), so results are not counted."""
        self._reports_inputs = False
        self._turn: TurnEnded | None = None
        self._fault: ApiFault | None = None
        self._quota: QuotaSeen | None = None
        self._last_words: str | None = None
        self._auth_retries = 0
        self._state: str | None = None
        self._over = False
        self._heard = asyncio.Event()
        self._progress = Pulse()
        self._resting = False
        self._woken = asyncio.Event()

    async def listen(self) -> None:
        """Take what the CLI says until its output ends. Raises StoreError when it cannot be stored."""
        try:
            async for message in self._session.messages():
                await self._take(message)
        finally:
            self._over = True
            self._heard.set()

    async def pass_on_inputs(self) -> None:
        """Hand messages to the CLI as they arrive; in the middle of a turn it takes them when it can."""
        while True:
            await self._live.input_arrived.wait()
            self._live.input_arrived.clear()
            async with self._sending:
                if self._resting:
                    self._woken.set()
                else:
                    await self._send_unwritten()

    async def pass_on_interrupts(self) -> None:
        """End the running turn whenever somebody asks for it; one that was just begun, once it runs."""
        while True:
            await self._live.interrupt.wait()
            self._live.interrupt.clear()
            try:
                async with asyncio.timeout(TURN_BEGINS_SECONDS):
                    await self._progress.until(lambda: self._over or self._turn_runs)
            except TimeoutError:
                _log.info("task %s is interrupted though its CLI says nothing of a turn", self._live.task_id)
            try:
                await self._session.interrupt()
            except CliGone as error:  # who asked is told by the time limit, and can stop the task instead
                _log.warning("task %s was not interrupted: %s", self._live.task_id, error.message)

    async def conduct(self, *, resumed: bool) -> Outcome:
        """Say what there is to say, turn by turn, until there is an outcome. Raises CliGone, StoreError."""
        async with self._sending:
            if not await self._send_unwritten() and resumed:
                await self._nudge()
        while True:
            verdict = await self._turn_over()
            if isinstance(verdict, Rest):
                await self._rest(verdict)
            elif await self._nothing_more(verdict):
                return verdict

    @property
    def in_turn(self) -> bool:
        """Whether the CLI works on something now."""
        return bool(self._written) and not self._over and not self._resting and self._turn is None

    @property
    def _turn_runs(self) -> bool:
        """Whether the CLI says so, too; while it waits for an answer it does not call itself running."""
        return self.in_turn and self._state not in (None, "idle")

    async def turn_ended(self, work: asyncio.Future[Outcome]) -> None:
        """Wait until the turn under way has ended, or all of `work` has."""
        work.add_done_callback(lambda _: self._progress.beat())
        await self._progress.until(lambda: work.done() or not self.in_turn)

    async def _rest(self, rest: Rest) -> None:
        """Keep the conversation open until the person's next message, then go on."""
        async with self._sending:
            if self._turn is None or await self._send_unwritten():
                self._live.interrupted()
                return
            self._woken.clear()
            self._resting = True
        await self._live.rest(rest.reason, rest.result)
        self._live.interrupted()
        after_turn = spawn(self._rested(), name=f"after a turn of {self._live.task_id}")
        try:
            await self._woken.wait()
        finally:
            await cancel_and_wait(after_turn)
        await self._live.go_on("input")
        async with self._sending:
            self._resting = False
            await self._send_unwritten()

    async def _nothing_more(self, verdict: Outcome) -> bool:
        """Take no more input; False when a message came in at the last moment and was sent instead."""
        async with self._sending:
            while not isinstance(verdict, Parked | OutOfBudget):
                heard = self._live.inputs_heard
                if self._turn is None or await self._send_unwritten():
                    return False
                if heard == self._live.inputs_heard:
                    break
            self._live.accepts_input = False
            return True

    async def _unwritten(self) -> list[PendingInput]:
        return [
            one
            for one in await self._store.inputs(self._live.task_id)
            if one.input_id not in self._taken | self._written
        ]

    async def _send_unwritten(self) -> bool:
        """Write the inputs that this conversation does not have yet; whether there were any. Under the lock."""
        waiting = await self._unwritten()
        for one in waiting:
            await self._send(one.message, input_id=one.input_id, verbatim=one.verbatim)
        if waiting:
            await self._store.mark_sent([one.input_id for one in waiting])
        return bool(waiting)

    async def _nudge(self) -> None:
        approvals = await self._store.approvals(task_id=self._live.task_id)
        await self._send(nudge_for(approvals), input_id=str(uuid4()), verbatim=True)

    async def _send(self, message: str, *, input_id: str, verbatim: bool) -> None:
        self._turn = self._fault = self._last_words = None
        self._written.add(input_id)
        self._owed[input_id] = "sent"
        await self._session.send(message, input_id=input_id, verbatim=verbatim)

    async def _turn_over(self) -> Outcome | Rest:
        """Wait until the CLI has ended its turn and owes no other one."""
        while not self._settled():
            if self._over:
                raise CliGone(f"The CLI of task {self._live.task_id} ended in the middle of its turn.")
            if self._auth_retries >= AUTH_RETRIES:
                return Parked(reason=QueueReason.NOT_LOGGED_IN, message=REFUSED, refused=True)
            self._heard.clear()
            try:
                async with asyncio.timeout(SILENT_CLI_SECONDS if self._turn and self._state is None else None):
                    await self._heard.wait()
            except TimeoutError:
                break
        turn = self._turn
        if turn is None:
            raise CliGone(f"The CLI of task {self._live.task_id} fell silent.")
        return judged(
            turn,
            fault=self._fault,
            quota=self._quota,
            interrupted=self._live.interrupt_asked,
            interactive=self._live.task.is_interactive,
            last_words=self._last_words,
        )

    def _settled(self) -> bool:
        return self._turn is not None and (
            self._over or (self._state == "idle" and not (self._owed and self._reports_inputs))
        )

    async def _take(self, message: CliMessage) -> None:
        match message:
            case UsageSeen():
                self.account.see(message)
                await self._live.count(self.account.usage)
            case TurnEnded():
                await self._end_turn(message)
            case TextBlock(thinking=False, parent_tool_use_id=None):
                self._last_words = message.text
            case ApiFault():
                self._fault = message
            case QuotaSeen():
                self._quota = message
            case StateChanged():
                self._state = message.state
            case InputState():
                self._note_input(message)
            case Note(subtype="api_retry"):
                self._auth_retries += message.data.get("error") == "authentication_failed"
            case _:
                pass
        self._heard.set()
        self._progress.beat()
        await self._live.log.add(*self._transcriber.pieces(message))

    async def _end_turn(self, turn: TurnEnded) -> None:
        await self._live.log.flush()
        await self._live.count(self.account.end_turn(turn), final=True)
        self._turn = turn
        self._auth_retries = 0
        if turn.is_error:  # an aborted turn takes its input with it; those still queued start a turn of their own
            self._owed = {input_id: word for input_id, word in self._owed.items() if word != "started"}

    def _note_input(self, message: InputState) -> None:
        self._reports_inputs = True
        if message.state in ("queued", "started"):
            self._owed[message.input_id] = message.state
        else:
            self._owed.pop(message.input_id, None)


def nudge_for(approvals: Sequence[Approval]) -> str:
    """What to say to a conversation that was cut off, so that the agent goes on and asks again what was answered."""
    said = ["You were cut off because the machine was restarted or paused. Continue where you left off."]
    said.append("What is already done need not be done again; check first where you are not sure.")
    for approval in approvals:
        if approval.status is not ApprovalStatus.ANSWERED or approval.applied or approval.answer is None:
            continue
        word = "allowed" if approval.answer.decision is Decision.ALLOW else "denied"
        said.append(
            f"Meanwhile a person has answered your request to use {approval.tool_name} ({word}): "
            "make the same call again, with exactly the same input, to receive the answer."
        )
    return " ".join(said)
