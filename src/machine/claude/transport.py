"""The CLI's standard streams, with everything the CLI says passed on as it is.

Importing this module imports the SDK, which takes seconds: only `machine.claude.cli` does, in a thread.

The one private import of the SDK is here. Its client drops messages of kinds that it does not know and raises on
content that it did not expect, while we show both; and its public `Transport` would have us build the command line of
the CLI ourselves. So this is the SDK's own transport, and what it reads is divided: the control protocol goes to the
SDK, everything else to an inbox of ours. The SDK needs messages beside the control protocol only to know when to close
stdin after a stream of prompts; we send prompts one by one and close stdin ourselves.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

from claude_agent_sdk import ClaudeAgentOptions, ProcessError
from claude_agent_sdk._internal.transport.subprocess_cli import SubprocessCLITransport

from machine.claude.inbox import Inbox
from machine.domain.errors import CliCrashed

if TYPE_CHECKING:
    from anyio.abc import Process

CONTROL: Final = frozenset({"control_request", "control_response", "control_cancel_request", "transcript_mirror"})
_STDERR_SECONDS: Final = 1.0
_END_INPUT_SECONDS: Final = 1.0
_REST_SECONDS: Final = 1.0

_log = logging.getLogger(__name__)


class DividingTransport(SubprocessCLITransport):
    """Starts the CLI as the SDK would, and puts what it says into `inbox`."""

    def __init__(self, options: ClaudeAgentOptions) -> None:
        super().__init__(prompt="", options=options)
        self.inbox: Inbox[dict[str, Any]] = Inbox()
        self._started: Process | None = None
        self.greeted = False
        """Whether the SDK's handshake is over, so that nobody waits for an answer of a CLI that has ended."""

    async def connect(self) -> None:
        """Start the process."""
        await super().connect()
        self._started = self._process  # the SDK forgets it when it closes

    @property
    def started(self) -> bool:
        """Whether there has ever been a process."""
        return self._started is not None

    @property
    def exit_code(self) -> int | None:
        """Exit code of the process the SDK started, which is the warden; None as long as it runs."""
        return self._started.returncode if self._started is not None else None

    def read_messages(self) -> AsyncIterator[dict[str, Any]]:
        """What the SDK gets to read."""
        return self._divided()

    async def wait_gone(self, seconds: float) -> int | None:
        """Wait until the process has been reaped; its exit code, or None after `seconds`."""
        if self._started is not None:
            try:
                async with asyncio.timeout(seconds):
                    return await self._started.wait()
            except TimeoutError:
                return None
        return None

    async def hang_up(self) -> None:
        """End of input for the CLI, within a second even if it does not read what is still being written."""
        try:
            async with asyncio.timeout(_END_INPUT_SECONDS):
                await self.end_input()
        except TimeoutError:
            _log.info("the CLI does not read its input, which stays open until it is stopped")

    async def close(self) -> None:
        """Close the streams; what is still in the CLI's output is thrown away, or its pipe would stay open."""
        await super().close()
        if self._started is not None and self._started.stdout is not None:
            try:
                async with asyncio.timeout(_REST_SECONDS):
                    async for _ in self._started.stdout:
                        continue
            except TimeoutError:
                _log.warning("something still holds the output of a CLI that has ended")

    async def _divided(self) -> AsyncIterator[dict[str, Any]]:
        try:
            async for frame in super().read_messages():
                if frame.get("type") in CONTROL:
                    yield frame
                else:
                    await self.inbox.put(frame)
        except ProcessError:
            await self._rest_of_stderr()
            if not self.greeted:
                raise  # the SDK waits for an answer to its handshake
        except Exception as error:  # whatever it is, the reader has to know, and then the SDK
            self.inbox.end(_unreadable(error))
            raise
        finally:
            self.inbox.end()

    async def _rest_of_stderr(self) -> None:
        """The SDK stops reading stderr when it closes; the last words are wanted."""
        if self._stderr_task is not None:
            try:
                async with asyncio.timeout(_STDERR_SECONDS):
                    await self._stderr_task.wait()
            except TimeoutError:
                _log.info("the CLI has ended, but something still holds its stderr")


def _unreadable(error: Exception) -> CliCrashed:
    return CliCrashed(
        f"Claude Code's output could not be read on: {type(error).__name__}: {str(error)[:500]}",
        hint="The run is ended, because what follows would be incomplete. Resume the conversation; if it happens "
        "again, look for a newer version of this program and of Claude Code.",
    )
