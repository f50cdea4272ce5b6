"""The real daemon, spoken to by people who should not, and in ways that make no sense."""

import asyncio
import json
import time

import httpx2
import pytest
import websockets
from tests.fault.conftest import StartMachine
from tests.fault.hands import Machine

MIB = 1024 * 1024


async def closed_with(machine: Machine, *messages: str | bytes, path: str | None = None, **options: object) -> int:
    """The close code after these messages; what is said before it is passed over."""
    session_id = (await machine.post("/api/sessions"))["session_id"]
    url = machine.daemon.url.replace("http:", "ws:") + (path or f"/ws/{session_id}")
    async with websockets.connect(url, proxy=None, max_size=2**26, **options) as socket:  # type: ignore[arg-type]  # any
        try:
            for message in messages:
                await socket.send(message)
            async with asyncio.timeout(20):
                while True:
                    await socket.recv()
        except websockets.ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


async def test_tokens_hosts_origins_sizes_and_nonsense_meet_clear_refusals_and_the_work_goes_on(
    start: StartMachine,
) -> None:
    machine = await start(cli="fake-cli")
    working = await machine.submit("pages 400")
    await tokens(machine)
    await names(machine)
    await bodies(machine)
    await sockets(machine)
    task = await machine.completed(working)
    assert task["result"] == "pages is done"
    assert "Traceback" not in machine.daemon.log_text()
    assert len((await machine.get("/api/tasks"))["items"]) == 1
    await machine.nothing_left()


async def tokens(machine: Machine) -> None:
    revoked = await machine.post("/api/tokens", name="to be revoked")
    tokens = (await machine.get("/api/tokens"))["items"]
    token_id = next(token["token_id"] for token in tokens if token["name"] == "to be revoked")
    assert (await machine.client.delete(f"/api/tokens/{token_id}")).status_code in (200, 204)
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Bearer {revoked['token']}"}):
        async with httpx2.AsyncClient(base_url=machine.daemon.url, trust_env=False, headers=headers) as stranger:
            for method, path in (("GET", "/api/tasks"), ("POST", "/api/tasks"), ("GET", "/api/approvals")):
                answer = await stranger.request(method, path)
                refused = (401, 429) if method == "GET" else (401, 403, 429)  # 403: it has no Origin either
                assert answer.status_code in refused, (headers, path, answer.text)
                assert answer.headers["content-type"] == "application/problem+json"
    for token in ("wrong", revoked["token"]):
        assert await closed_with(machine, json.dumps({"type": "hello", "token": token})) == 4401


async def names(machine: Machine) -> None:
    for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}):
        answer = await machine.client.post("/api/tasks", json={"message": "no"}, headers=headers)
        assert answer.status_code == 403, (headers, answer.text)
    with pytest.raises(websockets.InvalidStatus) as refused:
        await closed_with(machine, additional_headers={"origin": "https://evil.example"})
    assert refused.value.response.status_code == 403


async def bodies(machine: Machine) -> None:
    big = json.dumps({"message": "x" * 10 * MIB}).encode()
    json_type = {"content-type": "application/json"}
    wrong = (big, b"{", b"\xff\xfe", b"[]", b'"x"', b'{"message": 1}', b'{"message": "x", "no": 1}', b"[" * 100_000)
    for body in wrong:
        answer = await machine.client.post("/api/tasks", content=body, headers=json_type)
        assert 400 <= answer.status_code < 500, (body[:20], answer.text)
        assert answer.json()["detail"]
    answer = await machine.client.post("/api/tasks", content=big, headers=json_type)
    assert answer.status_code == 413


async def sockets(machine: Machine) -> None:
    hello = json.dumps({"type": "hello", "token": machine.token})
    assert await closed_with(machine, "{") == 4401
    assert await closed_with(machine, hello, path="/ws/session_of_nobody") == 4403
    assert await closed_with(machine, hello, *["{"] * 40) == 4400
    assert await closed_with(machine, hello, "x" * 10 * MIB) == 1009
    began = time.monotonic()
    assert (await machine.client.get("/healthz")).status_code == 200
    assert time.monotonic() - began < 2
