"""Appending what the CLI wrote down and nobody stored: its last words before it, or the daemon, was killed."""

from contextlib import aclosing
from typing import Final

from machine.domain.events import TaskEvent, TaskOutput
from machine.domain.messages import TextBlock, TurnEnded, UsageSeen
from machine.domain.redaction import Redactor
from machine.domain.task import Task
from machine.engine.output_log import cut, redacted_piece
from machine.engine.transcription import Transcriber
from machine.ports import Claude, TaskStore

BATCH: Final = 200


class CatchingUp:
    """Compares stored output with the transcript, by message uuid. Doing it twice is harmless."""

    def __init__(self, *, store: TaskStore, claude: Claude, redactor: Redactor) -> None:
        self._redactor = redactor
        self._store = store
        self._claude = claude

    async def of(self, task: Task) -> None:
        """Append what is missing. Not while a CLI works on the conversation."""
        inputs = await self._store.inputs(task.task_id)
        transcriber = await Transcriber.caught_up(self._store.outputs(task.task_id))
        events: list[TaskEvent] = []
        transcript = self._claude.transcript(task.claude_session_id, since_input=inputs[0].input_id)
        async with aclosing(transcript) as messages:
            async for message in messages:
                if transcriber.knows(message) or isinstance(message, UsageSeen | TurnEnded):
                    continue
                if isinstance(message, TextBlock):  # compared with what is stored, which was redacted, too
                    message = message.model_copy(update={"text": self._redactor.text(message.text)})
                pieces = [redacted_piece(piece, self._redactor) for piece in transcriber.pieces(message)]
                events += [TaskOutput(data=part) for piece in pieces for part in cut(piece)]
                if len(events) >= BATCH:
                    await self._store.append(task.task_id, events)
                    events = []
        if events:
            await self._store.append(task.task_id, events)
