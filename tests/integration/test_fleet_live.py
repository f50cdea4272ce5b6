"""People at two web processes watch and steer what a third process runs: real processes over one PostgreSQL, with Redis
and without."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import websockets
from pydantic import SecretStr
from tests.fault.hands import Listener, Machine
from tests.support.model import ScriptedModel
from tests.support.redis_server import RedisServer, needs_redis

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Reply, Text, ToolUse

Start = Callable[..., Awaitable[Machine]]
QUESTION = {
    "questions": [
        {
            "question": "Which colour?",
            "header": "Colour",
            "multiSelect": False,
            "options": [{"label": "Red", "description": "warm"}, {"label": "Blue", "description": "cold"}],
        }
    ]
}


class Watching:
    """A client that watches a task over WebSocket, and connects again where a busy computer has cut it off."""

    def __init__(self, machine: Machine, task_id: str) -> None:
        self.events: list[dict[str, Any]] = []
        self._machine = machine
        self._task_id = task_id
        self._stack = AsyncExitStack()
        self._listener: Listener | None = None

    async def until(self, words: str) -> None:
        """Listen until the agent has said them."""
        while words not in "".join(str(event["data"].get("text", "")) for event in self.events):
            try:
                await self._hear()
            except websockets.ConnectionClosedError:
                await self.close()

    async def close(self) -> None:
        self._listener = None
        await self._stack.aclose()

    async def _hear(self) -> None:
        if self._listener is None:
            after = self.events[-1]["seq"] if self.events else 0
            self._listener = await self._stack.enter_async_context(self._machine.listening(self._task_id, after))
        await self._listener.hear()
        self.events += self._listener.events
        self._listener.events.clear()


@pytest.fixture
async def model() -> ScriptedModel:
    return ScriptedModel("All done.")


@pytest.fixture(params=["redis", "polling"])
async def redis(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RedisServer | None]:
    if request.param == "polling":
        yield None
        return
    needs_redis()
    server = await asyncio.to_thread(RedisServer, tmp_path)
    yield server
    await asyncio.to_thread(server.kill)


@pytest.fixture
async def fleet(
    tmp_path: Path, postgres_url: SecretStr, model: ScriptedModel, redis: RedisServer | None
) -> AsyncIterator[tuple[Machine, Machine, Machine]]:
    """Two web processes and a worker."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(model.serve())

        async def started(name: str, role: str) -> Machine:
            env = {
                "DATABASE_URL": postgres_url.get_secret_value(),
                "MACHINE_ID": name,
                "ANTHROPIC_BASE_URL": url,
                **({"ANTHROPIC_API_KEY": "no-key-is-needed"} if role == "worker" else {}),
                **({"REDIS_URL": redis.url} if redis else {}),
            }
            machine = Machine(tmp_path / name, env=env, arguments=("--role", role))
            stack.push_async_callback(machine.close)
            return await machine.start()

        yield await started("web-a", "web"), await started("web-b", "web"), await started("w1", "worker")


async def test_output_comes_to_both_as_it_is_said(
    fleet: tuple[Machine, Machine, Machine], model: ScriptedModel
) -> None:
    """The model says nothing more until what it said last has arrived at both: nothing is kept back to the end."""
    a, b, _ = fleet
    heard = [asyncio.Event() for _ in range(3)]

    async def step(request: ModelRequest) -> Reply:
        if request.step > 0:
            await heard[request.step - 1].wait()
        if request.step == 3:
            return Reply.text("The end.")
        return Reply((Text(f"word{request.step}"), ToolUse("TodoWrite", {"todos": []})))

    model.on("tell", step)
    task_id = await a.submit("tell me")
    watching = [Watching(a, task_id), Watching(b, task_id)]
    for number, each in enumerate(heard):
        await asyncio.gather(*(one.until(f"word{number}") for one in watching))
        each.set()
    await asyncio.gather(*(one.until("The end.") for one in watching))
    for one in watching:
        seqs = [event["seq"] for event in one.events]
        assert seqs == list(range(1, len(seqs) + 1))
    for one in watching:
        await one.close()


async def test_whoever_watches_answers_interrupts_speaks_and_stops(
    fleet: tuple[Machine, Machine, Machine], model: ScriptedModel
) -> None:
    a, b, worker = fleet
    hold = asyncio.Event()
    command = ToolUse("Bash", {"command": "curl -s http://127.0.0.1:1 || echo nobody is there"})
    model.on("colour", Reply((ToolUse("AskUserQuestion", QUESTION),)), Reply((command,)), "Thank you.")
    model.on("for ever", Reply((Text("On and on.", hold=hold),)))
    task_id = await a.submit("ask me for a colour", is_interactive=True)
    card = await b.pending(task_id)
    assert card["kind"] == "question"
    answer = {"decision": "allow", "answers": {"Which colour?": "Blue"}}
    await b.post(f"/api/approvals/{card['approval_id']}", **answer)
    permission = await a.pending(task_id)
    assert permission["kind"] == "permission"
    await a.post(f"/api/approvals/{permission['approval_id']}", decision="allow")
    await b.until(task_id, "waiting_input", where=lambda now: now["waiting_reason"] == "input")
    await a.post(f"/api/tasks/{task_id}/input", message="for ever")
    await b.says(task_id, "On")
    interrupted = await b.post(f"/api/tasks/{task_id}/stop", mode="interrupt")
    assert (interrupted["status"], interrupted["waiting_reason"]) == ("waiting_input", "interrupted")
    await b.post(f"/api/tasks/{task_id}/input", message="for ever")
    await a.until(task_id, "running")
    assert await worker.processes(task_id)
    stopped = await a.post(f"/api/tasks/{task_id}/stop", mode="stop")
    assert stopped["status"] == "cancelled"
    assert await worker.processes(task_id) == []
    hold.set()


async def test_a_chat_goes_on_at_another_web_process(
    fleet: tuple[Machine, Machine, Machine], model: ScriptedModel
) -> None:
    a, b, _ = fleet

    def remembers(request: ModelRequest) -> str:
        return "I know your name." if "my name is Ada" in str(request.body) else "Who are you?"

    model.on("who am I", remembers)
    first = await a.post("/api/chat", message="Hello, my name is Ada.")
    assert (await b.completed(first["task_id"]))["result"] == "All done."
    second = await b.post("/api/chat", message="who am I?", conversation_id=first["conversation_id"])
    assert (await a.completed(second["task_id"]))["result"] == "I know your name."
    found = await a.get(f"/api/chat/{first['conversation_id']}")
    assert len(found["items"]) == 2
    for web in (a, b):
        async with asyncio.timeout(30):  # a web process hears of the login from the worker, every few seconds
            while (status := await web.get("/api/status"))["auth"]["state"] != "ready":
                await asyncio.sleep(0.1)
        assert status["role"] == "web"
        assert status["machine"]["slots"] == 5
