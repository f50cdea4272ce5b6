"""Agents, skills and webhooks that people make: by a form, from files, from words; live at once, or refused whole."""

import asyncio
import hashlib
import hmac
import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.api import Served, person, served
from tests.support.model import ScriptedModel
from tests.support.workbench import workbench

from machine.api import create_api
from machine.api.multipart import parse_form
from machine.demo.replies import Reply
from machine.domain.agent import POWERFUL_TOOLS
from machine.domain.definitions import DefinitionFile, DefinitionKind
from machine.domain.errors import Forbidden
from machine.domain.principal import Principal, Role, User, Via
from machine.registry.uploads import Draft

FORM: dict[str, Any] = {"name": "reviewer", "description": "Reviews code.", "instructions": "Read and judge."}
SKILL: dict[str, Any] = {"name": "greet", "description": "Greets people.", "instructions": "Say hello."}
FOLDER = {
    "reviewer/agent.yaml": b"description: Reviews code.\ntools: [Read]\nmood: sunny\n",
    "reviewer/CLAUDE.md": b"Read and judge.\n",
    "reviewer/.claude/skills/look/SKILL.md": b"---\nname: look\ndescription: Looks.\n---\nLook: !`git status`\n",
    "reviewer/.claude/skills/look/scripts/look.sh": b"#!/bin/sh\nls\n",
    "reviewer/.mcp.json": b'{"mcpServers": {"files": {"command": "npx", "args": ["-y", "server"]}}}',
}
CLAUDE_CODE = b"---\nname: reviewer\ndescription: Reviews code.\ntools: Read, Grep\ncolor: red\n---\nRead and judge.\n"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


def config(machine: Served) -> Path:
    return machine.room.api.settings.data_dir / "config"


def left_behind(machine: Served) -> set[str]:
    """Every file under `config/`, hidden ones included."""
    return {str(path.relative_to(config(machine))) for path in config(machine).rglob("*") if path.is_file()}


