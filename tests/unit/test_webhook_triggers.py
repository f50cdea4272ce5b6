"""The rules of triggers, in the real store: what is busy, how often, what goes on, and when a trigger is paused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.support.tasks import a_task, an_input

from machine.domain.costs import CostKind, Usage
from machine.domain.events import CancelledData, EndedData, FailedData, TaskCancelled, TaskCompleted, TaskFailed
from machine.domain.ids import new_id
from machine.domain.task import FailureReason, Lane, Task, TaskFailure, TaskSource, TaskStatus
from machine.domain.triggering import CONTINUED_FOR, PAUSE_AFTER
from machine.domain.webhook import Delivery, DeliveryOutcome, ProviderName
from machine.domain.webhook_trigger import WhenBusy
from machine.ports import Accepted, ClaimLimits, Start, Terms
from machine.store.deliveries import SqlDeliveryStore
from machine.store.opening import open_database
from machine.store.task_store import SqlTaskStore

KEY = "webhook issues: acme/shop#7"
ENOUGH = ClaimLimits(slots={Lane.WORK: 50, Lane.CHAT: 1}, per_agent={})


class Bench:
    """Two stores on one database, and a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
        self.tasks: SqlTaskStore
        self.deliveries: SqlDeliveryStore

    async def arrive(self, *starts: Start) -> Accepted:
        delivery = Delivery(
            delivery_id=new_id("delivery"),
            webhook="issues",
            provider=ProviderName.GITHUB,
            provider_delivery_id=str(uuid4()),
            event="issues",
            received_at=self.now,
            headers={},
            body=b"{}",
            outcome=DeliveryOutcome.IGNORED,
        )
        return await self.deliveries.accept(delivery, starts, user_id="user_1")

    async def event(self, when_busy: str = "enqueue", **more: Any) -> Accepted:
        """A delivery that wants one task."""
        return await self.arrive(self.start(when_busy, **more))

    def start(
        self,
        when_busy: str = "enqueue",
        *,
        rate: int = 30,
        trigger: str = "#1",
        profile: str = "untrusted",
        **more: Any,
    ) -> Start:
        values: dict[str, Any] = {
            "source": TaskSource.WEBHOOK,
            "source_metadata": {"webhook": "issues", "trigger_name": trigger, "profile": profile},
            "profile": profile,
            "concurrency_key": KEY,
            "created_at": self.now,
        }
        task = a_task(**{**values, **more})
        terms = Terms(webhook="issues", trigger=trigger, when_busy=WhenBusy(when_busy), rate_per_minute=rate)
        return Start(task=task, first_input=an_input(task), terms=terms)

    async def claim(self) -> Task:
        task = await self.tasks.claim(ENOUGH, self.now)
        assert task is not None
        return task

    async def end(self, task: Task, *, failed: FailureReason | None = None) -> Task:
        """The task, ended well or as it `failed`."""
        summary: dict[str, Any] = {"usage": Usage(), "cost_kind": CostKind.BILLED, "duration_seconds": 0.0}
        if failed is None:
            done = task.moved_to(TaskStatus.COMPLETED, self.now, result="Done.")
            return await self.tasks.move(task, done, [TaskCompleted(data=EndedData(**summary))])
        failure = TaskFailure.of(failed, "It did not work.")
        new = task.moved_to(TaskStatus.FAILED, self.now, failure=failure)
        return await self.tasks.move(task, new, [TaskFailed(data=FailedData(failure=failure, **summary))])

    async def fail(self, times: int, reason: FailureReason = FailureReason.API_ERROR) -> None:
        for _ in range(times):
            await self.event()
            await self.end(await self.claim(), failed=reason)

    async def task_of(self, accepted: Accepted) -> Task:
        (task_id,) = accepted.delivery.task_ids
        return await self.tasks.get(task_id)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench()
    database = await open_database(tmp_path / "db" / "machine.db", "0.1.0", on_committed=lambda _: None)
    bench.tasks = SqlTaskStore(database, machine_id="machine-001", clock=lambda: bench.now)
    bench.deliveries = SqlDeliveryStore(database, clock=lambda: bench.now)
    yield bench
    await database.close()


