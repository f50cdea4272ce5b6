"""What every store promises, method by method (`machine.ports`). Each store that there is runs through all of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.support import tasks
from tests.support.tasks import an_input, stored_task

from machine.domain.approval import Answer, Approval, ApprovalKind, ApprovalStatus, Decision
from machine.domain.costs import CostKind, Usage
from machine.domain.errors import BadRequest, Conflict, IllegalTransition, NotFound, StaleTask
from machine.domain.events import (
    ApprovalAnswered,
    ApprovalRequested,
    AuthStatus,
    AuthStatusData,
    CancelledData,
    ChatReply,
    ChatReplyData,
    ContinuedData,
    EndedData,
    InputData,
    Output,
    OutputKind,
    ParkedData,
    StoredEvent,
    TaskCancelled,
    TaskCompleted,
    TaskContinued,
    TaskEvent,
    TaskInput,
    TaskOutput,
    TaskParked,
    TaskRouted,
    TaskWaiting,
    WaitingData,
)
from machine.domain.ids import new_id
from machine.domain.session import ApiToken, Login, Session
from machine.domain.task import (
    FailureReason,
    Lane,
    QueueReason,
    Routing,
    Task,
    TaskFailure,
    TaskSource,
    TaskStatus,
    WaitingReason,
)
from machine.ports import ClaimLimits, PeopleStore, StoredUpTo, TaskFilter, TaskStore
from machine.store.opening import Place, open_database
from machine.store.people import SqlPeopleStore
from machine.store.task_store import SqlTaskStore

NOW = datetime(2026, 11, 3, 9, 0, 0, 123456, tzinfo=UTC)
PLENTY = ClaimLimits(slots={Lane.WORK: 100, Lane.CHAT: 1}, per_agent={})


class Stores:
    """The stores of one database, and what their hub was given."""

    def __init__(self, tasks: TaskStore, people: PeopleStore, told: list[StoredEvent]) -> None:
        self.tasks = tasks
        self.people = people
        self.told = told


@pytest.fixture
async def stores(place: Place) -> AsyncIterator[Stores]:
    told: list[StoredEvent] = []
    database = await open_database(place, "0.1.0", on_committed=told.extend)
    people = SqlPeopleStore(database, clock=lambda: NOW)
    yield Stores(SqlTaskStore(database, machine_id="machine-001", clock=lambda: NOW), people, told)
    await database.close()


@pytest.fixture
def store(stores: Stores) -> TaskStore:
    return stores.tasks


@pytest.fixture
def people(stores: Stores) -> PeopleStore:
    return stores.people


def a_task(**changes: Any) -> Task:
    return tasks.a_task(**{"created_at": NOW, **changes})


async def created(store: TaskStore, **changes: Any) -> Task:
    return await stored_task(store, **{"created_at": NOW, **changes})


async def started(store: TaskStore, **changes: Any) -> Task:
    await created(store, **changes)
    task = await store.claim(PLENTY, NOW)
    assert task is not None
    return task


async def waiting(store: TaskStore, reason: WaitingReason = WaitingReason.INPUT, **changes: Any) -> Task:
    task = await started(store, **changes)
    event = TaskWaiting(data=WaitingData(reason=reason))
    return await store.move(task, task.moved_to(TaskStatus.WAITING_INPUT, NOW, waiting_reason=reason), [event])


def completed_event(result: str = "Done.") -> TaskCompleted:
    return TaskCompleted(data=EndedData(result=result, usage=Usage(), cost_kind=CostKind.BILLED, duration_seconds=1))


def text_piece(text: str) -> TaskOutput:
    return TaskOutput(data=Output(kind=OutputKind.TEXT, text=text))


def an_approval(task: Task, **changes: Any) -> Approval:
    values: dict[str, Any] = {
        "approval_id": new_id("approval"),
        "task_id": task.task_id,
        "user_id": task.user_id,
        "agent": task.assigned_agent,
        "kind": ApprovalKind.PERMISSION,
        "tool_name": "Bash",
        "tool_use_id": "toolu_1",
        "input": {"command": "npm test"},
        "fingerprint": "f" * 64,
        "title": "Run npm test",
        "suggestions": ({"type": "addRules"},),
        "requested_at": NOW,
    }
    return Approval.model_validate({**values, **changes})


async def types_of(store: TaskStore, task: Task) -> list[str]:
    return [event.type for event in await store.events(task.task_id)]


# --- create, get ----------------------------------------------------------------------------------------------------


async def test_a_created_task_reads_back_as_it_was_with_its_first_event(stores: Stores) -> None:
    task = a_task(
        title="Ünïcode — 漢字 🙂",
        source=TaskSource.WEBHOOK,
        source_metadata={"delivery": "d1", "nested": {"list": [1, 2.5, None, True]}},
        session_id="session_1",
        routing=Routing(decision="planning", reason="default", runner_up="executor"),
        limits={"timeout_seconds": 60, "max_turns": 3, "max_budget_usd": 0.5},
        usage=Usage(input_tokens=1, cost_usd=0.25, estimated=True),
        parked_until=NOW + timedelta(hours=1),
        failure=TaskFailure.of(FailureReason.QUOTA, "over"),
        priority=-3,
    )
    stored = await stores.tasks.create(task, an_input(task))
    assert stored == task.model_copy(update={"last_seq": 1})
    assert await stores.tasks.get(task.task_id) == stored
    (event,) = await stores.tasks.events(task.task_id)
    assert (event.type, event.seq, event.feed_seq, event.user_id, event.at) == ("task.created", 1, 1, "user_1", NOW)
    assert Task.model_validate_json(event.body) == stored
    assert stores.told == [event]


async def test_the_first_input_waits_to_be_sent(store: TaskStore) -> None:
    task = a_task()
    first = an_input(task)
    await store.create(task, first)
    assert await store.inputs(task.task_id) == (first,)


async def test_an_unknown_task_is_not_found_by_any_method(store: TaskStore) -> None:
    ghost = a_task()
    moved = ghost.moved_to(TaskStatus.CANCELLED, NOW)
    for call in (
        lambda: store.get(ghost.task_id),
        lambda: store.events(ghost.task_id),
        lambda: store.append(ghost.task_id, [text_piece("x")]),
        lambda: store.move(ghost, moved, []),
        lambda: store.add_input(an_input(ghost), text_piece("x")),
        lambda: anext(aiter(store.outputs(ghost.task_id))),
    ):
        with pytest.raises(NotFound, match=ghost.task_id):
            await call()


async def test_creating_the_same_task_twice_is_a_conflict_and_leaves_the_first(store: TaskStore) -> None:
    task = await created(store, title="first")
    with pytest.raises(Conflict, match=task.task_id):
        await store.create(task.model_copy(update={"title": "second"}), an_input(task))
    assert (await store.get(task.task_id)).title == "first"
    assert len(await store.inputs(task.task_id)) == 1


async def test_text_that_is_no_text_is_stored_with_replacements_instead_of_failing(store: TaskStore) -> None:
    task = await created(store, title="half \ud83d pair", source_metadata={"key": "half \ud83d"})
    assert (await store.get(task.task_id)).title == "half � pair"
    system = Output(kind=OutputKind.SYSTEM, text="a\ud800b", data={"raw": ["x\udfff"]})
    await store.append(task.task_id, [TaskOutput(data=system)])
    (output,) = [output async for output in store.outputs(task.task_id)]
    assert (output.text, output.data) == ("a�b", {"raw": ["x�"]})


# --- list, in_status, counts ----------------------------------------------------------------------------------------


async def test_pages_list_every_task_once_newest_first(store: TaskStore) -> None:
    ids = sorted([(await created(store)).task_id for _ in range(7)], reverse=True)
    seen: list[str] = []
    cursor: str | None = None
    sizes = []
    while True:
        page = await store.list(TaskFilter(), limit=3, cursor=cursor)
        seen += [task.task_id for task in page.items]
        sizes.append(len(page.items))
        if (cursor := page.next_cursor) is None:
            break
    assert seen == ids
    assert sizes == [3, 3, 1]


async def test_a_page_that_ends_the_list_exactly_has_no_next(store: TaskStore) -> None:
    for _ in range(2):
        await created(store)
    assert (await store.list(TaskFilter(), limit=2)).next_cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "!!!", "dGFza3M6", "é", "Z2FyYmFnZQ", "A" * 1000])
async def test_a_cursor_that_no_page_gave_is_a_bad_request(store: TaskStore, cursor: str) -> None:
    await created(store)
    with pytest.raises(BadRequest, match="cursor"):
        await store.list(TaskFilter(), limit=3, cursor=cursor)


async def test_a_page_of_no_tasks_is_a_bad_request(store: TaskStore) -> None:
    with pytest.raises(BadRequest):
        await store.list(TaskFilter(), limit=0)


@pytest.mark.parametrize(
    "which",
    [
        TaskFilter(agent="executor"),
        TaskFilter(source=TaskSource.SCHEDULE),
        TaskFilter(user_id="user_2"),
        TaskFilter(conversation_id="conversation_x"),
        TaskFilter(parent_task_id="task_parent"),
        TaskFilter(lane=Lane.CHAT),
        TaskFilter(user_id="user_2", agent="executor", status=(TaskStatus.QUEUED, TaskStatus.FAILED)),
    ],
)
async def test_a_filter_finds_what_it_names_and_nothing_else(store: TaskStore, which: TaskFilter) -> None:
    await created(store)
    wanted = await created(
        store,
        assigned_agent="executor",
        source=TaskSource.SCHEDULE,
        user_id="user_2",
        conversation_id="conversation_x",
        parent_task_id="task_parent",
        lane=Lane.CHAT,
    )
    assert [task.task_id for task in (await store.list(which, limit=10)).items] == [wanted.task_id]


async def test_work_is_listed_without_the_chats_between_it_page_by_page(store: TaskStore) -> None:
    work = []
    for _ in range(3):
        work.append((await created(store)).task_id)
        await created(store, lane=Lane.CHAT)
    which = TaskFilter(lane=Lane.WORK, status=(TaskStatus.QUEUED, TaskStatus.RUNNING))
    first = await store.list(which, limit=2)
    second = await store.list(which, limit=2, cursor=first.next_cursor)
    found = [[task.task_id for task in page.items] for page in (first, second)]
    newest = sorted(work, reverse=True)
    assert found == [newest[:2], newest[2:]]
    assert second.next_cursor is None


@pytest.mark.parametrize("text", ["LOGIN", "ogi", "page  login", "100%_", "übung", "\\n"])
async def test_a_search_finds_words_of_titles_and_messages(store: TaskStore, text: str) -> None:
    await created(store, title="Something else", input_message="100 percent of it")
    wanted = await created(store, title="The Login", input_message="of a page, 100%_ ÜBUNG in C:\\new")
    assert [task.task_id for task in (await store.list(TaskFilter(text=text), limit=10)).items] == [wanted.task_id]
    assert (await store.list(TaskFilter(text=text, agent="nobody"), limit=10)).items == ()


async def test_a_search_goes_on_where_it_stopped_though_nothing_was_found(
    store: TaskStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of it may be empty and not the last."""
    monkeypatch.setattr("machine.store.listing.LOOKED_AT", 2)
    monkeypatch.setattr("machine.store.searching.LOOKED_AT", 2)
    wanted = await created(store, title="needle")
    newer = [await created(store) for _ in range(4)]
    assert all(task.task_id > wanted.task_id for task in newer)
    pages, cursor = [], None
    for _ in range(10):
        page = await store.list(TaskFilter(text="needle"), limit=1, cursor=cursor)
        pages.append([task.title for task in page.items])
        if (cursor := page.next_cursor) is None:
            break
    assert pages == [[], [], ["needle"]]


