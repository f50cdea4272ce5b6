"""Files that people attach to messages: taken, laid out in the workspace of the task, removed with the conversation."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from machine.domain.agent import SubAgent
from machine.domain.chat import (
    ATTACHMENTS,
    MAX_ATTACHMENT_BYTES,
    MAX_ATTACHMENTS,
    Attachment,
    StoredAttachment,
    attachments_of,
    media_type_of,
    safe_name,
    unlike,
)
from machine.domain.clock import Clock
from machine.domain.errors import BadRequest, Conflict, Forbidden, MachineError, NotFound, StoreError
from machine.domain.ids import new_id
from machine.domain.principal import Principal
from machine.domain.task import Task
from machine.ports import ChatStore, Workspaces
from machine.registry.attachments import AttachmentFiles

MOST_UNSENT: Final = 50
"""Files of one person that no message came with yet; the oldest go first."""
UNSENT_KEPT: Final = timedelta(days=1)
EVERY_SECONDS: Final = 3600.0
_TAKEN: Final = "Text in UTF-8, PNG, JPEG, GIF, WebP and PDF are taken."

_log = logging.getLogger(__name__)


class AttachmentDesk:
    """Takes files in and hands them out."""

    def __init__(self, *, store: ChatStore, files: AttachmentFiles | None, clock: Clock) -> None:
        """`files` is unset where nothing that is kept here can be read where the agents run."""
        self._store = store
        self._files = files
        self._now = clock

    async def take(self, sent: Sequence[tuple[str, bytes]], principal: Principal) -> tuple[Attachment, ...]:
        """Keep files, each (what it is called, what it holds), for a message that is to come with them.

        All or none. Raises Forbidden, BadRequest, Conflict (they would never arrive), StoreError.
        """
        if not principal.may_write:
            raise Forbidden("A viewer cannot attach files.", hint="Ask a member or an administrator.")
        if (files := self._files) is None:
            raise Conflict(
                "Files cannot be attached here: several machines share the work, and no folder.",
                hint="Name one that all of them see in MACHINE_SHARED_DIR, or put the text into the message.",
            )
        if not 0 < len(sent) <= MAX_ATTACHMENTS:
            raise BadRequest(f"{len(sent)} files were sent.", hint=f"Send at least one and at most {MAX_ATTACHMENTS}.")
        new = await asyncio.to_thread(lambda: [self._looked_at(name, content, principal) for name, content in sent])
        with _disk_trouble():
            for one, (_, content) in zip(new, sent, strict=True):
                await asyncio.to_thread(files.keep, one.attachment_id, content)
        await self._remove(await self._store.add_attachments(new, most_unsent=MOST_UNSENT))
        return tuple(one.told for one in new)

    async def for_message(
        self, attachment_ids: Sequence[str], principal: Principal, conversation_id: str | None
    ) -> dict[str, Any]:
        """What the task of a message has to know of the files that came with it: part of its metadata.

        Names get a number where the conversation has a file of that name. Raises BadRequest, NotFound.
        """
        if not attachment_ids:
            return {}
        if len(attachment_ids) > MAX_ATTACHMENTS:
            raise BadRequest(
                f"{len(attachment_ids)} files are attached.", hint=f"A message has at most {MAX_ATTACHMENTS}."
            )
        earlier = await self._store.attached(conversation_id) if conversation_id else ()
        taken = [one.name for one in earlier]
        told = []
        for attachment_id in dict.fromkeys(attachment_ids):
            found = await self._unsent(attachment_id, principal)
            taken.append(unlike(found.name, taken))
            told.append(found.told.model_copy(update={"name": taken[-1]}).model_dump())
        return {ATTACHMENTS: told}

    async def forget(self, conversation_tasks: Sequence[Task], gone: Sequence[StoredAttachment]) -> None:
        """Remove files and the copies of them that lie in the workspaces of a conversation's tasks."""
        for task in conversation_tasks:
            names = [one.name for one in attachments_of(task)]
            if names and self._files is not None:
                await asyncio.to_thread(_quietly, self._files.take_away, task.workspace, names)
        await self._remove(gone)

    async def watch(self) -> None:
        """Forget, for as long as the machine runs, what was never sent, and what came with tasks that are gone."""
        while True:
            try:
                await self._remove(await self._store.forget_unneeded(self._now() - UNSENT_KEPT))
            except MachineError as error:
                _log.warning("could not forget attachments that nobody needs: %s", error.message)
            await asyncio.sleep(EVERY_SECONDS)

    async def _unsent(self, attachment_id: str, principal: Principal) -> StoredAttachment:
        found = await self._store.attachment(attachment_id)
        if found.user_id != principal.user_id:
            raise NotFound(f"There is no attachment {attachment_id}.", hint="Send the file again.")
        if found.conversation_id is not None:
            raise BadRequest(f"{found.name} came with another message.", hint="Upload it again to send it again.")
        return found

    def _looked_at(self, raw_name: str, content: bytes, principal: Principal) -> StoredAttachment:
        name = safe_name(raw_name)
        if not content:
            raise BadRequest(f"{name} is empty.", hint="Attach a file that holds something.")
        if len(content) > MAX_ATTACHMENT_BYTES:
            limit = MAX_ATTACHMENT_BYTES // (1024 * 1024)
            raise BadRequest(f"{name} is too large.", hint=f"A file may have {limit} MiB.")
        media_type = media_type_of(content)
        if media_type is None:
            raise BadRequest(f"{name} is of a kind that Claude Code cannot read.", hint=_TAKEN)
        return StoredAttachment(
            attachment_id=new_id("attachment"),
            name=name,
            media_type=media_type,
            size_bytes=len(content),
            user_id=principal.user_id,
            created_at=self._now(),
        )

    async def _remove(self, gone: Sequence[StoredAttachment]) -> None:
        if gone and self._files is not None:
            await asyncio.to_thread(_quietly, self._files.forget, [one.attachment_id for one in gone])


class WorkspacesWithAttachments:
    """Workspaces as `folders` makes them, with the files that came with the task's message."""

    def __init__(self, folders: Workspaces, files: AttachmentFiles | None) -> None:
        self._folders = folders
        self._files = files

    async def prepare(self, task: Task, agent: SubAgent) -> Path:
        """The folder, ready. Raises StoreError, Conflict."""
        folder = await self._folders.prepare(task, agent)
        if attached := attachments_of(task):
            if self._files is None:
                raise Conflict(
                    "The attached files lie in a folder that this machine does not see.",
                    hint="Set MACHINE_SHARED_DIR on every machine of the fleet, then send the message again.",
                )
            with _disk_trouble():
                await asyncio.to_thread(self._files.lay_out, folder, attached)
        return folder


@contextmanager
def _disk_trouble() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The attached files cannot be written: {error.strerror or error}.", hint="Free some disk space."
        ) from error


def _quietly(work: Any, *arguments: Any) -> None:
    """Do what nothing depends on: a file that stays takes room, and nobody can name it any more."""
    try:
        work(*arguments)
    except OSError as error:
        _log.warning("could not remove attached files: %s", error)