def as_zip(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return target.getvalue()


def as_tar(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(f"./{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return target.getvalue()


async def upload(
    client: httpx2.AsyncClient, files: dict[str, bytes], *, kind: str = "agents", **options: str
) -> httpx2.Response:
    sent = [("files", (path, content, "application/octet-stream")) for path, content in files.items()]
    return await client.post(f"/api/{kind}/upload", files=sent, data=options)


async def names(machine: Served, kind: str = "agents") -> list[str]:
    return [item["name"] for item in (await machine.admin.get(f"/api/{kind}")).json()["items"]]


# --- an agent -------------------------------------------------------------------------------------------------------


async def test_an_agent_from_a_form_takes_tasks_at_once(machine: Served) -> None:
    made = await machine.admin.post("/api/agents", json={**FORM, "tools": ["Read"], "max_turns": 7})
    assert made.status_code == 201, made.text
    assert (made.json()["name"], made.json()["builtin"], made.json()["enabled"]) == ("reviewer", False, True)
    assert "reviewer" in await names(machine)
    agent = machine.room.api.agents.get("reviewer")
    assert (agent.instructions.strip(), agent.max_turns) == ("Read and judge.", 7)
    assert "Bash" in agent.disallowed_tools
    assert "Read" not in agent.disallowed_tools
    task = await machine.admin.post("/api/tasks", json={"message": "Look.", "agent": "reviewer"})
    assert (task.status_code, task.json()["assigned_agent"]) == (201, "reviewer")


@pytest.mark.parametrize("how", ["folder", "zip", "tar.gz"])
async def test_an_agent_from_a_folder_or_an_archive_of_it_is_the_same_agent(machine: Served, how: str) -> None:
    sent = {"folder": FOLDER, "zip": {"x.zip": as_zip(FOLDER)}, "tar.gz": {"x.tgz": as_tar(FOLDER)}}[how]
    seen = await upload(machine.admin, sent, preview="true")
    assert seen.status_code == 200, seen.text
    preview = seen.json()
    assert preview["name"] == "reviewer"
    assert [file["path"] for file in preview["files"]] == sorted(path.partition("/")[2] for path in FOLDER)
    assert preview["scripts"] == [".claude/skills/look/scripts/look.sh"]
    assert preview["tools"] == ["Read"]
    assert any("npx -y server" in command for command in preview["commands"])
    assert any("git status" in command for command in preview["commands"])
    assert any("mood" in warning for warning in preview["warnings"])
    assert left_behind(machine) == set(), "a preview saves nothing"
    made = await upload(machine.admin, sent, content_hash=preview["content_hash"])
    assert made.status_code == 201, made.text
    assert {key: made.json()[key] for key in ("scripts", "content_hash")} == {
        key: preview[key] for key in ("scripts", "content_hash")
    }
    assert machine.room.api.agents.get("reviewer").tools == ("Read",)


async def test_an_agent_from_a_claude_code_file_keeps_and_names_what_has_no_effect(machine: Served) -> None:
    made = await upload(machine.admin, {".claude/agents/reviewer.md": CLAUDE_CODE})
    assert made.status_code == 201, made.text
    assert made.json()["settings"]["claude_code"] == {"color": "red"}
    assert any("color" in warning for warning in made.json()["warnings"])
    agent = machine.room.api.agents.get("reviewer")
    assert set(agent.disallowed_tools) == set(POWERFUL_TOOLS) - {"Read", "Grep"}


async def test_all_ways_end_in_the_same_model(machine: Served) -> None:
    ways = []
    form = {**FORM, "tools": ["Read", "Grep"]}
    assert (await machine.admin.post("/api/agents", json=form)).status_code == 201
    ways.append(machine.room.api.agents.get("reviewer"))
    for sent in (
        {
            "reviewer/agent.yaml": b"description: Reviews code.\ntools: [Read, Grep]\n",
            "reviewer/CLAUDE.md": b"Read and judge.\n",
        },
        {"reviewer.md": CLAUDE_CODE.replace(b"color: red\n", b"")},
    ):
        assert (await upload(machine.admin, sent, replace="true")).status_code == 201
        ways.append(machine.room.api.agents.get("reviewer"))
    assert ways[0] == ways[1] == ways[2]


async def test_what_was_not_in_the_preview_is_not_saved(machine: Served) -> None:
    preview = (await upload(machine.admin, FOLDER, preview="true")).json()
    other = {**FOLDER, "reviewer/CLAUDE.md": b"Do something else.\n"}
    answer = await upload(machine.admin, other, content_hash=preview["content_hash"])
    assert answer.status_code == 409, answer.text
    assert left_behind(machine) == set()


async def test_a_change_by_form_leaves_the_other_files_and_can_be_taken_back(machine: Served) -> None:
    assert (await upload(machine.admin, FOLDER)).status_code == 201
    changed = await machine.admin.put("/api/agents/reviewer", json={**FORM, "description": "Judges."})
    assert (changed.status_code, changed.json()["revertible"]) == (200, True)
    assert len(changed.json()["files"]) == len(FOLDER)
    assert machine.room.api.agents.get("reviewer").description == "Judges."
    for expected in ("Reviews code.", "Judges."):
        back = await machine.admin.post("/api/agents/reviewer/revert")
        assert back.json()["description"] == expected
    assert (await machine.admin.post("/api/agents/planning/revert")).status_code == 404


async def test_a_name_that_is_taken_is_a_conflict_unless_it_is_to_be_replaced(machine: Served) -> None:
    assert (await machine.admin.post("/api/agents", json=FORM)).status_code == 201
    for name in ("reviewer", "planning"):
        assert (await machine.admin.post("/api/agents", json={**FORM, "name": name})).status_code == 409
    assert (await machine.admin.put("/api/agents/nobody", json={**FORM, "name": "nobody"})).status_code == 404
    wrong = await machine.admin.put("/api/agents/reviewer", json={**FORM, "name": "other"})
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (422, "files.name")


async def test_a_built_in_agent_can_be_overridden_and_gone_back_to(machine: Served) -> None:
    before = machine.room.api.agents.get("executor")
    form = {**FORM, "name": "executor"}
    made = await machine.admin.put("/api/agents/executor", json=form)
    assert (made.json()["overrides_builtin"], made.json()["builtin"]) == (True, False)
    assert machine.room.api.agents.get("executor").instructions.strip() == "Read and judge."
    assert (await machine.admin.delete("/api/agents/executor")).status_code == 204
    assert machine.room.api.agents.get("executor") == before
    assert (await machine.admin.delete("/api/agents/executor")).status_code == 409
    assert (await machine.admin.post("/api/agents/executor/revert")).json()["overrides_builtin"]


async def test_a_disabled_agent_gets_no_work_and_comes_back(machine: Served) -> None:
    off = await machine.admin.post("/api/agents/consultant/disable")
    assert (off.status_code, off.json()["enabled"]) == (200, False)
    listed = (await machine.admin.get("/api/agents")).json()
    assert [item["name"] for item in listed["disabled"]] == ["consultant"]
    refused = await machine.admin.post("/api/tasks", json={"message": "Why?", "agent": "consultant"})
    assert refused.status_code == 404
    assert "disabled" in refused.json()["detail"]
    assert (await machine.admin.post("/api/agents/consultant/enable")).json()["enabled"]
    assert "consultant" in await names(machine)
    for needed in ("brain", "planning"):
        assert (await machine.admin.post(f"/api/agents/{needed}/disable")).status_code == 409


async def test_a_deleted_agent_is_gone_and_can_be_brought_back(machine: Served) -> None:
    assert (await machine.admin.post("/api/agents", json=FORM)).status_code == 201
    assert (await machine.admin.post("/api/agents/reviewer/disable")).status_code == 200
    assert (await machine.admin.delete("/api/agents/reviewer")).status_code == 204
    assert (await machine.admin.get("/api/agents/reviewer")).status_code == 404
    assert (await machine.admin.delete("/api/agents/reviewer")).status_code == 404
    back = await machine.admin.post("/api/agents/reviewer/revert")
    assert (back.status_code, back.json()["enabled"]) == (200, True)


async def test_an_export_can_be_uploaded_again(machine: Served) -> None:
    made = await upload(machine.admin, FOLDER)
    exported = await machine.admin.get("/api/agents/reviewer/export")
    assert exported.headers["content-type"] == "application/zip"
    assert (await machine.admin.delete("/api/agents/reviewer")).status_code == 204
    again = await upload(machine.admin, {"reviewer.zip": exported.content})
    assert again.json()["content_hash"] == made.json()["content_hash"]


# --- a skill --------------------------------------------------------------------------------------------------------


async def test_a_skill_for_the_brain_for_one_agent_or_for_all(machine: Served) -> None:
    registry = machine.room.api.agents
    for agents, expected in ((["brain"], {"brain"}), (["executor"], {"executor"}), ("all", {"brain", "executor"})):
        saved = await machine.admin.request(
            "PUT" if "greet" in await names(machine, "skills") else "POST",
            "/api/skills" + ("/greet" if "greet" in await names(machine, "skills") else ""),
            json={**SKILL, "agents": agents},
        )
        assert saved.status_code in (200, 201), saved.text
        outfits = {name: registry.outfit(registry.get(name)) for name in ("brain", "executor")}  # type: ignore[attr-defined]  # of the registry, not of the port
        assert {name for name, files in outfits.items() if ".claude/skills/greet/SKILL.md" in files} == expected


async def test_a_skill_from_a_folder_a_zip_or_one_file_is_the_same_skill(machine: Served) -> None:
    text = b"---\nname: greet\ndescription: Greets.\nargument-hint: who\n---\nSay hello.\n"
    hashes = set()
    for sent in (
        {"greet/SKILL.md": text},
        {"SKILL.md": text},
        {"g.zip": as_zip({".claude/skills/greet/SKILL.md": text})},
    ):
        made = await upload(machine.admin, sent, kind="skills", replace="true")
        assert made.status_code == 201, made.text
        assert any("argument-hint" in warning for warning in made.json()["warnings"])
        hashes.add(made.json()["content_hash"])
    assert len(hashes) == 1
    assert (await machine.admin.get("/api/skills/greet")).json()["agents"] == ["brain"]


async def test_a_skill_is_asked_for_by_an_agent_and_is_missed_by_name(machine: Served) -> None:
    answer = await machine.admin.post("/api/agents/preview", json={**FORM, "skills": ["planning", "juggling"]})
    assert [warning for warning in answer.json()["warnings"] if "juggling" in warning]
    assert not [warning for warning in answer.json()["warnings"] if "planning" in warning]


# --- what is refused ------------------------------------------------------------------------------------------------


INVALID_FORMS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"name": "No Name"}, "body.name"),
    ({"name": "../x"}, "body.name"),
    ({"description": " "}, "body.description"),
    ({"instructions": ""}, "body.instructions"),
    ({"model": "--help"}, "body.model"),
    ({"permission_mode": "auto"}, "body.permission_mode"),
    ({"allowed_tools": ["--dangerous"]}, "body.allowed_tools.0"),
    ({"max_turns": 0}, "body.max_turns"),
    ({"surprise": 1}, "body.surprise"),
)


