"""One git process: what it is told, what it may reach, how long it may take, and its certain end."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from machine.domain.errors import CodeFault

MAX_ERROR_BYTES: Final = 16 * 1024
MAX_OUTPUT_BYTES: Final = 1024 * 1024
LOCAL_SECONDS: Final = 120.0
"""For what needs no network."""

PASSED_ON: Final = frozenset(
    (
        *("PATH", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    )
)
"""What of the daemon's own environment git gets."""

_ALWAYS: Final[Mapping[str, str]] = {
    "LC_ALL": "C",  # its messages are read
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",
    "SSH_ASKPASS": "",
    "GIT_SSH_COMMAND": "false",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ALLOW_PROTOCOL": "https:http:git",
}

_CONFIG: Final = (
    *(f"core.hooksPath={os.devnull}", "core.fsmonitor=false", "core.commitGraph=false", "core.bigFileThreshold=8m"),
    *(f"core.attributesFile={os.devnull}", f"core.excludesFile={os.devnull}"),
    *("credential.helper=", "protocol.ext.allow=never", "submodule.recurse=false", "fetch.recurseSubmodules=false"),
    *("http.lowSpeedLimit=1000", "http.lowSpeedTime=60", "gc.autoDetach=false", "maintenance.autoDetach=false"),
    *("transfer.fsckObjects=true", "diff.renameLimit=400"),
    # Harmless faults of old programs, which whole histories are full of.
    *("fetch.fsck.badTimezone=ignore", "fetch.fsck.missingSpaceBeforeDate=ignore"),
    *("fetch.fsck.zeroPaddedFilemode=ignore", "fetch.fsck.missingSpaceBeforeEmail=ignore"),
)


@dataclass(frozen=True)
class Ran:
    """How a git process ended. `truncated`: it said more than it was asked for, and was ended."""

    code: int
    out: bytes
    error: str
    truncated: bool = False

    @property
    def text(self) -> str:
        return self.out.decode("utf-8", "replace").strip()


class Git:
    """Runs git with nobody's settings but ours."""

    def __init__(self, home: Path, environ: Mapping[str, str], marks: Mapping[str, str]) -> None:
        """`marks` tell the sweep at the next start which processes a dead daemon has left."""
        passed_on = {name: value for name, value in environ.items() if name in PASSED_ON}
        self._environment = {**passed_on, **_ALWAYS, **marks, "HOME": str(home)}

    async def run(
        self,
        *arguments: str,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
        config: tuple[str, ...] = (),
        stdin: bytes = b"",
        seconds: float = LOCAL_SECONDS,
        max_bytes: int = MAX_OUTPUT_BYTES,
    ) -> Ran:
        """Run one command to its end, whatever its code. Cancelled, or over its bounds, its whole group is killed.

        Raises CodeFault when there is no git, and when it takes too long.
        """
        settings = [part for pair in (*_CONFIG, *config) for part in ("-c", pair)]
        try:
            process = await asyncio.create_subprocess_exec(
                *("git", *settings, *arguments),
                cwd=cwd,
                env={**self._environment, **(environment or {})},
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError:
            raise CodeFault("git cannot be run here.", hint="Install git on this machine.") from None
        try:
            async with asyncio.timeout(seconds):
                return await _heard(process, stdin, max_bytes)
        except TimeoutError:
            raise CodeFault(
                f"git {arguments[0]} did not end within {seconds:g} seconds.",
                hint="Look whether the repository's server answers, then try again.",
            ) from None
        finally:
            await asyncio.shield(_end(process))

    async def must(
        self,
        *arguments: str,
        cwd: Path,
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        seconds: float = LOCAL_SECONDS,
    ) -> str:
        """What a command without network says; anything but its success raises CodeFault."""
        ran = await self.run(*arguments, cwd=cwd, environment=environment, stdin=stdin, seconds=seconds)
        if ran.code or ran.truncated:
            raise CodeFault(
                f"git {arguments[0]} failed: {last_words(ran.error)}", hint="The machine's log may say more."
            )
        return ran.text


def last_words(error: str) -> str:
    """The end of what git says on stderr, for a sentence."""
    lines = [line.strip() for line in error.splitlines() if line.strip() and not line.startswith("hint:")]
    return " ".join(lines[-3:])[-500:] or "it gives no reason"


async def _heard(process: asyncio.subprocess.Process, stdin: bytes, max_bytes: int) -> Ran:
    assert process.stdout is not None  # noqa: S101 - asked for above; for the type checker
    assert process.stderr is not None  # noqa: S101 - the same
    async with asyncio.TaskGroup() as group:
        group.create_task(_tell(process, stdin), name="stdin of git")
        said = group.create_task(_head(process.stdout, max_bytes, process), name="stdout of git")
        error = group.create_task(_tail(process.stderr), name="stderr of git")
    out, truncated = said.result()
    return Ran(await process.wait(), out, error.result().decode("utf-8", "replace"), truncated)


async def _tell(process: asyncio.subprocess.Process, stdin: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - asked for above; for the type checker
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(stdin)
        await process.stdin.drain()
    process.stdin.close()


async def _head(stream: asyncio.StreamReader, limit: int, process: asyncio.subprocess.Process) -> tuple[bytes, bool]:
    """The first `limit` bytes; who says more is ended."""
    kept = bytearray()
    while chunk := await stream.read(65536):
        kept += chunk
        if len(kept) > limit:
            _kill(process)
            return bytes(kept[:limit]), True
    return bytes(kept), False


async def _tail(stream: asyncio.StreamReader) -> bytes:
    kept = b""
    while chunk := await stream.read(65536):
        kept = (kept + chunk)[-MAX_ERROR_BYTES:]
    return kept


def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Nothing of its group is left when this returns: helpers that outlive git itself would still write."""
    _kill(process)
    await process.wait()
