"""A real daemon in a process of its own, and everything a fault test does to it and looks at."""

import asyncio
import contextlib
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx2
import psutil
import websockets
from tests.support.daemon import DaemonProcess

WAIT_SECONDS: Final = 40.0
ENDED: Final = ("completed", "failed", "cancelled")
ENDING_EVENTS: Final = tuple(f"task.{status}" for status in ENDED)
TASK: Final = "MACHINE_TASK_ID"
_LAUNCHED_BY_WARDEN: Final = "MACHINE_WARDEN"


class Machine:
    """One data folder and whichever daemon works on it now."""

    def __init__(self, data_dir: Path, *, env: Mapping[str, str] | None = None, arguments: Sequence[str] = ()) -> None:
        self.daemon = DaemonProcess(data_dir, extra_env=env)
        self.arguments = tuple(arguments)
        self.tasks: list[str] = []
        self.token = ""
        """That of the folder's own command line, which each daemon makes anew."""
        self._client: httpx2.AsyncClient | None = None

    # --- its life ---

    async def start(self) -> "Machine":
        await asyncio.to_thread(self.daemon.launch, 0, self.arguments)
        await self._hang_up()
        self.token = (self.daemon.data_dir / "run" / "cli-token").read_text()
        headers = {"authorization": f"Bearer {self.token}"}
        self._client = httpx2.AsyncClient(base_url=self.daemon.url, headers=headers, trust_env=False, timeout=30)
        return self

    async def kill9(self) -> None:
        await asyncio.to_thread(self.daemon.kill9)

    async def terminate(self) -> int:
        return await asyncio.to_thread(self.daemon.terminate)

    async def close(self) -> None:
        """End the daemon, whatever happened to it, and whatever is left of its tasks."""
        await self._hang_up()
        process = self.daemon.process
        if process is not None and process.poll() is None:
            await asyncio.to_thread(self.daemon.kill9)
        async with asyncio.timeout(10):
            while left := await self.processes():
                for one in left:
                    with contextlib.suppress(psutil.Error):
                        one.kill()
                await asyncio.sleep(0.05)

    async def _hang_up(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    # --- HTTP ---

    @property
    def client(self) -> httpx2.AsyncClient:
        assert self._client is not None, "the daemon was not started"
        return self._client

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.client.post(path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def submit(self, message: str, **wish: Any) -> str:
        made = await self.post("/api/tasks", **{"agent": "planning", **wish, "message": message})
        self.tasks.append(made["task_id"])
        return str(made["task_id"])

    async def task(self, task_id: str) -> dict[str, Any]:
        return dict(await self.get(f"/api/tasks/{task_id}"))

    async def until(self, task_id: str, *status: str, where: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
        """The task once it is in one of `status`; fails loudly when it ends otherwise or takes too long."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (task := await self.task(task_id))["status"] not in status or not where(task):
            assert task["status"] in status or task["status"] not in ENDED, f"{task['status']}: {task['failure']}"
            assert time.monotonic() < deadline, f"{task['status']} ({task['waiting_reason']}), not {status}"
            await asyncio.sleep(0.05)
        return task

    async def ended(self, task_id: str) -> dict[str, Any]:
        return await self.until(task_id, *ENDED)

    async def completed(self, task_id: str) -> dict[str, Any]:
        return await self.until(task_id, "completed")

    async def events(self, task_id: str, after: int = 0) -> list[dict[str, Any]]:
        """All stored events; their numbers are checked on the way: from 1, no gap, no double."""
        found: list[dict[str, Any]] = []
        while True:
            page = await self.get(f"/api/tasks/{task_id}/events", after=after, limit=5000)
            found += page["events"]
            if not page["events"]:
                break
            after = page["events"][-1]["seq"]
        first = found[0]["seq"] if found else 1
        assert [event["seq"] for event in found] == list(range(first, first + len(found)))
        return found

    async def types(self, task_id: str) -> list[str]:
        """Types of the events in order, without output and metrics."""
        return [e["type"] for e in await self.events(task_id) if e["type"] not in ("task.output", "task.metrics")]

    async def outputs(self, task_id: str, kind: str | None = None) -> list[dict[str, Any]]:
        pieces = [event["data"] for event in await self.events(task_id) if event["type"] == "task.output"]
        return [piece for piece in pieces if kind in (None, piece["kind"])]

    async def text(self, task_id: str) -> str:
        return "".join(piece["text"] for piece in await self.outputs(task_id, "text"))

    async def says(self, task_id: str, words: str) -> None:
        """Wait until the agent has said `words`."""
        deadline = time.monotonic() + WAIT_SECONDS
        while words not in await self.text(task_id):
            assert time.monotonic() < deadline, f"{words!r} was not said: {await self.task(task_id)}"
            await asyncio.sleep(0.05)

    async def pending(self, task_id: str) -> dict[str, Any]:
        """The one pending approval of a task, once there is one."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not (found := await self.approvals(task_id, "pending")):
            assert time.monotonic() < deadline, f"nothing was asked: {await self.task(task_id)}"
            await asyncio.sleep(0.05)
        assert len(found) == 1, found
        return found[0]

    async def written_down(self, word: str) -> None:
        """Wait until a CLI's transcript holds `word`: it is some milliseconds behind what the CLI says."""

        def holds() -> bool:
            found = self.daemon.data_dir.glob("credentials/claude/projects/*/*.jsonl")
            return any(word in path.read_text(encoding="utf-8", errors="replace") for path in found)

        async with asyncio.timeout(WAIT_SECONDS):
            while not await asyncio.to_thread(holds):
                await asyncio.sleep(0.02)

    async def approvals(self, task_id: str, status: str | None = None) -> list[dict[str, Any]]:
        items = (await self.get("/api/approvals", task_id=task_id))["items"]
        return [dict(item) for item in items if status in (None, item["status"])]

    async def allow(self, approval: Mapping[str, Any]) -> None:
        await self.post(f"/api/approvals/{approval['approval_id']}", decision="allow")

    # --- the process table ---

    async def processes(self, task_id: str | None = None) -> list[psutil.Process]:
        """All that carry the mark of one of this machine's tasks."""
        wanted = {task_id} if task_id else set(self.tasks)
        return await asyncio.to_thread(marked, wanted)

    async def the(self, what: str, task_id: str) -> psutil.Process:
        """The `cli` or the `warden` of a task."""
        found = [p for p in await self.processes(task_id) if kind_of(p) == what]
        assert len(found) == 1, f"{len(found)} processes are the {what} of {task_id}"
        return found[0]

    async def nothing_left(self, task_id: str | None = None) -> None:
        """Fail when a process of a task is there; one that is just being reaped gets a moment."""
        deadline = time.monotonic() + 3
        while left := await self.processes(task_id):
            assert time.monotonic() < deadline, [(p.pid, p.cmdline()[:3]) for p in left if p.is_running()]
            await asyncio.sleep(0.05)

    # --- WebSocket ---

    @contextlib.asynccontextmanager
    async def listening(self, task_id: str, after: int = 0) -> AsyncIterator["Listener"]:
        """A connection that has subscribed to a task."""
        session_id = (await self.post("/api/sessions"))["session_id"]
        url = self.daemon.url.replace("http:", "ws:")
        async with websockets.connect(f"{url}/ws/{session_id}", proxy=None, compression=None, max_size=2**26) as socket:
            listener = Listener(socket, task_id)
            await socket.send(json.dumps({"type": "hello", "token": self.token}))
            await socket.send(json.dumps({"type": "subscribe", "id": 1, "task_id": task_id, "after": after}))
            yield listener

    async def follow(self, task_id: str, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Every event of a task to its end over WebSocket, as a client should: told `lagged`, or cut off because it was
        too slow (a busy machine), it asks again from its last `seq`. Returns the events and how often it was told."""
        events: list[dict[str, Any]] = []
        lags = 0
        while not events or events[-1]["type"] not in ENDING_EVENTS:
            async with self.listening(task_id, events[-1]["seq"] if events else after) as listener:
                with contextlib.suppress(websockets.ConnectionClosedError):
                    said = await listener.until(*ENDING_EVENTS, "lagged")
                    lags += said["type"] == "lagged"
                events += listener.events
        return events, lags


class Listener:
    """What one client is told about one task."""

    def __init__(self, socket: websockets.ClientConnection, task_id: str) -> None:
        self.socket = socket
        self.task_id = task_id
        self.events: list[dict[str, Any]] = []
        self.others: list[dict[str, Any]] = []

    @property
    def last(self) -> int:
        return int(self.events[-1]["seq"]) if self.events else 0

    async def hear(self, *, timeout_seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        async with asyncio.timeout(timeout_seconds):
            message: dict[str, Any] = json.loads(await self.socket.recv())
        (self.events if message.get("task_id") == self.task_id and "seq" in message else self.others).append(message)
        return message

    async def until(self, *types: str) -> dict[str, Any]:
        """Listen up to the first message of one of these types."""
        while (message := await self.hear())["type"] not in types:
            assert message["type"] != "error", message
        return message

    async def until_ended(self) -> None:
        await self.until(*ENDING_EVENTS)

    async def count(self, more: int) -> None:
        """Listen until so many more events came."""
        wanted = len(self.events) + more
        while len(self.events) < wanted:
            await self.hear()


class TableWatch:
    """Looks at the process table all the time, in a thread, for two CLIs on one conversation."""

    def __init__(self, task_ids: Sequence[str]) -> None:
        self.looks = 0
        self.most: Counter[str] = Counter()
        """By task: the most CLIs that were seen at once."""
        self._tasks = set(task_ids)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="process table watch")

    def __enter__(self) -> "TableWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            now: Counter[str] = Counter()
            for process in marked(self._tasks):
                with contextlib.suppress(psutil.Error):
                    if kind_of(process) == "cli":
                        now[process.environ()[TASK]] += 1
            self.looks += 1
            for task_id, count in now.items():
                self.most[task_id] = max(self.most[task_id], count)


def marked(task_ids: set[str]) -> list[psutil.Process]:
    """Every live process that carries the mark of one of these tasks in its environment. Blocking."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(TASK) in task_ids and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def kind_of(process: psutil.Process) -> str:
    """`warden`, `cli` (its child), or `tool`: something that the agent runs."""
    if _LAUNCHED_BY_WARDEN in process.environ():
        return "warden"
    parent = process.parent()
    with contextlib.suppress(psutil.Error):
        if parent is not None and _LAUNCHED_BY_WARDEN in parent.environ():
            return "cli" if "--input-format" in process.cmdline() else "tool"
    return "tool"


def running_with(word: str) -> list[psutil.Process]:
    """Every live process that has `word` as one of its arguments. Blocking."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if word in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found