async def test_an_invalid_form_is_refused_with_its_field(machine: Served) -> None:
    for change, where in INVALID_FORMS:
        for path in ("/api/agents", "/api/agents/preview"):
            answer = await machine.admin.post(path, json={**FORM, **change})
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), change
            assert answer.json()["errors"][0]["where"] == where
    assert left_behind(machine) == set()


INVALID_UPLOADS: tuple[tuple[dict[str, bytes], str], ...] = (
    ({**FOLDER, "reviewer/agent.yaml": b"description: x\nmax_turns: many\n"}, "files.agent.yaml:2.max_turns"),
    ({**FOLDER, "reviewer/agent.yaml": b"description: x\nname: other\n"}, "files.agent.yaml:2.name"),
    ({**FOLDER, "reviewer/CLAUDE.md": b"\xff"}, "files.CLAUDE.md:1"),
    ({**FOLDER, "reviewer/.mcp.json": b"{"}, "files..mcp.json:1"),
    ({**FOLDER, "reviewer/.claude/skills/look/SKILL.md": b"hello"}, "files..claude/skills/look/SKILL.md:1"),
    ({"a/agent.yaml": b"description: x"}, "files.CLAUDE.md"),
    ({"../agent.yaml": b"description: x"}, "files.../agent.yaml"),
    ({"Bad Name/agent.yaml": b"description: x", "Bad Name/CLAUDE.md": b"x"}, "files.name"),
    ({"x.zip": b"PK\x03\x04junk"}, "files.x.zip"),
    ({"x.zip": b"no archive"}, "files.x.zip"),
    ({"x.zip": as_zip({"../../evil": b"x"})}, "files.../../evil"),
    ({"SKILL.md": b"---\nname: x\n---\n"}, "files.SKILL.md"),
    ({}, "files"),
)


