"""Definitions of a fleet: saved at one process, they count at all of them, and a task keeps those it began with."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pydantic import SecretStr
from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.demo.replies import Reply, Text
from machine.domain.agent import AgentForm
from machine.domain.errors import Conflict, NotFound
from machine.domain.schedule import ScheduleForm
from machine.domain.task import TaskSource, TaskStatus
from machine.domain.webhook import WebhookForm
from machine.engine.entity_creator import EntityCreator
from machine.ports import TaskFilter
from machine.registry.uploads import Upload

KEY = SecretStr("k" * 40)
FIRST, SECOND = "Speak of the first version.", "Speak of the second version."


class Fleet:
    """Processes on one database, each with a data folder of its own."""

    def __init__(self, folder: Path, url: SecretStr, model: ScriptedModel) -> None:
        self.folder = folder
        self.url = url
        self.model = model

    @asynccontextmanager
    async def member(self, machine_id: str, role: str = "web", **more: Any) -> AsyncIterator[Workbench]:
        settings: dict[str, Any] = {"role": role, "machine_id": machine_id, "database_url": self.url}
        settings |= {"secret_key": KEY, "lease_seconds": 5.0, "linger_seconds": 0.5, **more}
        async with workbench(self.folder / machine_id, self.model, **settings) as bench:
            yield bench

    def versions(self, kind: str) -> list[tuple[str, bool, str]]:
        """(name, whether there is something, author) in their order."""
        with psycopg.connect(self.url.get_secret_value()) as connection:
            query = "SELECT name, content_hash != '', author FROM definition_versions WHERE kind = %s ORDER BY version"
            return [(str(name), bool(there), str(author)) for name, there, author in connection.execute(query, [kind])]


@pytest.fixture
async def model() -> ScriptedModel:
    return ScriptedModel("All done.")


@pytest.fixture
def fleet(tmp_path: Path, postgres_url: SecretStr, model: ScriptedModel) -> Fleet:
    return Fleet(tmp_path, postgres_url, model)


def agent(instructions: str = FIRST, name: str = "helper", **more: Any) -> AgentForm:
    return AgentForm.model_validate({"name": name, "description": "Helps.", "instructions": instructions, **more})


def creator(bench: Workbench) -> EntityCreator:
    return bench.room.api.creator


def instructions(bench: Workbench, name: str = "helper") -> str | None:
    found = creator(bench).agents.known.get(name)
    return None if found is None else found.model.instructions.strip()


def config(bench: Workbench) -> Path:
    return bench.settings.data_dir / "config"


def write_agent(bench: Workbench | Path, text: str, name: str = "helper") -> Path:
    """By hand."""
    root = bench if isinstance(bench, Path) else config(bench)
    folder = root / "agents" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "agent.yaml").write_text("description: Helps.\n")
    (folder / "CLAUDE.md").write_text(f"{text}\n")
    return folder


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(is_so):
            await asyncio.sleep(0.05)


async def test_an_agent_made_at_one_web_process_runs_on_a_worker_that_has_never_seen_it(fleet: Fleet) -> None:
    async with fleet.member("w1", "worker") as worker, fleet.member("web-1") as web:
        await creator(web).create_agent(agent(), web.principal)
        done = await web.ended(await web.submit("do it", agent="helper"))
        assert (done.status, done.machine_id) == (TaskStatus.COMPLETED, "w1")
        assert FIRST in (worker.settings.workspaces_dir / done.workspace / "CLAUDE.md").read_text()
        assert fleet.versions("agent") == [("helper", True, web.principal.user.user_id)]
        assert done.definitions_version is not None


async def test_a_change_counts_for_the_next_task_and_one_that_goes_on_elsewhere_keeps_what_it_began_with(
    fleet: Fleet, model: ScriptedModel
) -> None:
    hold = asyncio.Event()
    model.on("begin", Reply((Text("Beginning", hold=hold),)))
    async with fleet.member("web-1") as web:
        await creator(web).create_agent(agent(), web.principal)
        async with fleet.member("w1", "worker") as first:
            task = await web.submit("begin", agent="helper")
            await web.says(task, "Beg")
            began_with = (await web.task(task.task_id)).definitions_version
            await creator(web).create_agent(agent(SECOND), web.principal, replace_it=True)
            other = await web.ended(await web.submit("do it", agent="helper"))
            assert SECOND in (first.settings.workspaces_dir / other.workspace / "CLAUDE.md").read_text()
            assert began_with is not None
            assert other.definitions_version is not None
            assert other.definitions_version > began_with
        hold.set()
        async with fleet.member("w2", "worker") as second:
            done = await web.ended(task)
            assert (done.status, done.machine_id) == (TaskStatus.COMPLETED, "w2")
            assert done.definitions_version == began_with
            assert instructions(second) == SECOND
            assert FIRST in (second.settings.workspaces_dir / done.workspace / "CLAUDE.md").read_text()
            again = await web.ended(await web.room.engine.manager.retry(task.task_id, web.principal))
            assert SECOND in (second.settings.workspaces_dir / again.workspace / "CLAUDE.md").read_text()


async def test_a_task_goes_on_with_an_agent_that_was_deleted_meanwhile(fleet: Fleet, model: ScriptedModel) -> None:
    hold = asyncio.Event()
    model.on("begin", Reply((Text("Beginning", hold=hold),)))
    async with fleet.member("web-1") as web:
        await creator(web).create_agent(agent(), web.principal)
        async with fleet.member("w1", "worker"):
            task = await web.submit("begin", agent="helper")
            await web.says(task, "Beg")
        await creator(web).agents.delete("helper", web.principal)
        hold.set()
        async with fleet.member("w2", "worker") as second:
            assert (await web.ended(task)).status is TaskStatus.COMPLETED
            assert instructions(second) is None


async def test_deletions_switches_and_what_is_brought_back_travel(fleet: Fleet) -> None:
    async with fleet.member("web-1") as one, fleet.member("web-2") as two:
        await creator(one).create_agent(agent(), one.principal)
        await creator(one).create_agent(agent(SECOND), one.principal, replace_it=True)
        await until(lambda: instructions(two) == SECOND)

        await creator(two).agents.switch("helper", two.principal, enabled=False)
        await until(lambda: "helper" in creator(one).agents.disabled)
        await creator(one).agents.switch("helper", one.principal, enabled=True)
        await until(lambda: "helper" not in creator(two).agents.disabled)

        assert (await creator(two).agents.standing("helper")).revertible
        await creator(two).agents.revert("helper", two.principal)
        await until(lambda: instructions(one) == FIRST)
        await creator(one).agents.revert("helper", one.principal)
        await until(lambda: instructions(two) == SECOND)

        await creator(two).agents.delete("helper", two.principal)
        await until(lambda: instructions(one) is None)
        await creator(one).agents.revert("helper", one.principal)
        await until(lambda: instructions(two) == SECOND)


async def test_of_two_who_save_at_once_at_two_processes_one_is_told_so(fleet: Fleet) -> None:
    async with fleet.member("web-1") as one, fleet.member("web-2") as two:
        both = ((one, FIRST), (two, SECOND))
        saves = (creator(bench).create_agent(agent(text), bench.principal) for bench, text in both)
        results = await asyncio.gather(*saves, return_exceptions=True)
        [refused] = [result for result in results if isinstance(result, BaseException)]
        assert isinstance(refused, Conflict)
        await until(lambda: instructions(one) == instructions(two) is not None)

        for bench in (one, two):
            changes = (
                creator(other).create_agent(agent(f"{text} Again."), other.principal, replace_it=True)
                for other, text in both
            )
            results = await asyncio.gather(*changes, return_exceptions=True)
            assert sorted(type(result) is Conflict for result in results) == [False, True], results
            await until(lambda: instructions(one) == instructions(two))
            again = f"Once more at {bench.settings.machine_id}."
            await creator(bench).create_agent(agent(again), bench.principal, replace_it=True)  # who looked again may
            await until(lambda: instructions(one) == instructions(two))
            assert instructions(one) == again


async def test_what_is_edited_by_hand_goes_to_all_and_what_is_broken_to_none(fleet: Fleet) -> None:
    async with fleet.member("web-1") as one, fleet.member("web-2") as two:
        folder = await asyncio.to_thread(write_agent, one, FIRST)
        await until(lambda: instructions(two) == FIRST)
        (folder / "CLAUDE.md").write_text(f"{SECOND}\n")
        await until(lambda: instructions(two) == SECOND)
        assert fleet.versions("agent") == [("helper", True, ""), ("helper", True, "")]

        (folder / "agent.yaml").write_text("description: [\n")
        await until(lambda: bool(creator(one).agents.faults))
        (config(one) / "disabled.yaml").write_text("skills: [consultation]\n")
        await until(lambda: "consultation" in creator(two).skills.disabled)
        assert instructions(one) == instructions(two) == SECOND
        assert not creator(two).agents.faults

        # Saved by another, it counts here as well; the broken files are not lost.
        await creator(two).create_agent(agent(FIRST), two.principal, replace_it=True)
        await until(lambda: instructions(one) == FIRST and not creator(one).agents.faults)
        [aside] = (config(one) / ".aside").glob("*/agents/helper/agent.yaml")
        assert aside.read_text() == "description: [\n"

        await asyncio.to_thread(shutil.rmtree, folder)
        await until(lambda: instructions(two) is None)


async def test_the_first_machine_brings_what_it_has_and_the_next_sets_its_own_aside(
    fleet: Fleet, tmp_path: Path
) -> None:
    write_agent(tmp_path / "web-1" / "config", FIRST)
    write_agent(tmp_path / "web-1" / "config", "Same.", "same")
    for text, name in ((SECOND, "helper"), ("Same.", "same"), ("Mine.", "mine"), ("Off.", "off")):
        write_agent(tmp_path / "web-2" / "config", text, name)
    (tmp_path / "web-2" / "config" / "disabled.yaml").write_text("agents: [off, same]\n")
    async with fleet.member("web-1") as one:
        await creator(one).agents.switch("same", one.principal, enabled=False)
        async with fleet.member("web-2") as two:
            assert (instructions(two), instructions(two, "same"), instructions(two, "mine")) == (FIRST, "Same.", None)
            assert creator(two).agents.disabled == {"same"}
            aside = {
                path.parent.name: path.read_text() for path in (config(two) / ".aside").glob("*/agents/*/CLAUDE.md")
            }
            assert aside == {"helper": f"{SECOND}\n", "mine": "Mine.\n", "off": "Off.\n"}
        assert sorted(fleet.versions("agent")) == [("helper", True, ""), ("same", True, "")]


async def test_a_machine_that_was_away_brings_what_was_edited_meanwhile_and_takes_what_others_did(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with fleet.member("web-1") as one:
        async with fleet.member("web-2") as two:
            for name in ("helper", "both", "lost"):
                await creator(two).create_agent(agent(name=name), two.principal)
            await creator(two).skills.switch("consultation", two.principal, enabled=False)
            await two.room.api.variables.set("TOKEN", "word-word-word", two.principal)
            await until(lambda: one.room.api.variables._secrets.has("TOKEN"))
        away = tmp_path / "web-2" / "config"
        write_agent(away, SECOND)
        write_agent(away, "Mine.", "both")
        (away / "agents" / "lost").rename(tmp_path / "taken-away")
        (away / "disabled.yaml").unlink()
        (away / "env" / "TOKEN.sealed").unlink()
        await creator(one).create_agent(agent("Theirs.", "both"), one.principal, replace_it=True)
        await creator(one).create_agent(agent(name="new"), one.principal)
        async with fleet.member("web-2") as two:
            known = {name: instructions(two, name) for name in ("helper", "both", "new")}
            assert known == {"helper": SECOND, "both": "Theirs.", "new": FIRST}
            await until(lambda: instructions(one) == SECOND)
            write_agent(two, FIRST)
            await until(lambda: instructions(one) == FIRST)
            for bench in (one, two):  # nobody deletes for all by what a folder lacks at a start
                assert instructions(bench, "lost") == FIRST
                assert "consultation" in creator(bench).skills.disabled
                assert bench.room.api.variables._secrets.has("TOKEN")
            assert [path.read_text() for path in away.glob(".aside/*/agents/both/CLAUDE.md")] == ["Mine.\n"]


async def test_webhooks_with_their_secrets_and_variables_travel_sealed(fleet: Fleet) -> None:
    async with fleet.member("web-1") as one, fleet.member("web-2") as two:
        trigger = {"events": ["issues.opened"], "agent": "planning", "prompt": "Look."}
        form = {"name": "hub", "provider": "github", "secret": "s3cret-s3cret-s3cret", "triggers": [trigger]}
        await creator(one).create_webhook(WebhookForm.model_validate(form), one.principal)
        variables = two.room.api.variables
        await until(lambda: "hub" in creator(two).webhooks.known)
        name = creator(two).webhooks.known["hub"].model.secret_ref
        assert name is not None
        assert await variables._secrets.values_of([name]) == {name: "s3cret-s3cret-s3cret"}
        await variables.set("TOKEN", "word-word-word", two.principal)
        await until(lambda: one.room.api.variables._secrets.has("TOKEN"))
        with psycopg.connect(fleet.url.get_secret_value()) as connection:
            [(stored,)] = connection.execute("SELECT content FROM definition_versions WHERE name = 'TOKEN'")
        assert b"word-word-word" not in stored

        await creator(two).webhooks.delete("hub", two.principal)
        await until(lambda: "hub" not in creator(one).webhooks.known)
        await one.room.api.variables.delete("TOKEN", one.principal)
        await until(lambda: not two.room.api.variables._secrets.has("TOKEN"))
    async with fleet.member("web-3", secret_key=SecretStr("x" * 40)) as other:
        assert not other.room.api.variables._secrets.has(name)


async def test_a_skill_that_was_sent_as_files_arrives_with_all_of_them(fleet: Fleet) -> None:
    async with fleet.member("web-1") as one, fleet.member("web-2") as two:
        text = b"---\nname: counting\ndescription: Counts.\n---\nCount.\n"
        files = [Upload("counting/SKILL.md", text), Upload("counting/scripts/count.sh", b"#!/bin/sh\necho 1\n")]
        saved = await creator(one).create_skill(files, one.principal)
        await until(lambda: "counting" in creator(two).skills.known)
        assert creator(two).skills.known["counting"].content_hash == saved.content_hash


async def test_what_becomes_of_a_definition_is_told_once_in_the_fleet(fleet: Fleet) -> None:
    async with fleet.member("web-1") as one, fleet.member("web-2") as two:
        await creator(one).create_agent(agent(), one.principal)
        await until(lambda: instructions(two) == FIRST)
        with psycopg.connect(fleet.url.get_secret_value()) as connection:
            query = "SELECT count(*) FROM feed WHERE type = 'agent.status' AND body LIKE '%helper%'"
            [(count,)] = connection.execute(query)
        assert count == 1


async def test_each_time_of_a_schedule_starts_one_task_whoever_is_up(fleet: Fleet) -> None:
    now = datetime(2026, 6, 1, 8, tzinfo=UTC)
    async with fleet.member("web-1", clock=lambda: now) as one, fleet.member("web-2", clock=lambda: now) as two:
        hourly = {"name": "news", "cron": "0 * * * *", "message": "Look.", "agent": "planning", "overlap": "enqueue"}
        schedules = [bench.room.api.schedules for bench in (one, two)]
        await schedules[0].desk.create(ScheduleForm.model_validate(hourly), one.principal)
        await until(lambda: schedules[1].registry.may_exist("news"))
        await asyncio.gather(*(each.scheduler.look() for each in schedules))
        for _ in range(3):
            now += timedelta(hours=1)
            await asyncio.gather(*(each.scheduler.look() for each in schedules))
            await asyncio.gather(*(each.scheduler.look() for each in schedules))
        page = await one.room.api.tasks.list(TaskFilter(source=TaskSource.SCHEDULE), limit=100)
        due = sorted(str(task.source_metadata["due_at"]) for task in page.items)
        assert due == [f"2026-06-01T{hour:02}:00:00+00:00" for hour in (9, 10, 11)]


async def test_a_machine_that_works_alone_writes_no_versions(tmp_path: Path, model: ScriptedModel) -> None:
    async with workbench(tmp_path, model) as bench:
        await creator(bench).create_agent(agent(), bench.principal)
        done = await bench.ended(await bench.submit("do it", agent="helper"))
        assert done.definitions_version is None
        with pytest.raises(NotFound):
            creator(bench).agents.get("nobody")
        assert not (config(bench) / ".fleet.json").exists()