# --- busy -----------------------------------------------------------------------------------------------------------


async def test_with_enqueue_each_event_has_a_task_and_one_of_a_key_runs_at_a_time(bench: Bench) -> None:
    first, second = await bench.event(), await bench.event()
    other = await bench.event(concurrency_key="webhook issues: acme/shop#8")
    running = await bench.claim()
    assert (running.task_id,) == first.delivery.task_ids
    assert ((await bench.claim()).task_id,) == other.delivery.task_ids
    assert await bench.tasks.claim(ENOUGH, bench.now) is None
    await bench.end(running)
    assert ((await bench.claim()).task_id,) == second.delivery.task_ids


@pytest.mark.parametrize("claimed", [False, True], ids=["queued", "running"])
async def test_with_skip_nothing_is_started_beside_what_has_not_ended_and_the_delivery_says_why(
    bench: Bench, claimed: bool
) -> None:
    first = await bench.event("skip")
    task = await bench.claim() if claimed else await bench.task_of(first)
    second = await bench.event("skip")
    assert second.is_new
    assert (second.delivery.outcome, second.delivery.task_ids) == (DeliveryOutcome.IGNORED, ())
    assert second.delivery.why == f"Trigger #1 is busy with {task.task_id} and skips this event."
    assert await bench.deliveries.get("issues", second.delivery.delivery_id) == second.delivery
    other = await bench.event("skip", concurrency_key="webhook issues: acme/shop#8")
    assert other.delivery.outcome is DeliveryOutcome.ACCEPTED
    await bench.end(task if claimed else await bench.claim())
    assert (await bench.event("skip")).delivery.outcome is DeliveryOutcome.ACCEPTED


async def test_of_many_deliveries_at_once_one_passes_skip(bench: Bench) -> None:
    answers = await asyncio.gather(*(bench.event("skip") for _ in range(20)))
    assert sum(len(answer.delivery.task_ids) for answer in answers) == 1


async def test_two_triggers_of_one_delivery_do_not_stand_in_each_others_way(bench: Bench) -> None:
    for when in ("skip", "replace"):
        key = f"webhook issues: {when}"
        both = [bench.start(when, trigger=name, concurrency_key=key) for name in ("plan", "review")]
        accepted = await bench.arrive(*both)
        assert accepted.delivery.task_ids == tuple(start.task.task_id for start in both)
        assert {(await bench.tasks.get(task_id)).status for task_id in accepted.delivery.task_ids} == {
            TaskStatus.QUEUED
        }


async def test_with_replace_what_is_queued_is_cancelled_in_the_same_transaction(bench: Bench) -> None:
    first, second = await bench.event("replace"), await bench.event("replace")
    old, new = await bench.task_of(first), await bench.task_of(second)
    assert (old.status, new.status, second.replaced) == (TaskStatus.CANCELLED, TaskStatus.QUEUED, ())
    (told,) = [
        event
        for event in await bench.tasks.events(old.task_id)
        if event.type == TaskCancelled.model_fields["type"].default
    ]
    assert CancelledData.model_validate_json(told.body).reason == f"replaced by {new.task_id}"


async def test_with_replace_what_runs_is_named_by_its_successor_which_waits_for_its_end(bench: Bench) -> None:
    await bench.event("replace")
    running = await bench.claim()
    second = await bench.event("replace")
    third = await bench.event("replace")
    assert second.replaced == third.replaced == (running.task_id,)
    assert (await bench.task_of(second)).status is TaskStatus.CANCELLED
    new = await bench.task_of(third)
    assert new.source_metadata["replaces"] == [running.task_id]
    assert await bench.tasks.claim(ENOUGH, bench.now) is None
    await bench.end(running)
    assert (await bench.claim()).task_id == new.task_id