async def test_several_statuses_are_listed_together_in_order_of_age(store: TaskStore) -> None:
    running, queued = await started(store), await created(store)
    ended = await created(store)
    await store.move(ended, ended.moved_to(TaskStatus.FAILED, NOW), [])
    which = TaskFilter(status=(TaskStatus.RUNNING, TaskStatus.QUEUED, TaskStatus.QUEUED))
    first = await store.list(which, limit=1)
    second = await store.list(which, limit=1, cursor=first.next_cursor)
    newest, oldest = sorted([running.task_id, queued.task_id], reverse=True)
    assert [task.task_id for task in (*first.items, *second.items)] == [newest, oldest]
    assert second.next_cursor is None


async def test_in_status_tells_the_tasks_of_this_machine_only_oldest_first(store: TaskStore) -> None:
    mine = sorted([(await created(store)).task_id for _ in range(3)])
    await created(store, machine_id="machine-002")
    found = await store.in_status(TaskStatus.QUEUED, TaskStatus.RUNNING)
    assert [task.task_id for task in found] == mine
    assert await store.in_status(TaskStatus.RUNNING) == ()


async def test_in_status_goes_by_pages_and_tells_the_tasks_of_the_demo_model_from_others(store: TaskStore) -> None:
    real, play = [
        sorted([(await created(store, cost_kind=kind)).task_id for _ in range(3)])
        for kind in (CostKind.SUBSCRIPTION, CostKind.DEMO)
    ]
    for demo, all_of_it in ((True, play), (False, real), (None, sorted([*real, *play]))):
        found: list[str] = []
        while page := await store.in_status(TaskStatus.QUEUED, demo=demo, after=found[-1] if found else "", limit=2):
            assert len(page) <= 2
            found += [task.task_id for task in page]
        assert found == all_of_it


