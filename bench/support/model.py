"""A scripted model in a process of its own: reads a file, then says a sentence, as fast as it can.

`python -m bench.support.model` prints its base URL and serves until its input ends.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from machine.demo import ModelServer
from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply


class ReadThenSay:
    """The same turn for everybody: one call of Read, then text."""

    def reply(self, request: ModelRequest) -> Reply:
        """The step of the turn follows from the request."""
        if request.step == 0 and "Read" in request.tools:
            path = f"{request.working_directory}/CLAUDE.md"
            return Reply.tool("Read", {"file_path": path}, say="Let me look at my instructions.")
        return Reply.text("That is all there is to do. " * 5)


async def serve() -> None:
    """Print the base URL, serve until the input ends."""
    async with ModelServer(ReadThenSay()).serve() as url:
        print(url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextmanager
def model() -> Iterator[str]:
    """The base URL of a model that runs while the block does."""
    command = [sys.executable, "-m", "bench.support.model"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(30)


if __name__ == "__main__":
    asyncio.run(serve())