async def test_an_invalid_upload_is_refused_with_its_file_and_leaves_nothing(machine: Served) -> None:
    client = machine.admin
    for files, where in INVALID_UPLOADS:
        if files:
            answer = await upload(client, files)
        else:
            answer = await client.post("/api/agents/upload", content=b"--x--\r\n", headers={"content-type": HEAD})
        assert answer.status_code == 422, (where, answer.text)
        assert answer.json()["errors"][0]["where"] == where
        assert left_behind(machine) == set(), where
    assert not list(config(machine).rglob("*half*"))
    assert await names(machine) == ["brain", "consultant", "executor", "planning"]


async def test_an_upload_has_to_be_one_and_has_a_size(machine: Served) -> None:
    assert (await machine.admin.post("/api/agents/upload", json={})).status_code == 415
    no_boundary = {"content-type": "multipart/form-data"}
    assert (await machine.admin.post("/api/agents/upload", content=b"x", headers=no_boundary)).status_code == 400
    assert (await upload(machine.admin, FOLDER, surprise="1")).status_code == 422
    assert (await upload(machine.admin, {"x": b"\0" * (26 * 1024 * 1024)})).status_code == 413
    large = {**FOLDER, "reviewer/large.bin": b"\0" * (21 * 1024 * 1024)}
    assert (await upload(machine.admin, large)).status_code == 422
    assert left_behind(machine) == set()


async def test_no_body_of_an_upload_ends_in_a_500(machine: Served) -> None:
    client = machine.admin

    async def send(body: bytes, kind: str) -> int:
        answer = await client.post(f"/api/{kind}/upload", content=body, headers={"content-type": HEAD})
        return answer.status_code

    loop = asyncio.get_running_loop()

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(name=st.binary(max_size=30), content=st.binary(max_size=60), tail=st.binary(max_size=20), kind=KINDS)
    def try_all(name: bytes, content: bytes, tail: bytes, kind: str) -> None:
        part = b'--x\r\ncontent-disposition: form-data; name="files"; filename="' + name + b'"\r\n\r\n' + content
        for body in (part + b"\r\n--x--\r\n", part + tail, tail, b"--x\r\n" + tail):
            status = asyncio.run_coroutine_threadsafe(send(body, kind), loop).result(timeout=30)
            assert 400 <= status < 500 or status == 201

    await asyncio.to_thread(try_all)


@given(content=st.binary(max_size=200), name=st.text(alphabet='ab/é\\".% ', min_size=1, max_size=20))
def test_a_file_comes_through_a_form_as_it_was_sent(content: bytes, name: str) -> None:
    request = httpx2.Request("POST", "http://x", files=[("files", (name, content))], data={"name": "x"})
    body = request.read()
    form = parse_form(request.headers["content-type"], body, max_files=1)
    assert dict(form.fields) == {"name": "x"}
    assert [file.content for file in form.files] == [content]
    assert form.files[0].name == name
    with pytest.raises(ValueError, match="cut off"):
        parse_form(request.headers["content-type"], body[:-6], max_files=1)


HEAD = "multipart/form-data; boundary=x"
KINDS = st.sampled_from(["agents", "skills"])