async def test_counts_tell_the_open_tasks_and_zero_where_there_is_none(store: TaskStore) -> None:
    assert await store.counts() == {TaskStatus.QUEUED: 0, TaskStatus.RUNNING: 0, TaskStatus.WAITING_INPUT: 0}
    await started(store)
    await created(store)
    await created(store)
    assert await store.counts() == {TaskStatus.QUEUED: 2, TaskStatus.RUNNING: 1, TaskStatus.WAITING_INPUT: 0}


async def test_the_idle_are_those_that_have_waited_for_so_long_and_for_no_approval(store: TaskStore) -> None:
    later = NOW + timedelta(minutes=1)
    idle = [(await waiting(store)).task_id for _ in range(3)]
    idle.append((await waiting(store, WaitingReason.INTERRUPTED)).task_id)
    await waiting(store, WaitingReason.APPROVAL)
    await started(store)
    await created(store)
    assert await store.idle(NOW - timedelta(microseconds=1), after="", limit=9) == ()
    for since in (NOW, later):
        first = await store.idle(since, after="", limit=3)
        rest = await store.idle(since, after=first[-1].task_id, limit=3)
        assert [task.task_id for task in (*first, *rest)] == idle


async def test_parked_tasks_are_counted_by_what_they_wait_for(store: TaskStore) -> None:
    assert await store.parked() == {}
    for reason in (QueueReason.QUOTA, QueueReason.QUOTA, QueueReason.NOT_LOGGED_IN, QueueReason.ANSWERED, None):
        await created(store, queue_reason=reason)
    assert await store.parked() == {QueueReason.QUOTA: 2, QueueReason.NOT_LOGGED_IN: 1}


# --- claim ----------------------------------------------------------------------------------------------------------


async def test_a_claimed_task_runs_and_says_so(store: TaskStore) -> None:
    task = await created(store, front=True)
    at = NOW + timedelta(seconds=5)
    claimed = await store.claim(PLENTY, at)
    assert claimed is not None
    assert (claimed.task_id, claimed.status, claimed.attempt, claimed.front) == (task.task_id, "running", 1, False)
    assert (claimed.started_at, claimed.status_at, claimed.last_seq) == (at, at, 2)
    assert await store.get(task.task_id) == claimed
    event = (await store.events(task.task_id))[-1]
    assert (event.type, event.at) == ("task.started", at)
    told = {"attempt": 1, "agent": "planning", "resumed": False, "machine_id": "machine-001"}
    assert json.loads(event.body) == told


