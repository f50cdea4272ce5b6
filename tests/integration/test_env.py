"""Variables from the outside: set by administrators, shown to nobody, given to the agents that name them."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.api import Served, person, served
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, processes_of, workbench

from machine.demo.replies import Reply, ToolUse
from machine.domain.definitions import DefinitionFile
from machine.domain.principal import Role
from machine.domain.task import TaskStatus
from machine.registry.folders import write_files

VALUE = "correct-horse-battery-staple"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as opened:
        yield opened


def agent(config: Path, name: str, more: str = "") -> None:
    """An agent that may run commands without asking."""
    files = {"agent.yaml": f"description: Does things.\nallowed_tools: [Bash]\n{more}", "CLAUDE.md": "Do things."}
    write_files(config / "agents" / name, {path: DefinitionFile(text.encode()) for path, text in files.items()})


def files_that_hold(folder: Path, text: str) -> list[str]:
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and text.encode() in path.read_bytes()
    ]


# --- the API ---------------------------------------------------------------------------------------------------------


async def test_a_variable_is_set_listed_and_deleted_and_its_value_never_comes_out(
    machine: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    admin = machine.admin
    answers = [
        await admin.put("/api/env/TOKEN", json={"value": VALUE}),
        await admin.put("/api/env/TOKEN", json={"value": VALUE, "extra": VALUE}),
        await admin.put("/api/env/PATH", json={"value": VALUE}),
        await admin.put("/api/env/lower", json={"value": VALUE}),
        await admin.put("/api/env/TOKEN", json={"value": [VALUE]}),
        await admin.put("/api/env/TOKEN", json={"value": ""}),
        await admin.get("/api/env"),
        await admin.get("/api/status"),
    ]
    assert [answer.status_code for answer in answers] == [200, 422, 400, 400, 422, 422, 200, 200]
    (one,) = answers[6].json()["items"]
    assert (one["name"], one["problem"], one["agents"], one["webhooks"]) == ("TOKEN", "", [], [])
    assert answers[6].json()["trouble"] == ""
    assert not [answer.text for answer in answers if VALUE in answer.text]
    assert VALUE not in caplog.text
    assert (await admin.get("/api/env/TOKEN")).status_code == 405
    assert (await admin.delete("/api/env/TOKEN")).status_code == 204
    assert (await admin.delete("/api/env/TOKEN")).status_code == 404
    assert (await admin.get("/api/env")).json()["items"] == []


@pytest.mark.parametrize("role", [Role.MEMBER, Role.VIEWER])
async def test_only_administrators_see_or_change_variables(machine: Served, role: Role) -> None:
    assert (await machine.admin.put("/api/env/TOKEN", json={"value": VALUE})).status_code == 200
    _, token = await person(machine, role)
    theirs = machine.client(token)
    answers = [
        await theirs.get("/api/env"),
        await theirs.put("/api/env/TOKEN", json={"value": "x"}),
        await theirs.delete("/api/env/TOKEN"),
        await theirs.post("/api/env", content="A=1", headers={"content-type": "text/plain"}),
    ]
    assert [answer.status_code for answer in answers] == [403] * 4
    assert not [answer for answer in answers if "TOKEN" in answer.text]
    assert (await machine.client().get("/api/env")).status_code == 401


async def test_a_file_is_previewed_then_set_and_replaces_only_when_told(machine: Served) -> None:
    admin = machine.admin
    await admin.put("/api/env/OLD", json={"value": "as it was"})
    content = f"# ours\nNEW={VALUE}\nOLD={VALUE}\nPATH={VALUE}\n"
    text: dict[str, Any] = {"content": content, "headers": {"content-type": "text/plain"}}
    previewed = await admin.post("/api/env?preview=true", **text)
    said = previewed.json()
    assert (said["preview"], said["new"], said["replaced"], said["kept"]) == (True, ["NEW"], [], ["OLD"])
    assert [(one["line"], one["name"]) for one in said["refused"]] == [(4, "PATH")]
    assert [one["name"] for one in (await admin.get("/api/env")).json()["items"]] == ["OLD"]
    secrets = machine.room.api.variables._secrets
    done = await admin.post("/api/env", files={"file": (".env", content.encode())})
    assert done.json() == {**said, "preview": False}
    assert await secrets.values_of(["OLD", "NEW"]) == {"OLD": "as it was", "NEW": VALUE}
    replaced = await admin.post("/api/env?replace=true", **text)
    assert replaced.json()["replaced"] == ["NEW", "OLD"]
    assert await secrets.values_of(["OLD"]) == {"OLD": VALUE}
    assert not [answer for answer in (previewed, done, replaced) if VALUE in answer.text]


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"A=1", "application/json", 415),
        (b"A=1", "", 415),
        (b"\xff", "text/plain", 400),
        (b"A=1", "multipart/form-data", 400),
        (b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1\r\n--b--", "multipart/form-data; boundary=b", 400),
        (b"x" * (1024 * 1024 + 1), "text/plain", 413),
    ],
)
async def test_what_is_no_env_file_is_refused(machine: Served, content: bytes, kind: str, status: int) -> None:
    answer = await machine.admin.post("/api/env", content=content, headers={"content-type": kind})
    assert answer.status_code == status, answer.text


async def test_with_a_wrong_key_the_machine_works_and_says_what_to_do(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with served(data, environ={"MACHINE_SECRET_KEY": "k" * 32}) as machine:
        await machine.admin.put("/api/env/TOKEN", json={"value": VALUE})
    async with served(data, environ={"MACHINE_SECRET_KEY": "o" * 32}) as machine:
        listed = (await machine.admin.get("/api/env")).json()
        assert "MACHINE_SECRET_KEY" in listed["trouble"]
        assert listed["items"][0]["problem"]
        refused = await machine.admin.put("/api/env/TOKEN", json={"value": "x"})
        assert (refused.status_code, refused.json()["code"]) == (503, "secret_key_unusable")
        assert (await machine.admin.get("/api/status")).status_code == 200


# --- agents ----------------------------------------------------------------------------------------------------------


def printing(name: str) -> ScriptedModel:
    """A model that prints a variable, and says it once more."""
    call = Reply((ToolUse("Bash", {"command": f"printenv {name} || echo there is none"}),))
    return ScriptedModel().on(
        "print", call, lambda asked: Reply.text(f"It is {VALUE if VALUE in json.dumps(asked.raw) else '-'}")
    )


def seen_by_model(machine: Workbench) -> str:
    return json.dumps([request.raw for request in machine.model.requests])


async def test_only_an_agent_that_names_a_variable_gets_it_and_nothing_that_is_stored_holds_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = tmp_path / "data"
    await asyncio.to_thread(agent, data / "config", "named", "variables: [TOKEN, NEVER_SET]\n")
    await asyncio.to_thread(agent, data / "config", "other")
    async with workbench(data, printing("TOKEN")) as machine:
        await machine.room.api.variables.set("TOKEN", VALUE, machine.principal)
        (listed,) = machine.room.api.variables.all(machine.principal)
        assert listed.agents == ("named",)
        other = await machine.ended(await machine.submit("Print.", agent="other"))
        assert other.status is TaskStatus.COMPLETED
        assert VALUE not in seen_by_model(machine)
        task = await machine.ended(await machine.submit("Print.", agent="named"))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert VALUE in seen_by_model(machine)
        assert task.result == "It is [redacted TOKEN]"
        said = "".join(event.body for event in await machine.events(task))
        assert said.count("[redacted TOKEN]") >= 3  # the tool's result, the text, the outcome
        assert VALUE not in said
        assert "NEVER_SET" in caplog.text
    holding = await asyncio.to_thread(files_that_hold, data, VALUE)
    assert [path for path in holding if not path.startswith("credentials/claude/")] == []
    assert VALUE not in caplog.text


async def test_a_task_that_strangers_can_cause_gets_no_variable(tmp_path: Path) -> None:
    data = tmp_path / "data"
    await asyncio.to_thread(agent, data / "config", "named", "variables: [TOKEN]\n")
    seen: list[bytes] = []
    hold = asyncio.Event()
    model = ScriptedModel().on("hold", lambda _asked: _held(hold))
    async with workbench(data, model) as machine:
        await machine.room.api.variables.set("TOKEN", VALUE, machine.principal)
        for metadata in ({}, {"profile": "untrusted"}):
            hold.clear()
            before = len(model.requests)
            task = await machine.submit("Hold.", agent="named", source_metadata=metadata)
            await model.wait_for_requests(before + 1)
            seen.append(await asyncio.to_thread(_environments, task.task_id))
            hold.set()
            await machine.ended(task)
    assert f"TOKEN={VALUE}".encode() in seen[0]
    assert VALUE.encode() not in seen[1]


async def _held(hold: asyncio.Event) -> str:
    await hold.wait()
    return "Done."


def _environments(task_id: str) -> bytes:
    return b"\n".join(Path(f"/proc/{process.pid}/environ").read_bytes() for process in processes_of(task_id))


async def test_an_agent_that_names_what_is_not_there_is_warned_about(machine: Served) -> None:
    form = {"name": "named", "description": "d", "instructions": "i", "variables": ["TOKEN"]}
    admin = machine.admin
    warned = (await admin.post("/api/agents/preview", json=form)).json()["warnings"]
    assert [one for one in warned if "no variable called TOKEN" in one]
    await admin.put("/api/env/TOKEN", json={"value": VALUE})
    assert (await admin.post("/api/agents/preview", json=form)).json()["warnings"] == []
    made = await admin.post("/api/agents", json=form)
    assert made.status_code == 201, made.text
    assert (await admin.get("/api/env")).json()["items"][0]["agents"] == ["named"]
    wrong = await admin.post("/api/agents/preview", json={**form, "variables": ["not a name"]})
    assert wrong.status_code == 422