# --- going on -------------------------------------------------------------------------------------------------------


def conversation(task: Task) -> tuple[str, str, str]:
    return task.conversation_id, task.claude_session_id, task.workspace


@pytest.mark.parametrize("ended", [False, True], ids=["while it runs", "after its end"])
async def test_with_continue_the_next_event_goes_on_in_the_same_conversation(bench: Bench, ended: bool) -> None:
    await bench.event("continue")
    running = await bench.claim()
    if ended:
        await bench.end(running)
    later = await bench.task_of(await bench.event("continue"))
    assert conversation(later) == conversation(running)
    assert (later.parent_task_id, later.source_metadata["continues"]) == (running.task_id, running.task_id)
    if not ended:
        assert await bench.tasks.claim(ENOUGH, bench.now) is None
        await bench.end(running)
    assert (await bench.claim()).task_id == later.task_id


@pytest.mark.parametrize(("before", "after"), [("trusted", "untrusted"), ("untrusted", "trusted")])
async def test_a_conversation_goes_on_in_its_own_profile_only(bench: Bench, before: str, after: str) -> None:
    first = await bench.task_of(await bench.event("continue", profile=before))
    other = await bench.task_of(await bench.event("continue", profile=after))
    assert conversation(other) != conversation(first)
    assert other.profile == after
    again = await bench.task_of(await bench.event("continue", profile=before))
    assert conversation(again) == conversation(first)
    assert again.profile == before


@pytest.mark.parametrize("change", [{"assigned_agent": "executor"}, {"user_id": "user_2"}, {"cost_kind": "demo"}])
async def test_another_agent_or_owner_or_model_begins_anew(bench: Bench, change: dict[str, str]) -> None:
    first = await bench.task_of(await bench.event("continue"))
    other = await bench.task_of(await bench.event("continue", **change))
    assert conversation(other) != conversation(first)


async def test_who_leaves_the_agent_open_gets_that_of_the_conversation(bench: Bench) -> None:
    first = await bench.task_of(await bench.event("continue", assigned_agent="executor"))
    later = await bench.task_of(await bench.event("continue", awaits_routing=True))
    assert conversation(later) == conversation(first)
    assert (later.assigned_agent, later.awaits_routing) == ("executor", False)


async def test_an_old_conversation_and_one_that_failed_are_not_gone_on_with(bench: Bench) -> None:
    await bench.event("continue")
    first = await bench.end(await bench.claim())
    bench.now += CONTINUED_FOR
    second = await bench.task_of(await bench.event("continue"))
    assert conversation(second) == conversation(first)
    await bench.end(await bench.claim())
    bench.now += CONTINUED_FOR + timedelta(seconds=1)
    third = await bench.task_of(await bench.event("continue"))
    assert conversation(third) != conversation(first)
    await bench.end(await bench.claim(), failed=FailureReason.API_ERROR)
    assert conversation(await bench.task_of(await bench.event("continue"))) != conversation(third)


# --- rate -----------------------------------------------------------------------------------------------------------


async def test_what_is_over_the_rate_is_stored_with_the_reason_and_room_comes_back_evenly(bench: Bench) -> None:
    outcomes = [(await bench.event(rate=4)).delivery for _ in range(6)]
    assert [len(delivery.task_ids) for delivery in outcomes] == [1, 1, 1, 1, 0, 0]
    assert outcomes[-1].why == "Trigger #1 is over its rate limit of 4 a minute."
    assert (await bench.event(rate=4, trigger="other")).delivery.task_ids, "each trigger has a limit of its own"
    bench.now += timedelta(seconds=14)
    assert not (await bench.event(rate=4)).delivery.task_ids
    bench.now += timedelta(seconds=1)
    assert (await bench.event(rate=4)).delivery.task_ids
    assert not (await bench.event(rate=4)).delivery.task_ids
    bench.now += timedelta(hours=1)
    outcomes = [(await bench.event(rate=4)).delivery for _ in range(6)]
    assert sum(len(delivery.task_ids) for delivery in outcomes) == 4, "quiet hours are not saved up"


