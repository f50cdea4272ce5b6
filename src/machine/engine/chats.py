"""Conversations with the Brain, as people look at them: listed, named, deleted."""

from dataclasses import dataclass
from typing import Final

from machine.domain.chat import Conversation
from machine.domain.clock import Clock
from machine.domain.errors import Conflict, Forbidden
from machine.domain.principal import Principal
from machine.domain.task import NEXT, Task
from machine.engine.attachments import AttachmentDesk
from machine.ports import ChatStore, TaskFilter, TaskStore

PAGE: Final = 200


@dataclass(frozen=True)
class Chats:
    """What can be done with a whole conversation. Who may see it is the caller's matter."""

    store: ChatStore
    tasks: TaskStore
    attachments: AttachmentDesk
    clock: Clock

    async def rename(self, conversation_id: str, title: str | None, principal: Principal) -> Conversation:
        """Raises Forbidden, NotFound."""
        _check_may_write(principal)
        await self.store.rename(conversation_id, title and " ".join(title.split()))
        return await self.store.conversation(conversation_id)

    async def delete(self, conversation_id: str, principal: Principal) -> None:
        """Take it out of the list and remove the files that were attached. Its tasks, with what they said and cost,
        stay. Raises Forbidden, NotFound, Conflict (an answer is under way)."""
        _check_may_write(principal)
        found = await self.store.conversation(conversation_id)
        if NEXT[found.status]:
            raise Conflict(f"“{found.title}” is not over: it is {found.status}.", hint="Stop the answer first.")
        gone = await self.store.delete(conversation_id, self.clock())
        if gone:
            await self.attachments.forget(await self._tasks_of(conversation_id), gone)

    async def _tasks_of(self, conversation_id: str) -> list[Task]:
        found: list[Task] = []
        cursor = None
        while True:
            page = await self.tasks.list(TaskFilter(conversation_id=conversation_id), limit=PAGE, cursor=cursor)
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found


def _check_may_write(principal: Principal) -> None:
    if not principal.may_write:
        raise Forbidden("A viewer may look and change nothing.", hint="Ask an administrator for more rights.")