async def test_a_task_that_had_started_is_resumed_first_with_its_next_attempt(store: TaskStore) -> None:
    task = await started(store)
    await created(store, priority=100)
    changes = {"queue_reason": QueueReason.LOST, "front": True}
    await store.move(task, task.moved_to(TaskStatus.QUEUED, NOW, **changes), [])
    again = await store.claim(PLENTY, NOW)
    assert again is not None
    assert (again.task_id, again.attempt, again.queue_reason, again.started_at) == (task.task_id, 2, None, NOW)
    assert json.loads((await store.events(task.task_id))[-1].body)["resumed"] is True


async def test_nothing_queued_nothing_claimed(store: TaskStore) -> None:
    assert await store.claim(PLENTY, NOW) is None


async def test_priority_goes_before_age_and_age_decides_among_equals(store: TaskStore) -> None:
    old, young = sorted([await created(store), await created(store)], key=lambda task: task.task_id)
    urgent = await created(store, priority=5)
    claimed = [await store.claim(PLENTY, NOW) for _ in range(3)]
    assert [task and task.task_id for task in claimed] == [urgent.task_id, old.task_id, young.task_id]


async def test_the_user_with_the_fewest_running_tasks_is_next(store: TaskStore) -> None:
    for _ in range(5):
        await created(store, user_id="many")
    await asyncio.sleep(0.002)
    await created(store, user_id="one")
    claimed = [await store.claim(PLENTY, NOW) for _ in range(3)]
    assert [task and task.user_id for task in claimed] == ["many", "one", "many"]


async def test_a_parked_task_is_claimed_when_its_time_has_come(store: TaskStore) -> None:
    until = NOW + timedelta(minutes=5)
    await created(store, parked_until=until, queue_reason=QueueReason.QUOTA)
    assert await store.claim(PLENTY, until - timedelta(microseconds=1)) is None
    claimed = await store.claim(PLENTY, until)
    assert claimed is not None
    assert claimed.parked_until is None


async def test_a_full_lane_gives_no_slot_and_the_other_lane_still_does(store: TaskStore) -> None:
    limits = ClaimLimits(slots={Lane.WORK: 1, Lane.CHAT: 1}, per_agent={})
    await created(store)
    await created(store, priority=9)
    assert await store.claim(limits, NOW)
    assert await store.claim(limits, NOW) is None
    chat = await created(store, lane=Lane.CHAT)
    claimed = await store.claim(limits, NOW)
    assert claimed is not None
    assert claimed.task_id == chat.task_id


async def test_a_waiting_task_holds_no_slot(store: TaskStore) -> None:
    await waiting(store)
    await created(store)
    assert await store.claim(ClaimLimits(slots={Lane.WORK: 1}, per_agent={}), NOW)


async def test_running_tasks_of_another_machine_take_no_slot_here(store: TaskStore) -> None:
    await created(store, machine_id="machine-002", status=TaskStatus.RUNNING)
    await created(store)
    assert await store.claim(ClaimLimits(slots={Lane.WORK: 1}, per_agent={}), NOW)


async def test_an_agent_at_its_limit_is_passed_over_for_the_next_task(store: TaskStore) -> None:
    limits = ClaimLimits(slots={Lane.WORK: 10}, per_agent={"planning": 1})
    await created(store, priority=2)
    await created(store, priority=2)
    other = await created(store, assigned_agent="executor")
    first, second, third = [await store.claim(limits, NOW) for _ in range(3)]
    assert first is not None
    assert second is not None
    assert (first.assigned_agent, second.task_id, third) == ("planning", other.task_id, None)


@pytest.mark.parametrize("start", [started, waiting])
async def test_a_conversation_runs_one_task_at_a_time(store: TaskStore, start: Any) -> None:
    task = await start(store, conversation_id="conversation_1")
    follow_up = await created(store, conversation_id="conversation_1")
    assert await store.claim(PLENTY, NOW) is None
    await store.move(task, task.moved_to(TaskStatus.COMPLETED, NOW), [completed_event()])
    claimed = await store.claim(PLENTY, NOW)
    assert claimed is not None
    assert claimed.task_id == follow_up.task_id


@pytest.mark.parametrize("start", [started, waiting])
async def test_of_tasks_with_one_concurrency_key_one_is_under_way_at_a_time(store: TaskStore, start: Any) -> None:
    task = await start(store, concurrency_key="webhook a: 7")
    follow_up = await created(store, concurrency_key="webhook a: 7")
    other = await created(store, concurrency_key="webhook a: 8")
    claimed = await store.claim(PLENTY, NOW)
    assert claimed is not None
    assert claimed.task_id == other.task_id
    assert await store.claim(PLENTY, NOW) is None
    await store.move(task, task.moved_to(TaskStatus.COMPLETED, NOW), [completed_event()])
    claimed = await store.claim(PLENTY, NOW)
    assert claimed is not None
    assert claimed.task_id == follow_up.task_id


async def test_a_task_whose_agent_is_not_decided_yet_is_passed_over(store: TaskStore) -> None:
    await created(store, awaits_routing=True, priority=9)
    decided = await created(store)
    claimed = await store.claim(PLENTY, NOW)
    assert claimed is not None
    assert claimed.task_id == decided.task_id
    assert await store.claim(PLENTY, NOW) is None