async def test_only_administrators_change_definitions(machine: Served) -> None:
    assert (await upload(machine.admin, FOLDER)).status_code == 201
    before = left_behind(machine)
    for role in (Role.MEMBER, Role.VIEWER):
        _, token = await person(machine, role)
        client = machine.client(token)
        for kind, form in (("agents", FORM), ("skills", SKILL)):
            assert (await client.get(f"/api/{kind}")).status_code == 200
            for method, path in (
                *(
                    ("POST", path)
                    for path in ("", "/preview", "/reviewer/disable", "/reviewer/enable", "/reviewer/revert")
                ),
                ("PUT", "/reviewer"),
                ("DELETE", "/reviewer"),
                ("GET", "/reviewer/export"),
            ):
                answer = await client.request(method, f"/api/{kind}{path}", json=form if method != "GET" else None)
                assert answer.status_code == 403, f"{role} {method} {kind}{path}: {answer.status_code}"
            assert (await upload(client, FOLDER, kind=kind)).status_code == 403
            assert (await upload(client, FOLDER, kind=kind, preview="true")).status_code == 403
        shown = (await client.get("/api/agents/reviewer")).json()
        assert shown["instructions"]
        assert shown["commands"] == []
    assert left_behind(machine) == before


# --- a webhook ------------------------------------------------------------------------------------------------------

SECRET = "a-long-enough-secret"
WEBHOOK: dict[str, Any] = {
    "name": "events",
    "provider": "generic",
    "secret": SECRET,
    "triggers": [{"events": ["order.*", "ping"], "agent": "planning"}],
}
WEBHOOK_FILE = (
    b"provider: generic\nsecret: a-long-enough-secret\ntriggers:\n- events: [order.placed]\n  agent: planning\n"
)


async def send(machine: Served, secret: str = SECRET, name: str = "events") -> int:
    """The status of a signed delivery, each another one."""
    body = json.dumps({"type": "order.placed", "id": str(uuid4())}).encode()
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-signature": digest}
    return (await machine.client().post(f"/webhooks/{name}", content=body, headers=headers)).status_code


async def test_a_webhook_from_a_form_takes_requests_at_once(machine: Served) -> None:
    seen = await machine.admin.post("/api/webhooks/preview", json=WEBHOOK)
    assert seen.status_code == 200, seen.text
    assert left_behind(machine) == set(), "a preview saves nothing"
    assert (await send(machine)) == 404
    made = await machine.admin.post("/api/webhooks", json=WEBHOOK)
    assert made.status_code == 201, made.text
    assert await send(machine) == 202
    for key in ("url", "setup", "listens_to", "warnings", "triggers"):
        assert made.json()[key] == seen.json()[key], key
    assert made.json()["url"] == f"{machine.url}/webhooks/events"
    assert made.json()["listens_to"] == ["order.*", "ping"]
    assert SECRET not in seen.text + made.text


async def test_a_webhook_from_a_file_is_the_same_as_from_a_form(machine: Served) -> None:
    seen = await upload(machine.admin, {"events.yaml": WEBHOOK_FILE}, kind="webhooks", preview="true")
    assert seen.status_code == 200, seen.text
    made = await upload(
        machine.admin, {"events.yaml": WEBHOOK_FILE}, kind="webhooks", content_hash=seen.json()["content_hash"]
    )
    assert made.status_code == 201, made.text
    assert await send(machine) == 202
    administrator = await machine.room.api.people.local_administrator()
    assert made.json()["user_id"] == administrator.user_id
    form = {**WEBHOOK, "triggers": [{"events": ["order.placed"], "agent": "planning"}]}
    again = (await machine.admin.put("/api/webhooks/events", json=form)).json()
    kept = {key: again[key] for key in ("content_hash", "secret_ref")}  # a secret that is sent is a variable of its own
    assert {**again, "revertible": False} == made.json() | kept


@pytest.mark.parametrize(
    ("files", "what"),
    [
        ({"events.yaml": b"provider: nobody\nsecret: sssssssssssssssssss\n"}, "provider"),
        ({"events.yaml": b"provider: generic\n"}, "secret"),
        ({"events.yaml": b"provider: generic\nsecret: s\nuser_id: user_2\n"}, "user_id"),
        ({"events.yaml": b"provider: generic\nsecret: s\nname: Not A Name\n"}, "name"),
        ({"events.yaml": b"provider: [\n"}, "events.yaml:2"),
        ({"events.yaml": b"\xff\xfe"}, "events.yaml"),
        ({"events.yaml": WEBHOOK_FILE + b"  reply: true\n"}, "reply"),
        ({"events.json": b"{}"}, "YAML"),
        ({"events.yaml": WEBHOOK_FILE, "more.yaml": WEBHOOK_FILE}, "one"),
        ({"..yaml": WEBHOOK_FILE}, "name"),
    ],
)
async def test_a_file_that_is_no_webhook_is_refused_with_the_reason_and_nothing_is_left(
    machine: Served, files: dict[str, bytes], what: str
) -> None:
    for options in ({}, {"preview": "true"}):
        answer = await upload(machine.admin, files, kind="webhooks", **options)
        assert answer.status_code == 422, answer.text
        assert what in answer.text
        assert "sssss" not in answer.text
    assert left_behind(machine) == set()
    assert await names(machine, "webhooks") == []


