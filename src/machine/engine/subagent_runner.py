"""One task, one CLI process, one outcome."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import uuid4

from machine.domain.agent import SubAgent
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.approval import Answer
from machine.domain.budget import left_usd
from machine.domain.costs import of_another_model
from machine.domain.errors import (
    CliCrashed,
    CliGone,
    CliMissing,
    CliStarved,
    CodeFault,
    MachineError,
    SandboxMissing,
    StoreError,
)
from machine.domain.events import Output, OutputKind
from machine.domain.task import FailureReason, Task
from machine.engine.approvals import Approvals
from machine.engine.brain_tools import BrainTools
from machine.engine.catching_up import CatchingUp
from machine.engine.conversation import Conversation
from machine.engine.descriptions import answer_schema_of
from machine.engine.ends import ended_from_outside, fenced
from machine.engine.live_task import LiveTask, RunEnd
from machine.engine.moving import Moving
from machine.engine.outcome import Cancelled, Outcome, OutOfBudget, SetBack, failed
from machine.engine.profiles import check_network, in_profile, rules_of, tools_of
from machine.engine.task_code import CodeReady, TaskCode
from machine.engine.task_variables import TaskVariables
from machine.ports import Claude, ClaudeSession, CliExit, LaunchSpec, TaskStore, ToolRequest, Workspaces

STOP_PATIENCE_SECONDS: Final = 2.0
"""For the polite steps of a stop; then SIGKILL for the whole tree."""
HUSH_SECONDS: Final = 1.5
TRANSCRIPT_LAG_SECONDS: Final = 0.2
"""The CLI writes its transcript up to 0.1 s after it has said something; what is to resume should be in it."""
MAX_STDERR_LINES: Final = 2000

T = TypeVar("T")

_log = logging.getLogger(__name__)


class SubAgentRunner:
    """Runs tasks through the CLI. Never raises for what happens to a task: everything becomes an outcome."""

    def __init__(
        self,
        *,
        claude: Claude,
        store: TaskStore,
        approvals: Approvals,
        workspaces: Workspaces,
        variables: TaskVariables,
        catching_up: CatchingUp,
        code: TaskCode,
        brain_tools: BrainTools,
        moving: Moving,
        demo: bool,
    ) -> None:
        self._claude = claude
        self._store = store
        self._variables = variables
        self._catching_up = catching_up
        self._approvals = approvals
        self._workspaces = workspaces
        self._code = code
        self._brain_tools = brain_tools
        self._moving = moving
        self._demo = demo

    async def run(self, live: LiveTask, agent: SubAgent) -> Outcome:
        """Run `live` to its outcome. When this returns, no process of the task is left."""
        try:
            return await self._run(live, agent)
        except (CodeFault, SandboxMissing) as error:
            return failed(FailureReason.BAD_REQUEST, f"{error.message} {error.hint}")
        except CliStarved:
            return fenced(live)
        except CliMissing as error:
            return failed(FailureReason.CLI_MISSING, error.message)
        except CliCrashed as error:
            return failed(FailureReason.CLI_CRASHED, error.message)
        except StoreError as error:
            return SetBack(message=error.message)
        except MachineError as error:
            return failed(FailureReason.INTERNAL, f"{error.message} {error.hint}")
        except Exception as error:
            _log.exception("run of %s failed", live.task_id)
            return failed(FailureReason.INTERNAL, f"{type(error).__name__}: {error}")

    async def _run(self, live: LiveTask, agent: SubAgent) -> Outcome:
        if reason := of_another_model(live.task.cost_kind, demo=self._demo):  # it came from a lost machine
            return Cancelled(reason=reason)
        if left_usd(live.task) == 0:  # it was cut off in the middle of a turn, and came that far
            return OutOfBudget()
        agent = in_profile(agent, live.task)
        check_network(agent, sandboxed=self._claude.sandbox.active)
        stderr = _StderrLines(live)
        journey = self._moving.of(live.task, agent, lambda text: _tell(live, "moving", text))
        arriving = spawn(journey.arrive(), name=f"arrival of {live.task_id}")
        await _unless_ended(live, arriving)
        if live.ending.done():
            return ended_from_outside(live, live.ending.result())
        resume = await self._claude.knows(live.task.claude_session_id)
        if resume and live.task.attempt > 1:
            await self._catching_up.of(live.task)
        taken = await self._claude.inputs_taken(live.task.claude_session_id) if resume else frozenset()
        starting = self._start(live, agent, stderr, resume=resume)
        session = await _unless_ended(live, spawn(starting, name=f"start of {live.task_id}"))
        if session is None:
            return ended_from_outside(live, live.ending.result())
        conversation = Conversation(live, session, self._store, taken=taken, rested=journey.rest)
        outcome: Outcome | None = None
        try:
            outcome = await self._race(live, conversation, session, resumed=resume)
        except CliGone:
            _log.info("the CLI of %s is gone", live.task_id)
        finally:
            live.accepts_input = False
            ended = await asyncio.shield(self._close(live, session, stderr, conversation))
        if outcome is None and ended.starved:
            return fenced(live)
        await journey.leave(hasty=live.ending.done())
        return outcome or failed(FailureReason.CLI_CRASHED, _crash_message(ended))

    async def _start(self, live: LiveTask, agent: SubAgent, stderr: "_StderrLines", *, resume: bool) -> ClaudeSession:
        """Cancelled, it leaves neither a CLI nor a git behind."""
        cwd = await self._workspaces.prepare(live.task, agent)
        code = await self._code.ready(live.task, cwd.name, lambda text: _tell(live, "repository", text))
        spec = await self._spec(live.task, agent, cwd, code, resume=resume)
        tools = self._brain_tools.of_task(live.task)

        async def ask(request: ToolRequest) -> Answer:
            return await self._approvals.ask(live, request)

        async def allowed(request: ToolRequest) -> Answer:
            return await ask(request) if tools is None else await tools.allowed(request, ask)

        return await self._claude.open(spec, ask=allowed, on_stderr=stderr.take, tools=tools)

    async def _spec(self, task: Task, agent: SubAgent, cwd: Path, code: CodeReady, *, resume: bool) -> LaunchSpec:
        rules = rules_of(agent, await self._store.permission_rules(agent.name))
        return LaunchSpec(
            task_id=task.task_id,
            run_id=str(uuid4()),
            cwd=cwd,
            agent=agent,
            claude_session_id=task.claude_session_id,
            resume=resume,
            max_turns=task.limits.max_turns,
            max_budget_usd=left_usd(task),
            allowed_tools=rules,
            only_tools=() if (schema := answer_schema_of(task)) else tools_of(agent),
            answer_schema=schema,
            variables={**await self._variables.of(task, agent), **code.environment},
            note=code.note,
        )

    async def _race(
        self, live: LiveTask, conversation: Conversation, session: ClaudeSession, *, resumed: bool
    ) -> Outcome:
        """The conversation against everything that can end it from outside."""
        if live.ending.done():  # while it was started: then nothing is said to it at all
            return ended_from_outside(live, live.ending.result())
        work = spawn(self._converse(conversation, resumed=resumed), name=f"conversation of {live.task_id}")
        try:
            outcome = await _unless_ended(live, work, hush=lambda: _hush(session, work, conversation))
            return outcome or ended_from_outside(live, live.ending.result())
        finally:
            await cancel_and_wait(work)

    async def _converse(self, conversation: Conversation, *, resumed: bool) -> Outcome:
        try:
            async with asyncio.TaskGroup() as group:
                helpers = [
                    group.create_task(conversation.listen(), name="listen"),
                    group.create_task(conversation.pass_on_inputs(), name="inputs"),
                    group.create_task(conversation.pass_on_interrupts(), name="interrupts"),
                ]
                outcome = await conversation.conduct(resumed=resumed)
                for helper in helpers:
                    helper.cancel()
        except BaseExceptionGroup as group_error:
            raise _root_of(group_error) from group_error
        return outcome

    async def _close(
        self, live: LiveTask, session: ClaudeSession, stderr: "_StderrLines", conversation: Conversation
    ) -> CliExit:
        """End the process tree, then store what is left to store. Shielded: a cancelled run still cleans up."""
        patience = _patience(live)
        if patience == 0:
            await asyncio.sleep(TRANSCRIPT_LAG_SECONDS)
        ended = await session.close(patience_seconds=patience)
        try:
            await stderr.flush()
            await live.log.flush()
            await live.count(conversation.account.killed(), final=True)
        except StoreError as error:  # kept in memory: with the outcome it is tried again until it is stored
            _log.warning("the end of %s is not stored yet: %s", live.task_id, error.message)
        return ended


async def _unless_ended(
    live: LiveTask, work: asyncio.Task[T], *, hush: Callable[[], Awaitable[None]] | None = None
) -> T | None:
    """What `work` returns; None when the run is ended from outside before that: `work` is cancelled then, after a stop
    or a timeout it is heard out first."""
    limits = {
        RunEnd.TIMEOUT: spawn(live.clock.expired(), name=f"time limit of {live.task_id}"),
        RunEnd.LINGER: spawn(live.clock.lingered(), name=f"linger of {live.task_id}"),
    }
    try:
        awaited: list[asyncio.Future[Any]] = [work, live.ending, *limits.values()]
        await asyncio.wait(awaited, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            return work.result()
        for why, limit in limits.items():
            if limit.done():
                live.end(why)
        if hush is not None and live.ending.result() in (RunEnd.STOP, RunEnd.TIMEOUT):
            await hush()
        return None
    finally:
        for task in (work, *limits.values()):
            await cancel_and_wait(task)


async def _tell(live: LiveTask, name: str, text: str) -> None:
    """Say in the task's output what the machine does for it."""
    await live.log.add(Output(kind=OutputKind.SYSTEM, name=name, text=text, item=str(uuid4())))


