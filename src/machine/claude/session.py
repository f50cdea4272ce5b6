"""One running CLI, from its start until nothing of it is left.

Importing this module imports the SDK: see `machine.claude.cli`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

from claude_agent_sdk import ClaudeSDKClient, ClaudeSDKError

from machine.claude.ending import Ending
from machine.claude.options import StartOptions
from machine.claude.parsing import Parser
from machine.claude.tail import Tail
from machine.claude.transport import DividingTransport
from machine.claude.wardens import Warden
from machine.domain.aio import cancel_and_wait, spawn
from machine.domain.errors import CliCrashed, CliGone, CliMissing, CliStarved, MachineError
from machine.domain.messages import CliMessage
from machine.ports import CliExit

INTERRUPT_SECONDS: Final = 5.0
SEND_SECONDS: Final = 30.0
_CANNOT_RUN: Final = (126, 127)


class StartFailed(Exception):
    """The handshake failed; the cause says why."""


class CliSession:
    """A `ports.ClaudeSession`. `start` it before anything else, `close` it whatever happens."""

    def __init__(
        self, options: StartOptions, warden: Warden, stderr: Tail, sweep: Callable[[], Awaitable[int]]
    ) -> None:
        """`sweep` kills what a warden that died has left; `stderr` is where the options send the CLI's stderr."""
        self.pid = 0
        self._warden = warden
        self._stderr = stderr
        self._transport = DividingTransport(options.command)
        self._client = ClaudeSDKClient(options.answers, transport=self._transport)
        self._ending = Ending(self._transport, warden, sweep)
        self._greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._life: asyncio.Task[int] | None = None

    async def start(self) -> None:
        """Return when the CLI has answered the handshake. Raises CliMissing, CliCrashed; then nothing is left of it.

        Cancelled, it kills the CLI before it goes.
        """
        self._life = spawn(self._live(), name=f"claude: {self._warden.run_id}")
        try:
            await asyncio.shield(self._greeted)
        except asyncio.CancelledError:
            await self.close(patience_seconds=0)
            raise
        except StartFailed as failure:
            code = await asyncio.shield(self._life)
            raise self._crash(code, failure.__cause__) from failure

    async def send(self, message: str, *, input_id: str, verbatim: bool) -> None:
        """Write a message of the user. Raises CliGone when the CLI has ended, or has not read for 30 s."""
        frame: dict[str, Any] = {
            "type": "user",
            "uuid": input_id,
            "message": {"role": "user", "content": message},
            "parent_tool_use_id": None,
        }
        if verbatim:  # for this message alone: the SDK's option would be for all of them
            frame["client_composed"] = True
        if self._transport.inbox.ended or self._ending.begun:
            raise self._gone("has ended; the message was not given to it")
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._client.query(_one(frame))
        except (ClaudeSDKError, TimeoutError) as error:
            raise self._gone(f"does not take the message ({error or 'it does not read its input'})") from error

    async def messages(self) -> AsyncIterator[CliMessage]:
        """What the CLI says, until its output ends; for one reader. Raises CliCrashed when it cannot be understood."""
        parser = Parser()
        async for frame in self._transport.inbox:
            for message in parser.parse(frame):
                yield message

    async def interrupt(self) -> None:
        """End the running turn. Raises CliGone when the CLI does not confirm that within 5 s."""
        try:
            async with asyncio.timeout(INTERRUPT_SECONDS):
                await self._client.interrupt()
        except TimeoutError as error:
            raise self._gone(f"did not confirm the interrupt within {INTERRUPT_SECONDS:g} s") from error
        except ClaudeSDKError as error:
            raise self._gone(f"cannot be interrupted ({error})") from error

    async def close(self, *, patience_seconds: float | None = None) -> CliExit:
        """See `ports.ClaudeSession.close`. Called again, it waits for the same end; with less patience it hastens it.

        The end is reached even if this call is cancelled.
        """
        self._ending.ask(patience_seconds)
        if self._life is None:
            return CliExit(code=0)
        code = await asyncio.shield(self._life)
        return CliExit(code=code, stderr_tail=self._stderr.text, starved=self._warden.starved)

    async def _live(self) -> int:
        """The SDK's client is connected and disconnected in this task, as it demands; returns the exit code."""
        abort = spawn(self._ending.abort_when_asked(), name=f"claude: abort of {self._warden.run_id}")
        try:
            await self._client.connect()
            self.pid = (await self._warden.hello()).cli_pid
            self._transport.greeted = True
        except Exception as error:  # the SDK raises bare ones, too; whoever started us gets to see it
            self._ending.ask(0)
            self._settle(error)
        else:
            self._settle(None)
        finally:
            await cancel_and_wait(abort)
        await self._ending.asked()
        code = await self._ending.reach()
        await self._client.disconnect()
        return code

    def _settle(self, error: Exception | None) -> None:
        if error is None:
            self._greeted.set_result(None)
            return
        failure = StartFailed()
        failure.__cause__ = error
        self._greeted.set_exception(failure)
        self._greeted.exception()  # so it counts as seen: the starter may have been cancelled meanwhile

    def _crash(self, code: int, error: BaseException | None) -> MachineError:
        if self._transport.inbox.failure is not None:
            return self._transport.inbox.failure
        if self._warden.starved:
            return CliStarved("Claude Code was ended while it started: the daemon had been away.", exit_code=code)
        told = self._stderr.text.strip()
        if code in _CANNOT_RUN:
            return CliMissing(
                f"Claude Code could not be started (exit code {code}). {told}",
                hint="Check CLAUDE_CLI_PATH, or install the program anew: its wheel brings Claude Code along.",
            )
        return CliCrashed(
            f"Claude Code ended before it was ready (exit code {code}): {told or error}",
            exit_code=code,
            hint="The text is Claude Code's own. `machine doctor` tries to start it and says more.",
        )

    def _gone(self, what: str) -> CliGone:
        return CliGone(
            f"Claude Code (process {self.pid}) {what}.", hint="Start the task again; it resumes the conversation."
        )


async def _one(frame: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    yield frame
