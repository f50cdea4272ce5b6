"""Definitions in a running machine: live from the disk, in force in the real CLI, there again after a restart."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.api import Served, served
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.demo.replies import Reply
from machine.domain.agent import AgentForm
from machine.domain.definitions import DefinitionFile
from machine.domain.skill import SkillForm
from machine.domain.task import TaskStatus
from machine.registry.folders import write_files
from machine.registry.opening import open_definitions
from machine.registry.uploads import Upload
from machine.registry.watching import FolderWatch

LIVE_SECONDS = 1.0


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as running:
        yield running


def config_of(machine: Served) -> Path:
    return machine.room.api.settings.data_dir / "config"


def write_agent(config: Path, name: str, *, yaml: str = "description: Reviews.\n", text: str = "Review.\n") -> Path:
    folder = config / "agents" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "agent.yaml").write_text(yaml)
    (folder / "CLAUDE.md").write_text(text)
    return folder


async def within(seconds: float, true: Callable[[], Awaitable[bool]]) -> float:
    """How long it took; fails when it takes longer."""
    begun = time.monotonic()
    while not await true():
        assert time.monotonic() - begun < seconds, f"not so within {seconds} s"
        await asyncio.sleep(0.02)
    return time.monotonic() - begun


# --- by hand --------------------------------------------------------------------------------------------------------


async def test_what_is_written_by_hand_is_live_within_a_second_and_so_is_its_end(machine: Served) -> None:
    client = machine.admin
    folder = write_agent(config_of(machine), "reviewer")

    async def said() -> str | None:
        answer = await client.get("/api/agents/reviewer")
        return answer.json()["description"] if answer.status_code == 200 else None

    async def is_new() -> bool:
        return await said() == "Reviews."

    async def is_changed() -> bool:
        return await said() == "Judges."

    async def is_gone() -> bool:
        return await said() is None

    await within(LIVE_SECONDS, is_new)
    (folder / "agent.yaml").write_text("description: Judges.\n")
    await within(LIVE_SECONDS, is_changed)
    folder.rename(folder.with_name("judge"))
    await within(LIVE_SECONDS, is_gone)
    (config_of(machine) / "disabled.yaml").write_text("agents: [judge]\n")

    async def is_disabled() -> bool:
        listed = (await client.get("/api/agents")).json()
        return [item["name"] for item in listed["disabled"]] == ["judge"]

    await within(LIVE_SECONDS, is_disabled)


async def test_a_broken_file_is_reported_with_its_line_and_the_last_good_version_stays(
    machine: Served, caplog: pytest.LogCaptureFixture
) -> None:
    client = machine.admin
    folder = write_agent(config_of(machine), "reviewer", yaml="description: Reviews.\nmax_turns: 3\n")

    async def faults() -> list[dict[str, Any]]:
        return list((await client.get("/api/agents")).json()["faults"])

    async def is_there() -> bool:
        return (await client.get("/api/agents/reviewer")).status_code == 200

    async def is_broken() -> bool:
        return bool(await faults())

    await within(LIVE_SECONDS, is_there)
    (folder / "agent.yaml").write_text("description: Reviews.\nmax_turns: three\n")
    await within(LIVE_SECONDS, is_broken)
    assert [(fault["path"], fault["line"], fault["field"]) for fault in await faults()] == [
        ("agents/reviewer/agent.yaml", 2, "max_turns")
    ]
    assert "agents/reviewer/agent.yaml, line 2: max_turns" in caplog.text
    assert machine.room.api.agents.get("reviewer").max_turns == 3
    (folder / "agent.yaml").write_text("description: Reviews.\nmax_turns: 4\n")

    async def is_mended() -> bool:
        return not await faults() and machine.room.api.agents.get("reviewer").max_turns == 4

    await within(LIVE_SECONDS, is_mended)


async def test_one_that_was_never_good_can_be_mended_by_form_and_deleted(machine: Served) -> None:
    write_agent(config_of(machine), "reviewer", yaml="description: [\n")
    client = machine.admin

    async def is_broken() -> bool:
        return bool((await client.get("/api/agents")).json()["faults"])

    await within(LIVE_SECONDS, is_broken)
    form = {"name": "reviewer", "description": "Reviews.", "instructions": "Review."}
    assert (await client.get("/api/agents/reviewer")).status_code == 404
    assert (await client.put("/api/agents/reviewer", json=form)).status_code == 200
    assert not await is_broken()
    assert (await client.post("/api/agents/reviewer/revert")).status_code == 422, "what was there before has faults"
    (config_of(machine) / "agents" / "reviewer" / "CLAUDE.md").unlink()
    await within(LIVE_SECONDS, is_broken)
    assert (await client.delete("/api/agents/reviewer")).status_code == 204
    assert not await is_broken()


async def test_every_change_is_an_event_for_everybody_who_listens(machine: Served) -> None:
    async with machine.session() as talk:
        form = {"name": "reviewer", "description": "Reviews.", "instructions": "Review."}
        assert (await machine.admin.post("/api/agents", json=form)).status_code == 201
        seen = [(await talk.until("agent.status"))[-1]["data"]]
        assert (await machine.admin.post("/api/agents/reviewer/disable")).status_code == 200
        seen.append((await talk.until("agent.status"))[-1]["data"])
        (config_of(machine) / "agents" / "reviewer" / "agent.yaml").write_text("description: [\n")
        seen.append((await talk.until("agent.status"))[-1]["data"])
        assert (await machine.admin.delete("/api/agents/reviewer")).status_code == 204
        seen.append((await talk.until("agent.status"))[-1]["data"])
    assert [(data["kind"], data["name"], data["state"]) for data in seen] == [
        ("agent", "reviewer", state) for state in ("ready", "disabled", "broken", "deleted")
    ]
    assert seen[2]["faults"][0]["path"] == "agents/reviewer/agent.yaml"


async def test_a_folder_that_is_replaced_by_another_is_noticed(machine: Served) -> None:
    config = config_of(machine)
    write_agent(config, "old")
    other = config.with_name("other")
    write_agent(other, "new")
    config.rename(config.with_name("gone"))
    other.rename(config)

    async def is_new() -> bool:
        known = machine.room.api.creator.agents.known
        return "new" in known and "old" not in known

    await within(8, is_new)
    write_agent(config, "newer")

    async def is_newer() -> bool:
        return "newer" in machine.room.api.creator.agents.known

    await within(8, is_newer)


async def test_without_notifications_it_is_looked_at(tmp_path: Path) -> None:
    watch = FolderWatch(tmp_path, polling=True)
    begun = time.monotonic()
    await watch.changed()
    watch.close()
    assert time.monotonic() - begun < LIVE_SECONDS


def test_a_definition_that_cannot_be_read_breaks_nothing_else(tmp_path: Path) -> None:
    config = tmp_path / "config"
    write_agent(config, "good")
    write_agent(config, "No Name")
    write_agent(config, "linked")
    (config / "agents" / "linked" / "link").symlink_to("/etc/passwd")
    (config / "agents" / "elsewhere").symlink_to("/etc")
    (config / "agents" / "file.md").write_text("x")
    (config / "agents" / "README.md").write_text("x")
    (config / "skills").mkdir()
    (config / "skills" / "double--hyphen").mkdir()
    definitions = open_definitions(config)
    assert {agent.name for agent in definitions.agents.all()} >= {"good", "planning"}
    paths = {fault.path for fault in definitions.loader.faults}
    broken = {f"agents/{name}" for name in ("No Name", "elsewhere", "file.md")}
    assert paths == broken | {"agents/linked/link", "skills/double--hyphen"}


def test_half_written_folders_are_never_read(tmp_path: Path) -> None:
    config = tmp_path / "config"
    write_files(config / ".staging" / ".half-0123", {"agent.yaml": DefinitionFile(b"description: x")})
    write_files(
        config / ".staging" / "agents" / "whole",
        {"agent.yaml": DefinitionFile(b"description: x"), "CLAUDE.md": DefinitionFile(b"x")},
    )
    definitions = open_definitions(config)
    assert definitions.loader.faults == ()
    assert "whole" in {agent.name for agent in definitions.agents.all()}, "what was written whole is finished"
    assert not (config / ".staging" / ".half-0123").exists()


# --- in the CLI -----------------------------------------------------------------------------------------------------

LOOK = b"---\nname: look\ndescription: Looks at the moon.\n---\nLook.\n"


def everything_said(model: ScriptedModel) -> str:
    """All that the CLI sent to the model: instructions, skills, tools."""
    return json.dumps([request.body.model_dump() for request in model.requests])


async def test_an_uploaded_agent_runs_with_its_instructions_skills_servers_and_tools(tmp_path: Path) -> None:
    server = tmp_path / "server.sh"
    server.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    mcp = {"mcpServers": {"mine": {"command": "/bin/sh", "args": [str(server)]}}}
    sent = {
        "agent.yaml": b"description: Reviews.\ntools: [Read]\nskills: [juggle]\n",
        "CLAUDE.md": b"Remember the word marzipan.\n",
        ".claude/skills/look/SKILL.md": LOOK,
        ".mcp.json": json.dumps(mcp).encode(),
    }
    model = ScriptedModel("Done.")
    async with workbench(tmp_path / "data", model) as bench:
        creator = bench.room.api.creator
        await creator.create_agent([Upload(f"reviewer/{path}", sent[path]) for path in sent], bench.principal)
        for name, agents in (("juggle", ("brain",)), ("wave", "all"), ("sing", ("planning",))):
            form = SkillForm(name=name, description=f"How to {name} well.", instructions="Try.", agents=agents)
            await creator.create_skill(form, bench.principal)
        task = await bench.ended(await bench.submit("Go.", agent="reviewer"))
        workspace = bench.settings.workspaces_dir / task.workspace
        assert task.status is TaskStatus.COMPLETED, task.failure
    said = everything_said(model)
    assert "marzipan" in said
    assert all(words in said for words in ("Looks at the moon.", "How to juggle well.", "How to wave well."))
    assert "How to sing well." not in said
    assert (tmp_path / "started").exists(), "the agent's MCP server was started"
    tools = model.requests[-1].tools
    assert "Read" in tools
    assert not {"Bash", "Write", "Edit", "Agent", "Workflow"} & tools
    assert {path.name for path in (workspace / ".claude" / "skills").iterdir()} >= {"look", "juggle", "wave"}


async def test_what_a_task_planted_is_gone_and_the_definition_of_now_is_there_at_its_next_start(tmp_path: Path) -> None:
    async with workbench(tmp_path / "data", ScriptedModel("Done.")) as bench:
        task = await bench.ended(await bench.submit("Go.", agent="planning"))
        workspace = bench.settings.workspaces_dir / task.workspace
        planted = workspace / ".claude" / "settings.json"
        planted.write_text('{"hooks": {}}')
        (workspace / ".claude" / "skills" / "planning" / "SKILL.md").unlink()
        (workspace / ".claude" / "skills" / "evil").symlink_to("/etc")
        form = AgentForm(name="planning", description="Plans.", instructions="Now differently.")
        await bench.room.api.creator.create_agent(form, bench.principal, replace_it=True)
        again = await bench.submit("On.", conversation_id=task.conversation_id)
        await bench.ended(again)
        assert not planted.exists()
        assert not (workspace / ".claude" / "skills" / "evil").exists()
        assert (workspace / ".claude" / "skills" / "planning" / "SKILL.md").exists()
        assert (workspace / "CLAUDE.md").read_text().strip() == "Now differently."


async def test_the_consultant_is_offered_nothing_that_changes_something(tmp_path: Path) -> None:
    model = ScriptedModel("Done.")
    async with workbench(tmp_path / "data", model) as bench:
        await bench.ended(await bench.submit("Why?", agent="consultant"))
    assert not {"Bash", "Write", "Edit", "NotebookEdit", "Workflow"} & model.requests[-1].tools
    assert {"Read", "Skill", "AskUserQuestion"} <= model.requests[-1].tools


async def test_a_skill_of_the_machine_can_be_used_without_asking(tmp_path: Path) -> None:
    model = ScriptedModel(Reply.tool("Skill", {"skill": "consultation"}), "Done.").on("Base directory", "Done.")
    async with workbench(tmp_path / "data", model) as bench:
        task = await bench.ended(await bench.submit("Why?", agent="consultant"))
        assert task.status is TaskStatus.COMPLETED, task.failure
        assert any("consultation" in piece.text for piece in await bench.outputs(task) if piece.kind == "tool_result")


async def test_definitions_are_there_after_a_restart(tmp_path: Path) -> None:
    form = AgentForm(name="reviewer", description="Reviews.", instructions="Review.", max_turns=4)

    async def made(bench: Workbench) -> None:
        creator = bench.room.api.creator
        await creator.create_agent(form, bench.principal)
        await creator.create_skill(
            SkillForm(name="wave", description="Waves.", instructions="Wave.", agents=("reviewer",)), bench.principal
        )
        await creator.agents.switch("consultant", bench.principal, enabled=False)

    async with workbench(tmp_path / "data", ScriptedModel()) as bench:
        await made(bench)
        before = bench.room.api.agents.get("reviewer")
    async with workbench(tmp_path / "data", ScriptedModel("Done.")) as bench:
        assert bench.room.api.agents.get("reviewer") == before
        assert bench.room.api.creator.skills.get("wave").model.agents == ("reviewer",)
        assert bench.room.api.creator.agents.disabled == {"consultant"}
        assert (await bench.ended(await bench.submit("Go.", agent="reviewer"))).status is TaskStatus.COMPLETED