async def test_a_preview_of_a_webhook_tells_what_to_heed(machine: Served) -> None:
    triggers = [{"events": ["*"], "agent": "nobody"}]
    seen = await machine.admin.post("/api/webhooks/preview", json={**WEBHOOK, "secret": "short", "triggers": triggers})
    assert seen.json()["warnings"] == [
        "The secret has fewer than 16 characters.",
        "There is no agent called nobody yet: its trigger starts nothing.",
    ]
    bare = {"name": "open", "provider": "generic", "unsigned": True}
    seen = await machine.admin.post("/api/webhooks/preview", json=bare)
    assert [warning[:20] for warning in seen.json()["warnings"]] == ["Anybody who knows th", "It has no trigger: d"]
    made = (await machine.admin.post("/api/webhooks", json=bare)).json()
    assert made["warnings"] == seen.json()["warnings"]


async def test_an_update_keeps_the_secret_that_is_not_said_again_and_going_back_undoes_it(machine: Served) -> None:
    await machine.admin.post("/api/webhooks", json=WEBHOOK)
    form = {key: value for key, value in WEBHOOK.items() if key != "secret"}
    changed = await machine.admin.put("/api/webhooks/events", json={**form, "description": "Orders."})
    assert changed.status_code == 200, changed.text
    assert (changed.json()["description"], changed.json()["has_secret"]) == ("Orders.", True)
    assert await send(machine) == 202
    back = (await machine.admin.post("/api/webhooks/events/revert")).json()
    assert (back["description"], await send(machine)) == ("", 202)
    assert (await machine.admin.post("/api/webhooks/events/revert")).json()["description"] == "Orders."
    other = await machine.admin.put("/api/webhooks/events", json={**form, "name": "other"})
    assert (other.status_code, "name" in other.text) == (422, True)
    assert (await machine.admin.put("/api/webhooks/other", json={**WEBHOOK, "name": "other"})).status_code == 404
    assert (await machine.admin.post("/api/webhooks", json=form)).status_code == 409


async def test_an_old_secret_is_accepted_for_as_long_as_was_said(machine: Served) -> None:
    await machine.admin.post("/api/webhooks", json=WEBHOOK)
    now = machine.room.api.clock()
    fresh = {**WEBHOOK, "secret": "another-long-secret"}
    late = (now + timedelta(days=31)).isoformat()
    refused = await machine.admin.put("/api/webhooks/events", json={**fresh, "old_secret_until": late})
    assert (refused.status_code, "old_secret_until" in refused.text) == (422, True)
    until = (now + timedelta(hours=1)).isoformat()
    changed = await machine.admin.put("/api/webhooks/events", json={**fresh, "old_secret_until": until})
    assert changed.status_code == 200, changed.text
    assert datetime.fromisoformat(changed.json()["old_secret_until"]) == now + timedelta(hours=1)
    assert SECRET not in changed.text
    assert [await send(machine, secret) for secret in ("another-long-secret", SECRET, "neither")] == [202, 202, 401]
    form = {key: value for key, value in WEBHOOK.items() if key != "secret"}
    await machine.admin.put("/api/webhooks/events", json={**form, "description": "Orders."})
    assert [await send(machine, secret) for secret in ("another-long-secret", SECRET)] == [202, 202]
    await machine.admin.put("/api/webhooks/events", json={**form, "secret": "the-third-secret"})
    assert [await send(machine, secret) for secret in ("the-third-secret", "another-long-secret", SECRET)] == [
        202,
        401,
        401,
    ]


async def test_an_old_secret_is_worth_nothing_once_its_time_is_over(machine: Served) -> None:
    folder = config(machine) / "webhooks"
    folder.mkdir(exist_ok=True)
    past = (machine.room.api.clock() - timedelta(seconds=1)).isoformat()
    previous = f"previous:\n  secret: the-old-long-secret\n  until: '{past}'\n"
    (folder / "events.yaml").write_bytes(WEBHOOK_FILE + previous.encode())
    await machine.room.api.creator.webhooks._loader.refresh()
    assert [await send(machine, secret) for secret in (SECRET, "the-old-long-secret")] == [202, 401]


