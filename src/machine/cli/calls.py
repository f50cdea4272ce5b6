"""From a command to the daemon and back, for commands that ask one thing. Heavy modules are imported on the way."""

import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from machine.cli.client import Api


def with_api(data_dir: str | None, work: "Callable[[Api], Awaitable[Any]]") -> Any:
    """What `work` returns for the daemon that the environment or the data folder names. Raises CliError."""
    import asyncio

    from machine.cli.client import Api
    from machine.cli.config import locate

    api = Api(lambda: locate(data_dir, os.environ))

    async def connected() -> Any:
        async with api:
            return await work(api)

    return asyncio.run(connected())


def path_of(*parts: str) -> str:
    """A path under `/api` with every part quoted: `path_of("tasks", task_id, "stop")`."""
    return "/api/" + "/".join(quote(part, safe="") for part in parts)
