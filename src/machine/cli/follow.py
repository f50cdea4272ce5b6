"""Follow one task at the terminal: one loop that takes events from a mailbox, and heeds who types or presses Ctrl-C."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from machine.cli.calls import path_of
from machine.cli.client import Api, ApiProblem
from machine.cli.output import CANCELLED, COMPLETED, FAILED, LEFT, UNANSWERED, CliError
from machine.cli.prompts import (
    Ask,
    MessagePrompt,
    Prompt,
    Reply,
    Say,
    Step,
    StopPrompt,
    how_to_answer,
    prompt_for,
)
from machine.cli.screen import Screen
from machine.cli.stream import ENDINGS, Event, EventStream, Notice, Over
from machine.domain.aio import cancel_and_wait, spawn

_TICK_SECONDS: Final = 0.1
_STOP_SECONDS: Final = 120.0
_MAX_HELD: Final = 2000
"""Events kept back while a question stands. After that a question of the task is asked again later; Ctrl-C's stands,
and the rest waits at the daemon."""
_EXIT_CODES: Final = {"task.completed": COMPLETED, "task.failed": FAILED, "task.cancelled": CANCELLED}
_RUNNING_AGAIN: Final = ENDINGS | {"task.continued", "task.started", "task.queued", "task.input"}


class _Nudge:
    """Somebody typed a line or pressed Ctrl-C: a loop that waits for events looks at once."""


@dataclass(frozen=True)
class _Typed:
    """A typed line; None is the end of input."""

    line: str | None


Item = Event | Notice | Over | _Nudge | Exception


class Follower:
    """Shows a task until it ends. `at_terminal`: a person is there and can be asked."""

    def __init__(self, api: Api, stream: EventStream, screen: Screen, *, at_terminal: bool, wait: bool = True) -> None:
        self._api = api
        self._stream = stream
        self._screen = screen
        self._at_terminal = at_terminal
        self._wait = wait
        self._inbox: asyncio.Queue[Item] = asyncio.Queue(maxsize=500)
        self._interrupts = 0
        self._line: _Typed | None = None
        self._open: dict[str, Event] = {}
        self._told: set[str] = set()
        self._waits_for_message = False
        self._prompt: Prompt | None = None
        self._held: list[Event] = []
        self._work: asyncio.Task[bool] | None = None
        self._exit_code: int | None = None

    async def follow(self) -> int:
        """Show the task and return the exit code. Raises CliError when it cannot be followed any more."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._on_interrupt)
        reading = spawn(self._read(), name="read events")
        try:
            return await self._run()
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            self._stop_reading_keys()
            self._screen.close()
            await cancel_and_wait(reading)
            await cancel_and_wait(self._work)

    async def _read(self) -> None:
        try:
            async for item in self._stream.read():
                await self._inbox.put(item)
        except Exception as error:  # whatever ended it: the loop raises it instead of waiting for ever
            await self._inbox.put(error)

    def _on_interrupt(self) -> None:
        self._interrupts += 1
        self._nudge()

    def _nudge(self) -> None:
        if not self._inbox.full():  # a full one is being emptied, and the loop looks after each item
            self._inbox.put_nowait(_Nudge())

    async def _run(self) -> int:
        getting: asyncio.Task[Item] | None = None
        try:
            while self._exit_code is None:
                getting = getting or spawn(self._inbox.get(), name="next item")
                if isinstance(self._prompt, StopPrompt) and len(self._held) >= _MAX_HELD:
                    await asyncio.sleep(_TICK_SECONDS)
                elif (await asyncio.wait({getting}, timeout=_TICK_SECONDS))[0]:
                    await self._take(getting.result())
                    getting = None
                if self._exit_code is None:
                    await self._heed_person()
                if self._inbox.empty() and self._exit_code is None:
                    await self._idle()
            return self._exit_code
        finally:
            await cancel_and_wait(getting)

    async def _heed_person(self) -> None:
        """A line first: it was typed before the question of a Ctrl-C was there to be read."""
        said, self._line = self._line, None
        if said is not None:
            await self._typed(said.line)
        if self._interrupts and self._exit_code is None:
            self._interrupts = 0
            self._interrupted()

    async def _take(self, item: Item) -> None:
        if isinstance(item, Exception):
            raise item
        if isinstance(item, Notice):
            self._note(item.text)
        elif isinstance(item, Over):
            if self._prompt is not None:
                self._end_prompt(said="")
            self._note(item.text)
            self._exit_code = _EXIT_CODES[f"task.{item.status}"]
        elif isinstance(item, dict):
            self._remember(item)
            if self._prompt is None:
                self._show(item)
            else:
                self._held.append(item)
                if self._settles(item) or len(self._held) > _MAX_HELD:
                    self._end_prompt(said="")

    def _remember(self, event: Event) -> None:
        """Keep track of what the task waits for."""
        type_, data = event["type"], event.get("data") or {}
        if type_ == "approval.requested":
            self._open[data["approval_id"]] = data
        elif type_ == "approval.answered":
            self._open.pop(str(data.get("approval_id")), None)
        elif type_ == "task.waiting":
            self._waits_for_message = data.get("reason") != "approval"
        elif type_ in _RUNNING_AGAIN:
            self._waits_for_message = False

    def _show(self, event: Event) -> None:
        self._screen.event(event)
        if event["type"] in ENDINGS:
            self._exit_code = _EXIT_CODES[event["type"]]

    def _settles(self, event: Event) -> bool:
        """Whether the open question has lost its sense."""
        if event["type"] in ENDINGS:
            return True
        if isinstance(self._prompt, MessagePrompt):
            return not self._waits_for_message
        return self._prompt is not None and self._prompt.approval_id not in (None, *self._open)

    async def _idle(self) -> None:
        """Nothing more to show for now: ask, or say how to answer; never in the middle of a replay."""
        if self._prompt is None:
            self._screen.tick()
            if self._stream.in_replay:
                return
            if self._at_terminal:
                self._ask()
            else:
                self._tell()

    def _ask(self) -> None:
        if self._work is not None and not self._work.done():
            return
        if self._open:
            self._begin_prompt(prompt_for(next(iter(self._open.values()))))
        elif self._waits_for_message:
            self._begin_prompt(MessagePrompt())

    def _tell(self) -> None:
        for approval_id, approval in self._open.items():
            if approval_id not in self._told:
                self._told.add(approval_id)
                self._screen.note(f"the task waits for an answer: {how_to_answer(approval)}")
        if self._waits_for_message and "message" not in self._told:
            self._screen.note(f'the task waits for a message: machine tasks input {self._stream.task_id} "…"')
            self._told.add("message")
        elif not self._waits_for_message:
            self._told.discard("message")
        if not self._wait and (self._open or self._waits_for_message):
            self._exit_code = UNANSWERED

    def _interrupted(self) -> None:
        if not self._at_terminal or isinstance(self._prompt, StopPrompt) or self._stopping:
            self._detach()
        else:
            if self._prompt is not None:
                self._end_prompt(said="\n")
            self._begin_prompt(StopPrompt())

    @property
    def _stopping(self) -> bool:
        return self._work is not None and not self._work.done()

    def _detach(self) -> None:
        if self._prompt is not None:
            self._end_prompt(said="\n")
        if self._exit_code is None:
            what = "waits for you" if self._waits_for_message or self._open else "goes on without you"
            self._screen.note(f"the task {what}: machine tasks follow {self._stream.task_id}")
            self._exit_code = LEFT

    def _begin_prompt(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._screen.prompt(prompt.opening())
        self._read_keys()

    def _end_prompt(self, *, said: str | None = None) -> None:
        """Go back to showing events; `said` moves the cursor off the line of a question that was not answered here."""
        self._stop_reading_keys()
        self._prompt = None
        if said is not None:
            sys.stdout.write("\n")
        self._screen.resume()
        held, self._held = self._held, []
        for event in held:
            self._show(event)

    async def _typed(self, line: str | None) -> None:
        if self._prompt is None:
            return
        step: Step = self._prompt.take(line)
        if isinstance(step, Ask):
            self._screen.prompt(step.text)
            return
        self._end_prompt(said="\n" if line is None else None)
        if self._exit_code is None:
            await self._do(step)

    async def _do(self, step: Step) -> None:
        task_id = self._stream.task_id
        if isinstance(step, Reply):
            asked = self._open.pop(step.approval_id, None)
            if not await self._post(path_of("approvals", step.approval_id), step.body) and asked is not None:
                self._open[step.approval_id] = asked
        elif isinstance(step, Say):
            self._waits_for_message = not await self._post(
                path_of("tasks", task_id, "input"), {"message": step.message}
            )
        elif step == "detach":
            self._detach()
        elif step == "stop":
            self._screen.note("stopping …")
            path = path_of("tasks", task_id, "stop")
            self._work = spawn(self._post(path, {"mode": "stop"}), name="stop the task")

    async def _post(self, path: str, body: Mapping[str, Any]) -> bool:
        """Send what a person said. A refusal is shown; False when it should be asked for again."""
        try:
            await self._api.post(path, body, timeout_seconds=_STOP_SECONDS)
        except CliError as error:
            self._note(f"{error.message} {error.hint}".strip())
            return isinstance(error, ApiProblem) and error.status in (404, 409)
        return True

    def _note(self, text: str) -> None:
        if self._prompt is None:
            self._screen.note(text)

    def _read_keys(self) -> None:
        import termios

        # What was typed before the question was asked does not answer it.
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._on_key)

    def _stop_reading_keys(self) -> None:
        if self._at_terminal:
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())

    def _on_key(self) -> None:
        """A terminal hands over one line at a time."""
        if self._line is not None:
            return  # the next one stays in the terminal until this one was heeded
        typed = os.read(sys.stdin.fileno(), 65536)
        self._line = _Typed(typed.decode(errors="replace").rstrip("\n") if typed else None)
        self._nudge()
