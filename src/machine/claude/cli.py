"""Claude Code on this machine: starts its CLI, reads its transcripts, asks for its login.

The SDK is imported by the first start, in a thread, because that takes seconds; `warm_up` does it early. So the modules
that import it (`session`, `options` and what those need) are imported here by name only.
"""

import asyncio
import contextlib
import importlib
import os
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic import SecretStr

from machine.claude import leftovers
from machine.claude.installation import Installation, bundled_cli, project_folder
from machine.claude.login import ask_login, evidence_of, identity_of
from machine.claude.settling import Settling
from machine.claude.tail import Tail
from machine.claude.transcripts import Transcripts
from machine.claude.wardens import Switch, Wardens, write_launcher
from machine.domain.errors import CliMissing
from machine.domain.messages import CliMessage
from machine.ports import Ask, LaunchSpec, LoginState, OfferedTools, Sandbox

if TYPE_CHECKING:
    from machine.claude.session import CliSession

SWEEP_SECONDS: Final = 10.0
_UNKNOWN_MODEL: Final = "[claude-code:unrecognized_model]"
"""The CLI says so of the demo's model at every start, and rightly."""
_LAUNCHER: Final = "claude-launcher"


class ClaudeCli:
    """The real `ports.Claude` and `ports.ClaudeLogin`."""

    def __init__(self, installation: Installation, wardens: Wardens, settling: Settling | None = None) -> None:
        """`wardens` must be open as long as CLIs run; `settling` makes agents users of their own."""
        self._installation = installation
        self._wardens = wardens
        self._settling = settling
        self._transcripts = Transcripts(installation.config_dir, settling.transcripts if settling else None)
        self._preparing = asyncio.Lock()
        self._prepared: tuple[Any, Any, Path] | None = None
        self._changes = 0

    @property
    def installation(self) -> Installation:
        """As the next CLI gets it."""
        return self._installation

    def use(self, variables: Mapping[str, SecretStr]) -> None:
        """Anthropic's own variables for the CLIs that start from now on."""
        self._installation = self._installation.model_copy(update={"variables": dict(variables)})
        self._changes += 1

    async def find(self) -> Path:
        """The program. Raises CliMissing."""
        return await asyncio.to_thread(self._find_cli)

    @property
    def settling(self) -> Settling | None:
        """What makes agents users of their own; None where they run as the daemon's."""
        return self._settling

    @property
    def sandbox(self) -> Sandbox:
        """Whether commands of agents are kept in."""
        return self._installation.sandbox

    async def warm_up(self) -> None:
        """Import the SDK, make the CLI's folders and write the launcher, so that the first start need not."""
        await self._prepare()

    async def open(
        self, spec: LaunchSpec, *, ask: Ask, on_stderr: Callable[[str], None], tools: OfferedTools | None = None
    ) -> "CliSession":
        """See `ports.Claude.open`. Returns after the handshake, half a second or so; `spec.run_id` must be new."""
        cli = await self.find()
        session_module, options_module, launcher = await self._prepare()
        await asyncio.to_thread(self._installation.prepare, spec.cwd.name)
        installation, switch = self._installation, None
        if self._settling is not None:
            installation, switch = await self._settling.settle(spec.cwd, installation)
        warden = self._wardens.expect(spec.run_id)
        stderr = Tail(on_stderr, leave_out=_UNKNOWN_MODEL if self._installation.demo else None)
        options = options_module.build_options(
            spec,
            installation,
            cli=cli,
            launcher=launcher,
            warden=warden,
            ask=ask,
            on_stderr=stderr,
            tools=tools,
            switch=switch,
        )

        async def sweep() -> int:
            return await self._swept(spec.task_id, switch)

        session = cast("CliSession", session_module.CliSession(options, warden, stderr, sweep))
        try:
            await session.start()
        except BaseException:  # whatever it was, the name is free again
            warden.close()
            raise
        return session

    def transcript(self, claude_session_id: str, *, since_input: str) -> AsyncGenerator[CliMessage, None]:
        """See `ports.Claude.transcript`."""
        return self._transcripts.messages(claude_session_id, since_input=since_input)

    async def knows(self, claude_session_id: str) -> bool:
        """See `ports.Claude.knows`."""
        return await self._transcripts.exists(claude_session_id)

    def transcripts_of(self, cwd: Path) -> Path:
        """The folder in which the CLI writes down what is said in `cwd`."""
        own = self._installation if self._settling is None else self._installation.of_workspace(cwd.name)
        return own.config_dir / "projects" / project_folder(cwd)

    async def inputs_taken(self, claude_session_id: str) -> frozenset[str]:
        """See `ports.Claude.inputs_taken`."""
        return await self._transcripts.inputs_taken(claude_session_id)

    async def sweep(self, task_id: str | None = None) -> int:
        """See `ports.Claude.sweep`; takes up to 10 s."""
        return await self._swept(task_id, None)

    async def _swept(self, task_id: str | None, switch: Switch | None) -> int:
        """What users of agents run cannot be found by its environment, and is found by its user."""
        ended = 0
        if self._settling is not None and (switch is not None or task_id is None):
            ended = await self._settling.users.end(switch.user if switch else None)
        return ended + len(await leftovers.sweep(self._installation.instance, SWEEP_SECONDS, task_id=task_id))

    async def check(self) -> LoginState:
        """See `ports.ClaudeLogin.check`; takes up to 10 s."""
        try:
            cli = await self.find()
            await asyncio.to_thread(self._installation.prepare)
        except (CliMissing, OSError) as error:
            hint = error.hint if isinstance(error, CliMissing) else ""
            return LoginState(state="unknown", message=str(error), hint=hint)
        return await ask_login(cli, self._installation)

    async def evidence(self) -> str:
        """See `ports.ClaudeLogin.evidence`."""
        return f"{await asyncio.to_thread(evidence_of, self._installation)}-{self._changes}"

    def identity(self) -> str:
        """A digest of the secrets that log the CLI in, the same on every machine that has them; empty: a file does."""
        return identity_of(self._installation)

    async def _prepare(self) -> tuple[Any, Any, Path]:
        async with self._preparing:
            if self._prepared is None:
                self._prepared = await asyncio.to_thread(self._prepared_now)
            return self._prepared

    def _prepared_now(self) -> tuple[Any, Any, Path]:
        self._installation.prepare()
        return (
            importlib.import_module("machine.claude.session"),
            importlib.import_module("machine.claude.options"),
            write_launcher(self._installation.run_dir / _LAUNCHER),
        )

    def _find_cli(self) -> Path:
        path = self._installation.cli_path or bundled_cli()
        if path is None:
            raise CliMissing(
                "There is no Claude Code: the installed claude-agent-sdk carries none for this system.",
                hint="Install Claude Code and set CLAUDE_CLI_PATH to its program.",
            )
        with contextlib.suppress(OSError):
            if path.is_file() and os.access(path, os.X_OK):
                return path
        raise CliMissing(
            f"Claude Code is not at {path}, or may not be run.",
            hint="Set CLAUDE_CLI_PATH to its program, or leave it unset to use the one that comes with this program.",
        )