def _patience(live: LiveTask) -> float | None:
    """How politely a CLI is ended. One that is to resume is killed where it stands: told that its input has ended, or
    that its turn is over, it would answer its agent's open requests in the person's name."""
    if not live.ending.done():
        return None
    return STOP_PATIENCE_SECONDS if live.ending.result() in (RunEnd.STOP, RunEnd.TIMEOUT) else 0.0


async def _hush(session: ClaudeSession, work: asyncio.Task[Outcome], conversation: Conversation) -> None:
    """Interrupt the turn under way and hear it out for a moment, so that its last words and its cost are known."""
    if not conversation.in_turn:
        return
    try:
        async with asyncio.timeout(HUSH_SECONDS):
            await session.interrupt()
            await conversation.turn_ended(work)
    except (TimeoutError, MachineError):
        _log.info("a turn did not end within %s seconds of its interrupt", HUSH_SECONDS)


def _root_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first failure in a group of failures: what came after it came of it."""
    first = group.exceptions[0]
    return _root_of(first) if isinstance(first, BaseExceptionGroup) else first


class _StderrLines:
    """The CLI's stderr on its way to the output; bounded, since nothing holds a flooding CLI back here."""

    def __init__(self, live: LiveTask) -> None:
        self._live = live
        self._lines: list[str] = []
        self._taken = 0
        self._flushing: asyncio.Task[None] | None = None

    def take(self, line: str) -> None:
        """One line, from the SDK's callback on the event loop."""
        self._taken += 1
        if self._taken > MAX_STDERR_LINES:
            if self._taken == MAX_STDERR_LINES + 1:
                self._lines.append(f"… more than {MAX_STDERR_LINES} lines on stderr, the rest is left out")
            return
        self._lines.append(line)
        if self._flushing is None or self._flushing.done():
            self._flushing = spawn(self.flush(), name=f"stderr of {self._live.task_id}")

    async def flush(self) -> None:
        """Hand on what was taken so far."""
        lines, self._lines = self._lines, []
        if lines:
            text = "".join(f"{line}\n" for line in lines)
            await self._live.log.add(Output(kind=OutputKind.STDERR, text=text))


def _crash_message(ended: CliExit) -> str:
    tail = f" Its last words on stderr: {ended.stderr_tail.strip()[-2000:]}" if ended.stderr_tail.strip() else ""
    return f"The CLI ended with code {ended.code} in the middle of its turn.{tail}"
