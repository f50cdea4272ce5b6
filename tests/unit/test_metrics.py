"""What Prometheus is told: counted from what was stored, with labels that cannot grow without end."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.support.api import Served, person, resting_task, served
from tests.support.model import ScriptedModel
from tests.support.workbench import workbench

from machine.domain.events import StoredEvent
from machine.domain.figures import Figures, Memory
from machine.domain.ids import new_id
from machine.domain.principal import Role, Scope
from machine.metrics.meter import MAX_NAMES, Meter

NOTHING = Figures(
    tasks={"queued": 0},
    oldest_queued_seconds=0,
    slots=5,
    draining=False,
    held_back=False,
    login="ready",
    sockets=0,
    memory=Memory(bytes=0, processes=0),
    free_bytes=None,
    database_bytes=1,
    backup_age_seconds=None,
)


def values(text: bytes | str) -> dict[str, float]:
    """`{"name{label=\"x\"}": value}` of a scrape."""
    lines = (text.decode() if isinstance(text, bytes) else text).splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line and line[0] != "#"}


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Served]:
    async with served(tmp_path / "data") as made:
        yield made


def event(kind: str, data: object, task_id: str | None = None, at: datetime | None = None) -> StoredEvent:
    return StoredEvent(type=kind, at=at or datetime.now(UTC), body=json.dumps(data), task_id=task_id)


async def test_a_task_is_counted_from_its_coming_in_to_its_cost(tmp_path: Path) -> None:
    model = ScriptedModel("All done.")
    async with workbench(tmp_path / "data", model) as bench:
        task = await bench.ended(await bench.submit("hello"))
        found = values(await bench.room.api.metrics.text())
    planning = 'agent="planning"'
    assert found[f'machine_tasks_created_total{{{planning},source="api"}}'] == 1
    assert found[f'machine_tasks_ended_total{{{planning},reason="",status="completed"}}'] == 1
    assert found["machine_queue_wait_seconds_count"] == 1
    assert 0 < found["machine_queue_wait_seconds_sum"] < 30
    assert found[f"machine_task_run_seconds_sum{{{planning}}}"] == pytest.approx(task.duration_seconds, abs=0.01)
    assert found[f'machine_cost_usd_total{{{planning},kind="billed"}}'] == pytest.approx(task.usage.cost_usd)
    assert found[f'machine_tokens_total{{{planning},kind="output"}}'] == task.usage.output_tokens
    assert found['machine_events_total{type="task.started"}'] == 1


async def test_what_is_there_now_is_looked_at_when_somebody_asks(machine: Served) -> None:
    await resting_task(machine)
    async with machine.session():
        answer = await machine.admin.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = values(answer.text)
    assert found['machine_tasks{status="queued"}'] == 1
    assert found["machine_websockets"] == 1
    assert found["machine_draining"] == 0
    assert found["machine_queue_oldest_seconds"] >= 0
    assert found["machine_database_bytes"] > 10_000
    assert found["machine_disk_free_bytes"] > 0
    assert [name for name, value in found.items() if name.startswith("machine_login{") and value == 1]
    assert found["process_resident_memory_bytes"] > 0


async def test_nobody_but_an_administrators_token_gets_figures(machine: Served) -> None:
    owner = (await machine.room.api.people.local_administrator()).user_id
    _, scraper = await machine.room.api.authenticator.new_token(owner, "prometheus", scopes=(Scope.METRICS,))
    _, member = await person(machine, Role.MEMBER)
    assert (await machine.client().get("/metrics")).status_code == 401
    assert (await machine.client(member).get("/metrics")).status_code == 403
    assert (await machine.client(scraper).get("/metrics")).status_code == 200
    for path in ("/api/status", "/api/tasks", "/openapi.json", "/api/sessions"):
        assert (await machine.client(scraper).get(path)).status_code == 403, path
    session_id = await machine.session_id()
    async with machine.socket(session_id) as socket:
        await socket.send(json.dumps({"type": "hello", "token": scraper}))
        await socket.wait_closed()
        assert socket.close_code == 4403


def test_labels_cannot_grow_without_end_and_nobody_is_named() -> None:
    meter = Meter()
    for number in range(MAX_NAMES + 50):
        task = {"assigned_agent": f"agent-{number}", "source": "api", "user_id": "user_secret"}
        meter.heed([event("task.created", task, new_id("task"))])
    text = meter.text(NOTHING).decode()
    assert len(set(re.findall(r'agent="([^"]*)"', text))) == MAX_NAMES + 1
    assert values(text)['machine_tasks_created_total{agent="other",source="api"}'] == 50
    assert "user_secret" not in text


def test_the_wait_is_counted_for_tasks_from_before_the_start_and_once() -> None:
    meter, task_id = Meter(), new_id("task")
    later = datetime.now(UTC) + timedelta(seconds=90)
    meter.heed([event("task.started", {"attempt": 1, "agent": "a"}, task_id, later)])
    meter.heed([event("task.started", {"attempt": 2, "agent": "a", "resumed": True}, task_id, later)])
    found = values(meter.text(NOTHING))
    assert found["machine_queue_wait_seconds_count"] == 1
    assert found["machine_queue_wait_seconds_sum"] == pytest.approx(90, abs=2)


def test_an_event_that_cannot_be_counted_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    meter = Meter()
    meter.heed([event("task.created", {"unknown": 1}), event("task.parked", {"reason": "quota"})])
    assert "could not be counted" in caplog.text
    assert values(meter.text(NOTHING))['machine_tasks_parked_total{reason="quota"}'] == 1


def test_what_is_not_known_is_no_number() -> None:
    text = Meter().text(NOTHING).decode()
    assert "machine_disk_free_bytes NaN" in text
    assert "machine_backup_age_seconds NaN" in text
