"""One real request through the CLI: the only proof that a login works. Measured with CLI 2.1.330: 1 s when it does."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

from machine.claude.parsing import Parser
from machine.domain.messages import ApiFault, CliMessage, Note, QuotaSeen, TurnEnded
from machine.ports import Trial

TRIAL_SECONDS: Final = 60.0
RETRIES: Final = 4
"""Where the API cannot be reached or refuses a key, the CLI goes on trying for minutes; a login that can be renewed
gets two tries of its own, and then an answer."""
_LINE_BYTES: Final = 4 * 1024 * 1024
_ARGUMENTS: Final = (
    *("--print", "--output-format", "stream-json", "--verbose", "--max-turns", "1", "--tools", ""),
    *("--setting-sources", "project", "--strict-mcp-config", "--no-session-persistence"),
    *("--system-prompt", "You are asked whether you can be reached.", "--", "Answer with the one word: ok"),
)


async def tried(cli: Path, environment: Mapping[str, str], folder: Path) -> Trial:
    """Ask the model for one word, with no tools, in the empty `folder`; at most 60 s. Raises OSError."""
    process = await asyncio.create_subprocess_exec(
        cli,
        *_ARGUMENTS,
        env=environment,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        limit=_LINE_BYTES,
    )
    found = _Found()
    try:
        async with asyncio.timeout(TRIAL_SECONDS):
            async for message in _messages(process):
                if found.take(message):
                    break
    except TimeoutError:
        return found.trial(unreachable=True, said=f"There was no answer within {TRIAL_SECONDS:.0f} s.")
    finally:
        await end(process)
    return found.trial()


async def end(process: asyncio.subprocess.Process) -> None:
    """SIGKILL to the process and its group, and wait until it is reaped."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


class _Found:
    """What the CLI has said so far."""

    def __init__(self) -> None:
        self._turn: TurnEnded | None = None
        self._fault: ApiFault | None = None
        self._quota: QuotaSeen | None = None
        self._refusals = 0
        self._troubles = 0

    def take(self, message: CliMessage) -> bool:
        """Whether it is enough."""
        match message:
            case TurnEnded():
                self._turn = message
            case ApiFault():
                self._fault = message
            case QuotaSeen():
                self._quota = message
            case Note(subtype="api_retry"):
                refused = message.data.get("error") == "authentication_failed"
                self._refusals += refused
                self._troubles += not refused
            case _:
                pass
        return self._turn is not None or self._refused or self._troubles >= RETRIES

    @property
    def _refused(self) -> bool:
        return self._refusals >= RETRIES - 1

    def trial(self, *, unreachable: bool = False, said: str = "") -> Trial:
        return Trial(
            turn=self._turn,
            fault=self._fault,
            quota=self._quota,
            refused=self._turn is None and self._refused,
            unreachable=self._turn is None and (unreachable or self._troubles >= RETRIES),
            said=said,
        )


async def _messages(process: asyncio.subprocess.Process) -> AsyncIterator[CliMessage]:
    parser = Parser()
    if process.stdout is None:
        return
    try:
        async for line in process.stdout:
            try:
                raw = json.loads(line)
            except (ValueError, RecursionError):
                continue
            for message in parser.parse(raw):
                yield message
    except ValueError:  # a line beyond all measure
        return