async def test_tasks_that_wait_for_their_agent_are_found_peoples_before_webhooks(store: TaskStore) -> None:
    hook = await created(store, awaits_routing=True, source=TaskSource.WEBHOOK, priority=9)
    first, second = await created(store, awaits_routing=True), await created(store, awaits_routing=True)
    urgent = await created(store, awaits_routing=True, priority=1)
    await created(store)
    assert await store.awaiting_routing(10) == (urgent.task_id, first.task_id, second.task_id, hook.task_id)
    assert await store.awaiting_routing(1) == (urgent.task_id,)


def _given(task: Task, agent: str) -> tuple[Task, TaskRouted]:
    routing = Routing(decision=agent, reason="said so")
    changes = {"assigned_agent": agent, "routing": routing, "awaits_routing": False}
    return task.model_copy(update=changes), TaskRouted(data=routing)


async def test_a_task_gets_its_agent_once_with_the_event_that_tells_it(store: TaskStore) -> None:
    task = await created(store, awaits_routing=True)
    new, told = _given(task, "executor")
    stored = await store.route(task, new, [told])
    assert (stored.assigned_agent, stored.awaits_routing, stored.routing) == ("executor", False, new.routing)
    assert [event.type for event in await store.events(task.task_id)] == ["task.created", "task.routed"]
    late, told = _given(task, "consultant")
    with pytest.raises(StaleTask):
        await store.route(task, late, [told])
    assert (await store.get(task.task_id)).assigned_agent == "executor"
    claimed = await store.claim(PLENTY, NOW)
    assert claimed is not None
    with pytest.raises(StaleTask):
        await store.route(stored, _given(stored, "planning")[0], [told])


async def test_many_claims_at_once_never_give_one_slot_too_many(store: TaskStore) -> None:
    await asyncio.gather(*(created(store) for _ in range(30)))
    limits = ClaimLimits(slots={Lane.WORK: 8}, per_agent={"planning": 5})
    claimed = [task for task in await asyncio.gather(*(store.claim(limits, NOW) for _ in range(20))) if task]
    assert len({task.task_id for task in claimed}) == len(claimed) == 5


# --- move, take_slot ------------------------------------------------------------------------------------------------


async def test_a_move_writes_task_events_approvals_and_machine_events_together(stores: Stores) -> None:
    store = stores.tasks
    task = await started(store)
    approval = an_approval(task)
    new = task.moved_to(TaskStatus.WAITING_INPUT, NOW, waiting_reason=WaitingReason.APPROVAL)
    told: list[TaskEvent] = [
        ApprovalRequested(data=approval),
        TaskWaiting(data=WaitingData(reason=WaitingReason.APPROVAL)),
    ]
    reply = ChatReply(data=ChatReplyData(conversation_id="c", task_id=task.task_id, text="Wait."))
    status = AuthStatus(data=AuthStatusData(state="ready"))
    stored = await store.move(task, new, told, approvals=[approval], also=[reply, status])
    assert stored == new.model_copy(update={"last_seq": 4})
    assert await store.get(task.task_id) == stored
    assert await store.approval(approval.approval_id) == approval
    events = await store.events(task.task_id)
    assert [event.seq for event in events] == [1, 2, 3, 4]
    feed = await store.feed(after=0)
    assert [(event.type, event.seq, event.user_id) for event in feed[2:]] == [
        ("approval.requested", 3, "user_1"),
        ("task.waiting", 4, "user_1"),
        ("chat.reply", None, "user_1"),
        ("auth.status", None, None),
    ]
    assert tuple(stores.told) == feed


async def test_a_move_from_a_status_that_is_past_is_stale_and_writes_nothing(stores: Stores) -> None:
    store = stores.tasks
    old = await created(store)
    await store.claim(PLENTY, NOW)
    before = await store.get(old.task_id)
    stores.told.clear()
    approval = an_approval(old)
    with pytest.raises(StaleTask, match="queued"):
        await store.move(old, old.moved_to(TaskStatus.CANCELLED, NOW), [completed_event()], approvals=[approval])
    assert await store.get(old.task_id) == before
    assert stores.told == []
    with pytest.raises(NotFound):
        await store.approval(approval.approval_id)


async def test_a_move_against_the_table_is_refused(store: TaskStore) -> None:
    task = await created(store)
    with pytest.raises(IllegalTransition):
        await store.move(task, task.model_copy(update={"status": TaskStatus.COMPLETED}), [])
    assert (await store.get(task.task_id)).status is TaskStatus.QUEUED


async def test_a_move_keeps_what_others_wrote_meanwhile_into_what_it_does_not_change(store: TaskStore) -> None:
    task = await started(store)
    usage = Usage(output_tokens=7, cost_usd=0.5)
    await store.append(task.task_id, [text_piece("x")], usage=usage)
    stored = await store.move(task, task.moved_to(TaskStatus.COMPLETED, NOW, result="ok"), [completed_event()])
    assert (stored.usage, stored.result, stored.last_seq) == (usage, "ok", 4)


async def test_a_change_that_keeps_the_status_is_written(store: TaskStore) -> None:
    task = await started(store)
    stored = await store.move(task, task.model_copy(update={"losses": 2}), [])
    assert (stored.losses, stored.status) == (2, TaskStatus.RUNNING)


