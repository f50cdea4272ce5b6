"""What somebody changes in the files under `config/` is in the audit log, and what the machine writes there is not."""

import asyncio
from pathlib import Path
from typing import Any

from tests.support.model import ScriptedModel
from tests.support.workbench import Workbench, workbench

from machine.app.offline import offline
from machine.domain.agent import AgentForm
from machine.domain.audit import AuditEntry
from machine.domain.webhook import WebhookForm
from machine.ports import AuditFilter
from machine.settings import read_settings

AGENT = {"name": "greeter", "description": "Greets.", "instructions": "Say hello."}
WEBHOOK: dict[str, Any] = {"name": "in", "provider": "github", "secret": "a-long-enough-secret", "triggers": []}


async def entries(machine: Workbench) -> list[AuditEntry]:
    page = await machine.room.api.audit.list(AuditFilter(), limit=50)
    return [entry for entry in page.items if entry.action.endswith("file-changed")]


async def until(machine: Workbench, count: int) -> list[AuditEntry]:
    async with asyncio.timeout(20):
        while len(found := await entries(machine)) < count or any(entry.status is None for entry in found):
            await asyncio.sleep(0.05)  # an entry is there before the act, and says afterwards how it went
    return found


async def write(path: Path, text: str) -> None:
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(path.write_text, text)


async def test_what_is_edited_by_hand_is_recorded_as_the_file_systems(tmp_path: Path) -> None:
    config = tmp_path / "data" / "config"
    async with workbench(tmp_path / "data", ScriptedModel()) as machine:
        await machine.room.api.creator.create_agent(AgentForm.model_validate(AGENT), machine.principal)
        await machine.room.api.creator.create_webhook(WebhookForm.model_validate(WEBHOOK), machine.principal)
        await machine.room.api.creator.agents.switch("greeter", machine.principal, enabled=False)
        await machine.room.api.creator.agents.switch("greeter", machine.principal, enabled=True)
        await machine.room.api.variables.set("TOKEN", "a-value-of-mine", machine.principal)
        assert await entries(machine) == []
        await write(config / "agents" / "greeter" / "CLAUDE.md", "Say goodbye.")
        (entry,) = await until(machine, 1)
        assert (entry.action, entry.object_id) == ("agent.file-changed", "greeter")
        assert (entry.user_id, entry.user_name, entry.credential_id) == ("", "the file system", "")
        assert entry.status == 200
        webhook = config / "webhooks" / "in.yaml"
        await write(webhook, (await asyncio.to_thread(webhook.read_text)) + "unsigned: true\n")
        assert (await until(machine, 2))[0].object_id == "in"
        await write(config / "disabled.yaml", "agents: [planning]\n")
        assert {entry.object_id for entry in await until(machine, 3)} == {"greeter", "in", "planning"}
        await asyncio.to_thread((config / "env" / "TOKEN.sealed").unlink)
        entry = (await until(machine, 4))[0]
        assert (entry.action, entry.object_id, entry.summary["state"]) == ("variable.file-changed", "TOKEN", "gone")


async def test_what_was_changed_while_the_machine_was_off_is_recorded_at_its_start(tmp_path: Path) -> None:
    config = tmp_path / "data" / "config"
    async with workbench(tmp_path / "data", ScriptedModel()) as machine:
        await machine.room.api.creator.create_agent(AgentForm.model_validate(AGENT), machine.principal)
        await machine.room.api.variables.set("TOKEN", "a-value-of-mine", machine.principal)
    async with workbench(tmp_path / "data", ScriptedModel()) as machine:
        assert await entries(machine) == []
    await write(config / "agents" / "greeter" / "CLAUDE.md", "Say goodbye.")
    await write(config / "agents" / "other" / "CLAUDE.md", "It is no agent yet.")
    await asyncio.to_thread((config / "env" / "TOKEN.sealed").rename, config / "env" / "OTHER.sealed")
    async with workbench(tmp_path / "data", ScriptedModel()) as machine:
        found = {(entry.action, entry.object_id): entry.summary["state"] for entry in await entries(machine)}
        assert found == {
            ("agent.file-changed", "greeter"): "changed",
            ("agent.file-changed", "other"): "new",
            ("variable.file-changed", "TOKEN"): "gone",
            ("variable.file-changed", "OTHER"): "new",
        }


async def test_a_schedule_that_breaks_because_its_agent_is_gone_was_changed_by_nobody(tmp_path: Path) -> None:
    async with workbench(tmp_path / "data", ScriptedModel()) as machine:
        creator = machine.room.api.creator
        await creator.create_agent(AgentForm.model_validate(AGENT), machine.principal)
        schedule = tmp_path / "data" / "config" / "schedules" / "daily.yaml"
        await write(schedule, "cron: '@daily'\nmessage: Hello.\nagent: greeter\n")
        await until(machine, 1)
        await creator.agents.delete("greeter", machine.principal)
        assert machine.room.api.schedules.registry.faults_of("daily")
        assert [entry.object_id for entry in await entries(machine)] == ["daily"]


async def test_a_one_time_link_from_the_command_line_is_recorded(tmp_path: Path) -> None:
    async with offline(read_settings({}, data_dir=tmp_path / "data")) as hands:
        await hands.login_link()
    async with workbench(tmp_path / "data", ScriptedModel()) as machine:
        (entry,) = (await machine.room.api.audit.list(AuditFilter(action="login-link.create"), limit=5)).items
        assert (entry.user_name, entry.credential_id, entry.summary) == (machine.principal.user.name, "", {})
