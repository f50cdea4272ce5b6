"""Reading a task's events from anywhere to its end: first what is stored, then what happens, no gap and no double."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, Final

from pydantic import TypeAdapter

from machine.domain.events import Output, OutputKind, StoredEvent
from machine.ports import Hub, TaskStore

PAGE: Final = 1000
_ENDED: Final = frozenset({"task.completed", "task.failed", "task.cancelled"})
_OUTPUT: Final = TypeAdapter[Any](Output)


async def follow(store: TaskStore, hub: Hub, task_id: str, *, after: int = 0) -> AsyncGenerator[StoredEvent, None]:
    """Events of a task with `seq` over `after`, until the task has ended. A reader too slow for the hub reads on in
    the store. Raises NotFound."""
    while True:
        subscription = hub.subscribe_task(task_id)
        try:
            while page := await store.events(task_id, after=after, limit=PAGE):
                for event in page:
                    after = event.seq or after
                    yield event
                    if event.type in _ENDED:
                        return
            task = await store.get(task_id)
            if task.ended and task.last_seq <= after:
                return
            async for event in subscription:
                if event.seq is None or event.seq <= after:
                    continue
                after = event.seq
                yield event
                if event.type in _ENDED:
                    return
        finally:
            subscription.close()


async def texts(store: TaskStore, hub: Hub, task_id: str) -> AsyncIterator[str]:
    """The text that the agent says, as it says it."""
    async with aclosing(follow(store, hub, task_id)) as events:
        async for event in events:
            if event.type != "task.output":
                continue
            output: Output = _OUTPUT.validate_json(event.body)
            if output.kind is OutputKind.TEXT and output.text:
                yield output.text