@pytest.mark.parametrize("end", [TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED])
async def test_an_ended_task_takes_its_pending_approvals_with_it(store: TaskStore, end: TaskStatus) -> None:
    task = await started(store)
    pending = [an_approval(task), an_approval(task)]
    answered = an_approval(task, status=ApprovalStatus.ANSWERED, answered_at=NOW)
    new = task.moved_to(TaskStatus.WAITING_INPUT, NOW)
    task = await store.move(task, new, [], approvals=[*pending, answered])
    other = await started(store)
    untouched = an_approval(other)
    await store.move(other, other.moved_to(TaskStatus.WAITING_INPUT, NOW), [], approvals=[untouched])

    stored = await store.move(task, task.moved_to(end, NOW), [completed_event()])
    assert [(await store.approval(one.approval_id)).status for one in pending] == ["cancelled", "cancelled"]
    assert await store.approval(answered.approval_id) == answered
    assert await store.approval(untouched.approval_id) == untouched
    assert (await types_of(store, task))[-3:] == ["approval.answered", "approval.answered", "task.completed"]
    assert stored.last_seq == 5


async def test_a_slot_is_taken_back_only_when_one_is_free(store: TaskStore) -> None:
    task = await waiting(store)
    await started(store)
    new = task.moved_to(TaskStatus.RUNNING, NOW)
    event = TaskContinued(data=ContinuedData(reason="answered"))
    assert await store.take_slot(task, new, [event], ClaimLimits(slots={Lane.WORK: 1}, per_agent={})) is None
    full_agent = ClaimLimits(slots={Lane.WORK: 9}, per_agent={"planning": 1})
    assert await store.take_slot(task, new, [event], full_agent) is None
    assert (await store.get(task.task_id)).last_seq == task.last_seq
    taken = await store.take_slot(task, new, [event], ClaimLimits(slots={Lane.WORK: 2}, per_agent={}))
    assert taken == new.model_copy(update={"last_seq": task.last_seq + 1})
    with pytest.raises(StaleTask):
        await store.take_slot(task, new, [event], PLENTY)


# --- append, events, outputs ----------------------------------------------------------------------------------------


async def test_appended_events_are_numbered_without_gaps_and_outputs_stay_out_of_the_feed(stores: Stores) -> None:
    store = stores.tasks
    task = await created(store)
    parked = TaskParked(data=ParkedData(reason=QueueReason.QUOTA))
    assert await store.append(task.task_id, [text_piece("a"), parked, text_piece("b")]) == 4
    assert await store.append(task.task_id, [text_piece("c")]) == 5
    assert await store.append(task.task_id, []) == 5
    events = await store.events(task.task_id)
    assert [(event.seq, event.type, event.feed_seq) for event in events] == [
        (1, "task.created", 1),
        (2, "task.output", None),
        (3, "task.parked", 2),
        (4, "task.output", None),
        (5, "task.output", None),
    ]
    assert {event.user_id for event in events} == {"user_1"}
    assert tuple(stores.told) == events
    assert [event.type for event in await store.feed(after=0)] == ["task.created", "task.parked"]
    assert (await store.get(task.task_id)).last_seq == 5


async def test_events_are_read_from_a_number_on_and_up_to_a_limit(store: TaskStore) -> None:
    task = await created(store)
    await store.append(task.task_id, [text_piece(str(number)) for number in range(10)])
    assert [event.seq for event in await store.events(task.task_id, after=4, limit=3)] == [5, 6, 7]
    assert await store.events(task.task_id, after=11) == ()


async def test_outputs_come_in_order_across_pages_without_the_other_events(store: TaskStore) -> None:
    task = await created(store)
    texts = [str(number) for number in range(2_500)]
    await store.append(task.task_id, [text_piece(text) for text in texts[:1_000]])
    await store.append(task.task_id, [TaskParked(data=ParkedData(reason=QueueReason.DRAIN))])
    await store.append(task.task_id, [text_piece(text) for text in texts[1_000:]])
    assert [output.text async for output in store.outputs(task.task_id)] == texts


async def test_usage_that_comes_with_an_append_replaces_the_tasks(store: TaskStore) -> None:
    task = await created(store, usage=Usage(input_tokens=5, estimated=True))
    usage = Usage(input_tokens=6, output_tokens=2, cost_usd=0.1)
    await store.append(task.task_id, [], usage=usage)
    assert (await store.get(task.task_id)).usage == usage


# --- the feed -------------------------------------------------------------------------------------------------------


async def test_the_newest_numbers_of_tasks_and_of_the_feed_can_be_asked_for(stores: Stores) -> None:
    store = stores.tasks
    assert await store.stored_up_to([]) == StoredUpTo(tasks={}, feed=0)
    ids = [(await created(store)).task_id for _ in range(3)]
    many = [*ids[:2], *(f"task_none_{number}" for number in range(1_200))]
    assert await store.stored_up_to(many) == StoredUpTo(tasks=dict.fromkeys(ids[:2], 1), feed=3)


async def test_a_machine_event_stands_in_the_feed_for_its_user_or_for_all(stores: Stores) -> None:
    store = stores.tasks
    assert await store.feed_range() == (1, 0)
    event = AuthStatus(data=AuthStatusData(state="needs_login", message="Log in."))
    for_all = await store.publish(event)
    for_one = await store.publish(event, user_id="user_9")
    assert (for_all.feed_seq, for_all.user_id, for_all.task_id, for_all.seq) == (1, None, None, None)
    assert (for_one.feed_seq, for_one.user_id) == (2, "user_9")
    assert await store.feed(after=0) == (for_all, for_one)
    assert await store.feed(after=0, limit=1) == (for_all,)
    assert await store.feed(after=1) == (for_one,)
    assert await store.feed_range() == (1, 2)
    assert stores.told == [for_all, for_one]