async def test_a_webhook_is_switched_off_and_on_deleted_and_brought_back(machine: Served) -> None:
    await machine.admin.post("/api/webhooks", json={**WEBHOOK, "enabled": False})
    assert await send(machine) == 404
    steps = []
    for step in ("enable", "disable", "enable"):
        answer = await machine.admin.post(f"/api/webhooks/events/{step}")
        steps.append((answer.status_code, answer.json()["enabled"], await send(machine)))
    assert steps == [(200, True, 202), (200, False, 404), (200, True, 202)]
    assert (await machine.admin.delete("/api/webhooks/events")).status_code == 204
    assert (await send(machine), await names(machine, "webhooks")) == (404, [])
    assert (await machine.admin.post("/api/webhooks/events/revert")).status_code == 200
    assert await send(machine) == 202


async def test_an_exported_webhook_holds_no_secret_and_comes_back_with_one(machine: Served) -> None:
    await machine.admin.post("/api/webhooks", json=WEBHOOK)
    exported = await machine.admin.get("/api/webhooks/events/export")
    assert exported.headers["content-type"].startswith("application/yaml")
    assert exported.headers["content-disposition"] == 'attachment; filename="events.yaml"'
    assert SECRET not in exported.text
    assert "user_id" not in exported.text
    sent = {"events.yaml": exported.content}
    assert (await upload(machine.admin, sent, kind="webhooks", replace="true")).status_code == 201
    assert await send(machine) == 202, "the secret that was there is kept"
    await machine.admin.delete("/api/webhooks/events")
    assert (await upload(machine.admin, sent, kind="webhooks")).status_code == 422
    whole = {"events.yaml": exported.content + f"secret: {SECRET}\n".encode()}
    assert (await upload(machine.admin, whole, kind="webhooks")).status_code == 201
    assert await send(machine) == 202


async def test_a_webhook_from_a_description_goes_the_same_way(machine: Served) -> None:
    creator, row = machine.room.api.creator, await machine.room.api.people.local_administrator()
    user = User(user_id=row.user_id, name=row.name, role=Role(row.role))
    by = Principal(user=user, via=Via.INTERNAL, credential_id="brain")
    draft = Draft("events", {"events.yaml": DefinitionFile(WEBHOOK_FILE)})
    assert (await creator.webhooks.preview(draft, by)).name == "events"
    await creator.create_webhook(draft, by)
    assert await send(machine) == 202
    member = Principal(user=user.model_copy(update={"role": Role.MEMBER}), via=Via.INTERNAL, credential_id="brain")
    with pytest.raises(Forbidden):
        await creator.create_webhook(draft, member, replace_it=True)


async def test_only_administrators_change_webhooks(machine: Served) -> None:
    await machine.admin.post("/api/webhooks", json=WEBHOOK)
    _, token = await person(machine, Role.MEMBER)
    member = machine.client(token)
    refused = [
        await member.put("/api/webhooks/events", json=WEBHOOK),
        await member.post("/api/webhooks/preview", json=WEBHOOK),
        await upload(member, {"events.yaml": WEBHOOK_FILE}, kind="webhooks"),
        *[await member.post(f"/api/webhooks/events/{step}") for step in ("enable", "disable", "revert", "resume")],
        await member.get("/api/webhooks/events/export"),
    ]
    assert [answer.status_code for answer in refused] == [403] * 8


# --- from a description ---------------------------------------------------------------------------------------------


async def describe(client: httpx2.AsyncClient, kind: str, wish: str) -> httpx2.Response:
    return await client.post(f"/api/{kind}/describe", json={"description": wish}, timeout=60)


