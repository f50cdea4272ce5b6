"""The CLI's own `auth login`, driven through pipes: it prints an address, and asks for the code that people get there.

Seen with CLI 2.1.330: with CLAUDE_CODE_FULL_SIGN_IN_LINK it prints the whole address, asks "Paste code here if
prompted >", asks again for what does not look like a code, and ends with 0 once it has written the login file.
"""

import asyncio
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from machine.claude.login_files import read
from machine.claude.login_trial import end
from machine.domain.errors import SignInFailed

BEGIN_SECONDS: Final = 20.0
ANSWER_SECONDS: Final = 60.0
END_SECONDS: Final = 10.0
_MAX_BYTES: Final = 64 * 1024
_ADDRESS: Final = re.compile(rb"https://[\x21-\x7e]+(?=\s)")
_PROMPT: Final = b"Paste code here"
_AGAIN: Final = re.compile(rb"doesn't look like", re.IGNORECASE)
_EXTRA: Final = {"CLAUDE_CODE_FULL_SIGN_IN_LINK": "1", "BROWSER": "true"}
"""The whole address; and no browser on this computer, where nobody sits."""


class CliSignIn:
    """One run of it, in a config folder of its own. `close` has to be called."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.url = ""
        self._process = process
        self._folder = folder
        self._said = bytearray()

    @classmethod
    async def begun(cls, cli: Path, environment: Mapping[str, str], folder: Path) -> "CliSignIn":
        """Start it, and wait for its address; `folder` is its config folder and goes with it. Raises SignInFailed."""
        process = await asyncio.create_subprocess_exec(
            cli,
            *("auth", "login", "--claudeai"),
            env={**environment, **_EXTRA, "CLAUDE_CONFIG_DIR": str(folder)},
            cwd=folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        made = cls(process, folder)
        try:
            await made._begin()
        except BaseException:  # whatever it was, nothing of it stays
            await made.close()
            raise
        return made

    async def answer(self, code: str) -> str | None:
        """See `ports.SignIn.answer`; takes up to 60 s."""
        self._said.clear()
        await self._write(code.strip().encode() + b"\n")
        if not await self._reads_until(_AGAIN, ANSWER_SECONDS):
            if await self._exit_code() != 0:
                raise self._failed()
            return None
        return "That does not look like the whole code. Copy all of it, with the # in the middle."

    async def login(self) -> bytes:
        """See `ports.SignIn.login`."""
        content = await asyncio.to_thread(read, self._folder)
        if content is None:
            raise SignInFailed(
                "Claude Code says that it is logged in, but wrote no login file.",
                hint="Log in with `claude auth login` in a terminal of this computer, or use `claude setup-token`.",
            )
        return content

    async def close(self) -> None:
        """See `ports.SignIn.close`."""
        await end(self._process)
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def _write(self, line: bytes) -> None:
        stdin = self._process.stdin
        try:
            if stdin is not None:
                stdin.write(line)
                await stdin.drain()
        except ConnectionError as error:
            raise self._failed() from error

    async def _exit_code(self) -> int:
        """Once its output has ended, it ends soon, or is ended."""
        try:
            async with asyncio.timeout(END_SECONDS):
                return await self._process.wait()
        except TimeoutError:
            await end(self._process)
            return -1

    async def _begin(self) -> None:
        if not await self._reads_until(re.compile(_PROMPT), BEGIN_SECONDS):
            raise self._failed()
        found = _ADDRESS.search(self._said)
        if found is None:
            raise self._failed()
        self.url = found[0].decode("ascii")

    async def _reads_until(self, pattern: re.Pattern[bytes], seconds: float) -> bool:
        """Whether the CLI said so; False when it ended instead. Raises SignInFailed when it takes too long."""
        stdout = self._process.stdout
        try:
            async with asyncio.timeout(seconds):
                while not pattern.search(self._said):
                    piece = await stdout.read(4096) if stdout is not None else b""
                    if not piece or len(self._said) > _MAX_BYTES:
                        return False
                    self._said += piece
        except TimeoutError:
            raise SignInFailed(f"Claude Code did not answer within {seconds:.0f} s.", hint="Begin again.") from None
        return True

    def _failed(self) -> SignInFailed:
        said = self._said.decode("utf-8", "replace").strip().splitlines()
        words = said[-1][:300] if said else "it ended without a word"
        return SignInFailed(f"Claude Code did not log in: {words}", hint="Begin again to get a new code.")