# --- inputs ---------------------------------------------------------------------------------------------------------


async def test_inputs_keep_their_order_and_are_marked_when_sent(store: TaskStore) -> None:
    task = await started(store)
    more = [an_input(task, f"message {number}") for number in range(3)]
    for new in more:
        await store.add_input(new, TaskInput(data=InputData(input_id=new.input_id, message=new.message)))
    (first, *rest) = await store.inputs(task.task_id)
    assert rest == more
    await store.mark_sent([first.input_id, more[1].input_id])
    await store.mark_sent([])
    assert await store.inputs(task.task_id, unsent_only=True) == (more[0], more[2])
    assert [one.sent for one in await store.inputs(task.task_id)] == [True, False, True, False]
    assert (await types_of(store, task))[-3:] == ["task.input"] * 3


async def test_an_input_for_an_ended_task_is_refused_for_nobody_would_read_it(store: TaskStore) -> None:
    task = await started(store)
    await store.move(task, task.moved_to(TaskStatus.COMPLETED, NOW), [completed_event()])
    late = an_input(task)
    with pytest.raises(StaleTask):
        await store.add_input(late, TaskInput(data=InputData(input_id=late.input_id, message="x")))
    assert len(await store.inputs(task.task_id)) == 1


async def test_the_same_input_is_accepted_once(store: TaskStore) -> None:
    task = await created(store)
    new = an_input(task)
    event = TaskInput(data=InputData(input_id=new.input_id, message=new.message))
    await store.add_input(new, event)
    with pytest.raises(Conflict, match=new.input_id):
        await store.add_input(new, event)
    assert (await store.get(task.task_id)).last_seq == 2


# --- approvals ------------------------------------------------------------------------------------------------------


async def test_approvals_are_found_by_status_task_and_user_oldest_first(store: TaskStore) -> None:
    mine, other = await started(store), await started(store, user_id="user_2")
    first, second = sorted([an_approval(mine), an_approval(mine)], key=lambda one: one.approval_id)
    answered = an_approval(other, status=ApprovalStatus.ANSWERED)
    await store.move(mine, mine.moved_to(TaskStatus.WAITING_INPUT, NOW), [], approvals=[first, second])
    await store.move(other, other.moved_to(TaskStatus.WAITING_INPUT, NOW), [], approvals=[answered])
    assert await store.approvals(status=ApprovalStatus.PENDING) == (first, second)
    assert await store.approvals(task_id=other.task_id) == (answered,)
    assert await store.approvals(user_id="user_1", status=ApprovalStatus.ANSWERED) == ()
    assert len(await store.approvals()) == 3


async def test_an_answer_is_saved_once_with_its_event(store: TaskStore) -> None:
    task = await started(store)
    asked = an_approval(task, input={"text": "half \ud83d"})
    await store.move(task, task.moved_to(TaskStatus.WAITING_INPUT, NOW), [], approvals=[asked])
    answer = Answer(decision=Decision.DENY, reason="No.", answers={"Which?": ["a", "b"]})
    change = {"status": ApprovalStatus.ANSWERED, "answer": answer, "answered_at": NOW, "answered_by": "user_1"}
    new = asked.model_copy(update=change)
    assert await store.save_approval(asked, new, [ApprovalAnswered(data=new)]) == new
    assert await store.approval(asked.approval_id) == new
    with pytest.raises(Conflict, match="answered, no longer pending"):
        await store.save_approval(asked, new, [ApprovalAnswered(data=new)])
    assert (await types_of(store, task)).count("approval.answered") == 1


async def test_an_unknown_approval_is_not_found(store: TaskStore) -> None:
    task = await created(store)
    unknown = an_approval(task)
    with pytest.raises(NotFound, match=unknown.approval_id):
        await store.approval(unknown.approval_id)
    with pytest.raises(NotFound, match=unknown.approval_id):
        await store.save_approval(unknown, unknown, [])


async def test_permission_rules_belong_to_an_agent_and_are_kept_once(store: TaskStore) -> None:
    await store.add_permission_rules("executor", ["Bash(npm test:*)"], "user_1", NOW)
    await store.add_permission_rules("executor", ["Bash(npm test:*)", "Edit", "Edit"], "user_2", NOW + timedelta(1))
    assert await store.permission_rules("executor") == ("Bash(npm test:*)", "Edit")
    assert await store.permission_rules("planning") == ()


# --- people ---------------------------------------------------------------------------------------------------------


async def test_the_local_administrator_is_made_once_whoever_asks_first(people: PeopleStore) -> None:
    found = await asyncio.gather(*(people.local_administrator() for _ in range(20)))
    assert len({user.user_id for user in found}) == 1
    assert (found[0].role, found[0].created_at) == ("administrator", NOW)
    assert await people.user(found[0].user_id) == found[0]
    with pytest.raises(NotFound, match="user_x"):
        await people.user("user_x")


async def test_a_link_works_once_and_not_after_its_end(people: PeopleStore) -> None:
    end = NOW + timedelta(minutes=10)
    await people.add_link("digest-1", created_at=NOW, expires_at=end)
    await people.add_link("digest-2", created_at=NOW, expires_at=end)
    used = await asyncio.gather(*(people.use_link("digest-1", NOW) for _ in range(10)))
    assert sorted(used) == [False] * 9 + [True]
    assert await people.use_link("digest-2", end) is False
    assert await people.use_link("unknown", NOW) is False


