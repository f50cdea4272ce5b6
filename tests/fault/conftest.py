"""Machines that are ended whatever happens, and a model that outlives them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tests.fault.hands import Machine
from tests.support.fake_cli import install
from tests.support.model import ScriptedModel

StartMachine = Callable[..., Awaitable[Machine]]


@pytest.fixture
async def model() -> ScriptedModel:
    return ScriptedModel("All done.")


@pytest.fixture
async def start(tmp_path: Path, model: ScriptedModel) -> AsyncIterator[StartMachine]:
    """Start machines on the scripted model; `cli=NAME` gives them the fake CLI, installed so, instead of the real one.

    `env` adds variables and, with None for a value, leaves one out.
    """
    machines: list[Machine] = []
    async with model.serve() as url:

        async def started(
            folder: Path | None = None, *, cli: str | None = None, env: dict[str, str | None] | None = None
        ) -> Machine:
            given: dict[str, str | None] = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "no-key-is-needed"}
            if cli:
                given["CLAUDE_CLI_PATH"] = str(install(tmp_path / "bin", cli))
            given.update(env or {})
            chosen = {name: value for name, value in given.items() if value is not None}
            machines.append(Machine(folder or tmp_path / "data", env=chosen))
            return await machines[-1].start()

        yield started
        for machine in machines:
            await machine.close()