async def test_an_agent_and_a_skill_from_a_description_are_shown_and_then_saved_as_uploads_are(
    machine: Served,
) -> None:
    for kind, wish in (("agents", "Looks for forgotten tests"), ("skills", "Writing changelogs people like")):
        answer = await describe(machine.admin, kind, wish)
        assert answer.status_code == 200, answer.text
        drafted = answer.json()
        preview = drafted["preview"]
        assert wish in preview["description"]
        assert left_behind(machine) == set(), "a draft is not saved"
        files = {file["path"]: file["text"].encode() for file in drafted["files"]}
        named = {"name": preview["name"], "content_hash": preview["content_hash"]}
        changed = await upload(machine.admin, {**files, "more.md": b"slipped in"}, kind=kind, **named)
        assert changed.status_code == 409, "only what was shown"
        made = await upload(machine.admin, files, kind=kind, **named)
        assert made.status_code == 201, made.text
        assert (made.json()["name"], made.json()["content_hash"]) == (preview["name"], preview["content_hash"])
        assert preview["name"] in await names(machine, kind)
        task = (await machine.admin.get(f"/api/tasks/{drafted['task_id']}")).json()
        assert (task["status"], task["assigned_agent"], task["source"]) == ("completed", "brain", "api")
        assert task["title"].startswith(f"Describe a new {kind.removesuffix('s')}: ")
        shutil.rmtree(config(machine))


async def test_an_agents_form_from_a_description_can_be_changed_and_saved_by_hand(machine: Served) -> None:
    form = (await describe(machine.admin, "agents", "Looks for forgotten tests")).json()["form"]
    made = await machine.admin.post("/api/agents", json={**form, "name": "by-hand", "max_turns": 5})
    assert made.status_code == 201, made.text
    assert made.json()["instructions"].strip() == form["instructions"].strip()


async def test_a_webhook_from_a_description_is_shown_and_saved_with_a_secret_of_its_own(machine: Served) -> None:
    drafted = (await describe(machine.admin, "webhooks", "Merge requests from GitLab")).json()
    assert left_behind(machine) == set(), "a draft is not saved"
    assert (drafted["preview"]["kind"], drafted["preview"]["exists"]) == ("webhook", False)
    form = drafted["form"]
    assert len(form["secret"]) >= 32
    again = (await describe(machine.admin, "webhooks", "Merge requests from GitLab")).json()["form"]
    assert again["secret"] != form["secret"]
    made = await machine.admin.post("/api/webhooks", json=form)
    assert made.status_code == 201, made.text
    assert (made.json()["provider"], made.json()["triggers"][0]["events"]) == ("gitlab", ["merge_request.open"])
    assert form["secret"] not in made.text


async def test_what_comes_of_a_description_and_is_invalid_is_refused_with_field_and_reason(tmp_path: Path) -> None:
    trigger = {"events": ["push"], "agent": "planning", "condition": "[[["}
    webhook = {"name": "pushes", "provider": "github", "triggers": [trigger]}
    routed = {"name": "pushes", "provider": "github", "triggers": [{"events": ["push"], "reply": True}]}
    model = ScriptedModel("That is beyond me.")
    model.on("first", Reply.tool("StructuredOutput", webhook), "Done.")
    model.on("second", Reply.tool("StructuredOutput", routed), "Done.")
    async with workbench(tmp_path / "data", model) as machine:
        administrator = await machine.room.api.people.local_administrator()
        _, token = await machine.room.api.authenticator.new_token(administrator.user_id, "tests")
        transport = httpx2.ASGITransport(create_api(machine.room.api))
        headers = {"authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
            for wish, field, reason in (
                ("The first.", "condition", "JMESPath"),
                ("The second.", "webhook", "token_ref"),
            ):
                answer = await describe(client, "webhooks", wish)
                assert answer.status_code == 422, answer.text
                fault = answer.json()["errors"][0]
                assert field in fault["where"]
                assert reason in fault["what"]
            nothing = await describe(client, "agents", "Nothing that can be written down.")
            assert (nothing.status_code, nothing.json()["code"]) == (502, "not_described")
        assert [path for path in (tmp_path / "data" / "config").rglob("*") if path.is_file()] == []


async def test_a_description_is_for_administrators_and_costs_others_nothing(machine: Served) -> None:
    for role in (Role.MEMBER, Role.VIEWER):
        _, token = await person(machine, role)
        for kind in ("agents", "skills", "webhooks"):
            assert (await describe(machine.client(token), kind, "Does much.")).status_code == 403
    assert (await machine.admin.get("/api/tasks")).json()["items"] == []
    for wish in ("", " ", "x" * 20_001):
        assert (await describe(machine.admin, "agents", wish)).status_code == 422


async def test_the_task_that_writes_a_definition_has_no_tools(tmp_path: Path) -> None:
    """A description may be pasted from anywhere."""
    model = ScriptedModel(Reply.tool("StructuredOutput", FORM), "Done.")
    async with workbench(tmp_path / "data", model) as machine:
        await machine.room.engine.brain.create_entity(DefinitionKind.AGENT, "Reviews code.", machine.principal)
        assert model.requests[0].tools - {"DeferredToolPlaceholder"} == {"StructuredOutput"}
