"""Containers of the image that `scripts/image-check` has built."""

import asyncio
import json
import os
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

IMAGE = os.environ.get("MACHINE_IMAGE", "")
ENGINE = os.environ.get("MACHINE_CONTAINER_ENGINE", "podman")
HARDENED = (
    *("--read-only", "--tmpfs", "/tmp:rw,mode=1777", "--security-opt", "no-new-privileges"),
    *("--cap-drop", "ALL", "--cap-add", "SETUID", "--cap-add", "SETGID", "--cap-add", "KILL"),
    *("--memory", "4g", "--pids-limit", "2048"),
)
"""As the compose file says it."""
ENDED = ("completed", "failed", "cancelled")
SERVE = ("/opt/machine/bin/machine", "serve")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not IMAGE:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="needs an image: run scripts/image-check"))


def engine(*arguments: str, check: bool = True, **options: Any) -> str:
    """What the engine says on stdout. Blocking."""
    options = {"capture_output": True, "text": True, "timeout": 120, **options}
    done = subprocess.run((ENGINE, *arguments), check=False, **options)
    assert not check or done.returncode == 0, f"{arguments[0]} failed: {done.stderr}"
    return str(done.stdout)


@dataclass
class Container:
    """One name, the two volumes of the compose file, one port after another container."""

    name: str = field(default_factory=lambda: f"machine-check-{uuid4().hex[:8]}")
    port: int = 0
    token: str = ""
    started_seconds: float = 0.0

    @property
    def volumes(self) -> dict[str, str]:
        """Each by where it is mounted."""
        return {"/data": f"{self.name}-data", "/data/repos": f"{self.name}-repos"}

    @property
    def mounts(self) -> tuple[str, ...]:
        return tuple(part for place, name in self.volumes.items() for part in ("--volume", f"{name}:{place}"))

    async def start(self, *options: str, command: tuple[str, ...] = (*SERVE, "--demo"), publish: bool = True) -> None:
        """Run a new container on the volumes, and wait until it is healthy."""
        ports = ("--publish", "127.0.0.1::8080") if publish else ()
        began = time.monotonic()
        await self.engine(
            *("run", "--detach", "--name", self.name),
            *self.mounts, *HARDENED, *ports, *options, IMAGE, *command,
        )  # fmt: skip
        await self.find_port(publish=publish)
        await self.until_healthy()
        self.started_seconds = time.monotonic() - began
        self.token = (await self.machine("token", "create", "--name", "check")).strip()

    async def find_port(self, *, publish: bool = True) -> None:
        if publish:
            self.port = int((await self.engine("port", self.name, "8080")).strip().rpartition(":")[2])

    async def engine(self, *arguments: str, **options: Any) -> str:
        return await asyncio.to_thread(engine, *arguments, **options)

    async def once(self, *command: str, options: tuple[str, ...] = ()) -> str:
        """What a command says that has the volumes to itself: no daemon runs."""
        return await self.engine("run", "--rm", *self.mounts, *HARDENED, *options, IMAGE, *command)

    async def run_in(self, *command: str, user: str = "root") -> str:
        """What a command in the container says."""
        return await self.engine("exec", "--user", user, self.name, *command, check=False)

    async def machine(self, *arguments: str) -> str:
        """The command line, as a person calls it."""
        return await self.engine("exec", self.name, "machine", *arguments)

    async def until_healthy(self) -> None:
        for _ in range(600):
            try:
                await asyncio.to_thread(self._request, "/healthz", None)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                return
        raise AssertionError(f"not healthy: {await self.engine('logs', self.name, check=False)}")

    def _request(self, path: str, body: object | None) -> Any:
        return json.loads(self._text(path, body))

    def _text(self, path: str, body: object | None = None) -> str:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return str(answer.read(), "utf-8")

    async def get(self, path: str) -> Any:
        return await asyncio.to_thread(self._request, path, None)

    async def post(self, path: str, **body: Any) -> Any:
        return await asyncio.to_thread(self._request, path, body)

    async def submit(self, message: str, agent: str = "planning") -> str:
        return str((await self.post("/api/tasks", message=message, agent=agent))["task_id"])

    async def events(self, task_id: str) -> list[dict[str, Any]]:
        return list((await self.get(f"/api/tasks/{task_id}/events?after=0&limit=5000"))["events"])

    async def files(self, task_id: str) -> dict[str, str]:
        """The files at the top of the task's workspace, with what stands in them."""
        path = f"/api/tasks/{task_id}/files"
        names = [entry["name"] for entry in (await self.get(path))["entries"] if entry["kind"] == "file"]
        return {name: await asyncio.to_thread(self._text, f"{path}/content?path={quote(name)}") for name in names}

    async def outputs(self, task_id: str, kind: str) -> str:
        pieces = [event["data"] for event in await self.events(task_id) if event["type"] == "task.output"]
        return "".join(piece["text"] for piece in pieces if piece["kind"] == kind)

    async def says(self, task_id: str, words: int) -> None:
        """Wait until the agent has said so many words."""
        async with asyncio.timeout(60):
            while len((await self.outputs(task_id, "text")).split()) < words:
                await asyncio.sleep(0.2)

    async def completed(self, task_id: str) -> dict[str, Any]:
        async with asyncio.timeout(90):
            while (task := await self.get(f"/api/tasks/{task_id}"))["status"] not in ENDED:
                await asyncio.sleep(0.3)
        assert task["status"] == "completed", task["failure"]
        return dict(task)

    async def remove(self) -> None:
        await self.engine("rm", "--force", "--time", "0", self.name, check=False)

    async def close(self) -> None:
        await self.remove()
        await self.engine("volume", "rm", "--force", *self.volumes.values(), check=False)


@pytest.fixture
async def container() -> AsyncIterator[Container]:
    made = Container()
    yield made
    await made.close()
