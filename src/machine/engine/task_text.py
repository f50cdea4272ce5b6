"""The text that an agent has written, read from the event log."""

from collections.abc import AsyncIterator, Iterable
from typing import Final

from machine.domain.events import Output, OutputKind
from machine.domain.task import Task
from machine.ports import TaskStore

NEWEST_EVENTS: Final = 1_000
MAX_CHARS: Final = 1024 * 1024


class Joiner:
    """Joins pieces of text: pieces of one item directly, items with a line's end between them."""

    def __init__(self) -> None:
        self._item: str | None = None
        self._ends_line = True

    def add(self, output: Output) -> str:
        """What to append for this piece; nothing for what is not text, or belongs to a sub-agent inside."""
        if output.kind is not OutputKind.TEXT or not output.text or output.parent_tool_use_id is not None:
            return ""
        same_item = output.item is not None and output.item == self._item
        gap = "" if same_item or self._ends_line else "\n"
        self._item = output.item
        self._ends_line = output.text.endswith("\n")
        return gap + output.text


async def newest_text(store: TaskStore, task: Task) -> str:
    """The text of the task's newest 1,000 events, its last 1 MiB of characters: bounded work, however long it ran."""
    events = await store.events(task.task_id, after=max(0, task.last_seq - NEWEST_EVENTS), limit=NEWEST_EVENTS)
    outputs = (Output.model_validate_json(event.body) for event in events if event.type == "task.output")
    return _joined(outputs)[-MAX_CHARS:]


async def whole_text(store: TaskStore, task_id: str) -> AsyncIterator[str]:
    """All text of a task, piece by piece."""
    joiner = Joiner()
    async for output in store.outputs(task_id):
        if text := joiner.add(output):
            yield text


def _joined(outputs: Iterable[Output]) -> str:
    joiner = Joiner()
    return "".join(joiner.add(output) for output in outputs)