async def test_a_login_is_known_by_its_cookie_until_it_expires_or_is_ended(people: PeopleStore) -> None:
    user = await people.local_administrator()
    times = {"created_at": NOW, "last_seen_at": NOW, "expires_at": NOW + timedelta(days=1)}
    first = Login(login_id=new_id("login"), user_id=user.user_id, user_agent="Firefox", **times)
    second = Login(login_id=new_id("login"), user_id=user.user_id, **times)
    await people.add_login(first, "cookie-1")
    await people.add_login(second, "cookie-2")
    assert await people.login_by("cookie-1", NOW) == first
    assert await people.login_by("cookie-1", first.expires_at) is None
    assert await people.login_by("unknown", NOW) is None
    assert set(await people.logins(user.user_id)) == {first, second}
    await people.end_login(first.login_id, NOW)
    assert await people.login_by("cookie-1", NOW) is None
    assert await people.logins() == (second,)
    assert await people.logins("user_x") == ()
    with pytest.raises(NotFound):
        await people.end_login("login_x", NOW)


async def test_when_a_login_was_last_seen_is_kept_to_the_minute(people: PeopleStore) -> None:
    user = await people.local_administrator()
    login = Login(
        login_id="login_1", user_id=user.user_id, created_at=NOW, last_seen_at=NOW, expires_at=NOW + timedelta(days=1)
    )
    await people.add_login(login, "cookie")
    soon, later = NOW + timedelta(seconds=59), NOW + timedelta(seconds=60)
    assert (await people.login_by("cookie", soon)) == login
    assert (await people.login_by("cookie", later)) == login, "as it was seen before"
    assert [one.last_seen_at for one in await people.logins()] == [later]


async def test_a_token_is_known_until_it_expires_or_is_revoked(people: PeopleStore) -> None:
    user = await people.local_administrator()
    lasting = ApiToken(token_id="token_1", user_id=user.user_id, name="ci", created_at=NOW)
    short = ApiToken(
        token_id="token_2", user_id=user.user_id, name="x", created_at=NOW, expires_at=NOW + timedelta(hours=1)
    )
    await people.add_token(lasting, "digest-1")
    await people.add_token(short, "digest-2")
    used = lasting.model_copy(update={"last_used_at": NOW})
    assert await people.token_by("digest-1", NOW) == lasting
    assert await people.token_by("digest-1", NOW) == used
    assert await people.token_by("digest-1", NOW + timedelta(seconds=30)) == used
    assert await people.token_by("digest-2", NOW + timedelta(hours=1)) is None
    assert await people.tokens(user.user_id) == (used, short)
    later = NOW + timedelta(days=1)
    await people.revoke_token("token_1", NOW)
    await people.revoke_token("token_1", later)
    assert await people.token_by("digest-1", NOW) is None
    assert (await people.tokens())[0].revoked_at == NOW
    with pytest.raises(NotFound):
        await people.revoke_token("token_x", NOW)


async def test_credentials_of_an_unknown_user_or_with_a_taken_digest_are_refused(people: PeopleStore) -> None:
    user = await people.local_administrator()
    token = ApiToken(token_id="token_1", user_id="user_x", name="ci", created_at=NOW)
    with pytest.raises(NotFound, match="user_x"):
        await people.add_token(token, "digest")
    await people.add_token(token.model_copy(update={"user_id": user.user_id}), "digest")
    with pytest.raises(Conflict):
        await people.add_token(ApiToken(token_id="token_2", user_id=user.user_id, name="b", created_at=NOW), "digest")


async def test_a_session_sums_up_the_tasks_it_made(stores: Stores) -> None:
    user = await stores.people.local_administrator()
    session = Session(session_id="session_1", user_id=user.user_id, machine_id="machine-001", connected_at=NOW)
    other = session.model_copy(update={"session_id": "session_2"})
    await stores.people.add_session(session)
    await stores.people.add_session(other)
    assert await stores.people.session("session_1") == session
    ended = await started(stores.tasks, session_id="session_1", usage=Usage(cost_usd=0.25))
    await stores.tasks.move(ended, ended.moved_to(TaskStatus.COMPLETED, NOW), [completed_event()])
    running = await started(stores.tasks, session_id="session_1", usage=Usage(cost_usd=0.5))
    await created(stores.tasks, usage=Usage(cost_usd=8))
    change = {"total_cost_usd": 0.75, "active_tasks": (running.task_id,)}
    assert await stores.people.session("session_1") == session.model_copy(update=change)
    assert await stores.people.sessions(user.user_id) == (session.model_copy(update=change), other)
    assert await stores.people.sessions("user_x") == ()
    await stores.people.end_session("session_1", NOW)
    assert (await stores.people.session("session_1")).disconnected_at == NOW
    for call in (stores.people.session("session_x"), stores.people.end_session("session_x", NOW)):
        with pytest.raises(NotFound, match="session_x"):
            await call


async def test_cancelled_by_whom_is_told(store: TaskStore) -> None:
    task = await created(store)
    data = CancelledData(usage=Usage(), cost_kind=CostKind.DEMO, duration_seconds=0, by="user_1")
    await store.move(task, task.moved_to(TaskStatus.CANCELLED, NOW), [TaskCancelled(data=data)])
    assert CancelledData.model_validate_json((await store.events(task.task_id))[-1].body) == data