async def test_the_rate_outlives_a_restart_and_a_clock_that_was_set_back_closes_nothing(
    bench: Bench, tmp_path: Path
) -> None:
    assert (await bench.event(rate=1)).delivery.task_ids
    database = await open_database(tmp_path / "db" / "machine.db", "0.1.0", on_committed=lambda _: None)
    bench.deliveries = SqlDeliveryStore(database, clock=lambda: bench.now)
    assert not (await bench.event(rate=1)).delivery.task_ids
    bench.now -= timedelta(hours=1)
    assert (await bench.event(rate=1)).delivery.task_ids
    await database.close()


async def test_what_is_skipped_takes_no_room(bench: Bench) -> None:
    await bench.event("skip", rate=2)
    for _ in range(5):
        assert "busy" in (await bench.event("skip", rate=2)).delivery.why
    await bench.end(await bench.claim())
    assert (await bench.event("skip", rate=2)).delivery.task_ids


# --- pause ----------------------------------------------------------------------------------------------------------


async def test_after_failures_in_a_row_a_trigger_is_paused_until_a_person_resumes_it(bench: Bench) -> None:
    await bench.fail(PAUSE_AFTER - 1)
    assert await bench.deliveries.paused() == ()
    await bench.fail(1)
    (paused,) = await bench.deliveries.paused("issues")
    assert (paused.trigger, paused.failures, paused.paused_at) == ("#1", PAUSE_AFTER, bench.now)
    assert paused.why == "5 of its tasks failed in a row, the last with api_error: It did not work."
    ignored = await bench.event()
    assert (ignored.delivery.outcome, ignored.delivery.task_ids) == (DeliveryOutcome.IGNORED, ())
    assert ignored.delivery.why.startswith("Trigger #1 is paused: 5 of its tasks failed in a row")
    assert (await bench.event(trigger="other")).delivery.task_ids
    assert await bench.deliveries.resume("another") == 0
    assert await bench.deliveries.resume("issues") == 1
    assert await bench.deliveries.paused() == ()
    assert (await bench.event(concurrency_key=None)).delivery.task_ids
    await bench.claim()
    await bench.end(await bench.claim(), failed=FailureReason.TIMEOUT)
    assert await bench.deliveries.paused() == (), "it counts from one again"


async def test_a_task_that_works_ends_the_row_and_one_that_was_stopped_does_not(bench: Bench) -> None:
    await bench.fail(PAUSE_AFTER - 1)
    await bench.event()
    await bench.end(await bench.claim())
    await bench.fail(PAUSE_AFTER - 1)
    assert await bench.deliveries.paused() == ()
    await bench.event("replace")
    await bench.event("replace")  # the first is cancelled
    await bench.end(await bench.claim(), failed=FailureReason.CLI_CRASHED)
    assert len(await bench.deliveries.paused()) == 1


@pytest.mark.parametrize("reason", [FailureReason.NOT_LOGGED_IN, FailureReason.QUOTA])
async def test_login_and_quota_are_no_fault_of_the_trigger(bench: Bench, reason: FailureReason) -> None:
    await bench.fail(PAUSE_AFTER + 1, reason)
    assert await bench.deliveries.paused() == ()


async def test_a_webhook_that_is_forgotten_is_not_paused_when_its_name_is_used_again(bench: Bench) -> None:
    await bench.fail(PAUSE_AFTER)
    await bench.deliveries.forget("issues")
    assert (await bench.event()).delivery.task_ids


async def test_tasks_of_other_doors_count_for_no_trigger(bench: Bench) -> None:
    for _ in range(PAUSE_AFTER):
        start = bench.start(source=TaskSource.API)
        await bench.tasks.create(start.task, start.first_input)
        await bench.end(await bench.claim(), failed=FailureReason.API_ERROR)
    assert await bench.deliveries.paused() == ()
