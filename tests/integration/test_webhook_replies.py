"""Replies against a real server on loopback, with the real store and a clock of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.provider_api import ProviderApi, provider_api
from tests.support.tasks import a_task, an_input

from machine.domain.aio import cancel_and_wait
from machine.domain.costs import Usage
from machine.domain.errors import Conflict, NotFound, StaleTask
from machine.domain.events import EndedData, TaskCompleted
from machine.domain.happening import Actor, Happening, RepositoryRef
from machine.domain.ids import new_id
from machine.domain.reply import Reply, ReplyState
from machine.domain.task import Task, TaskSource, TaskStatus
from machine.domain.webhook import Delivery, DeliveryOutcome, ProviderName, Webhook
from machine.domain.webhook_trigger import WhenBusy
from machine.engine.reply_calls import ReplyCalls
from machine.engine.webhook_replies import MAX_ATTEMPTS, TROUBLE_AFTER, WebhookReplies
from machine.outgoing import HttpOutgoing
from machine.ports import Start, Terms
from machine.registry.folders import replace_file
from machine.registry.webhook_files import webhook_files
from machine.registry.webhook_registry import WebhookRegistry
from machine.store.database import Database
from machine.store.deliveries import SqlDeliveryStore
from machine.store.opening import open_database
from machine.store.replies import SqlReplyStore
from machine.store.task_store import SqlTaskStore
from machine.webhooks.replies import mark_in

TOKEN = "the-token-1234"
NOTES = "/api/v4/projects/31/merge_requests/4/notes"
MERGE_REQUEST = Happening(
    provider="gitlab",
    event="merge_request",
    action="open",
    number="4",
    actor=Actor(id="1"),
    fields={"project_id": "31", "place": "merge_requests"},
)
ISSUE = Happening(
    provider="github",
    event="issues",
    action="opened",
    number="12",
    repository=RepositoryRef(full_name="acme/kettle"),
)
COMMAND = Happening(provider="slack", event="command", kind="command", fields={"channel": "C1", "thread": ""})


class Given:
    """Variables out of a dictionary."""

    def __init__(self) -> None:
        self.values = {"REPLY_TOKEN": TOKEN}

    async def values_of(self, names: Iterable[str]) -> Mapping[str, str]:
        return {name: self.values[name] for name in names if name in self.values}


@dataclass
class Desk:
    """Everything around replies, and the hands to move it."""

    api: ProviderApi
    database: Database
    folder: Path
    variables: Given = field(default_factory=Given)
    at: datetime = datetime(2026, 11, 3, 9, 0, 0, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.tasks = SqlTaskStore(self.database, machine_id="machine-001", clock=self.now)
        self.deliveries = SqlDeliveryStore(self.database, clock=self.now)
        self.store = SqlReplyStore(self.database)
        self.registry = WebhookRegistry(self.folder)
        self.outgoing = HttpOutgoing()
        self.replies = self.attending()

    def attending(self, public_url: str | None = "https://m.example") -> WebhookReplies:
        """Another one that knows nothing of the first, as after a restart."""
        return WebhookReplies(
            store=self.store,
            tasks=self.tasks,
            calls=ReplyCalls(self.registry, self.deliveries, self.variables),
            outgoing=self.outgoing,
            clock=self.now,
            public_url=public_url,
        )

    def now(self) -> datetime:
        return self.at

    async def webhook(self, provider: str = "gitlab", **changes: Any) -> None:
        """Put a webhook called `hook` in force."""
        await asyncio.to_thread(self._webhook, provider, **changes)

    def _webhook(self, provider: str, **changes: Any) -> None:
        triggers = [{"events": ["*"], "agent": "planning", "reply": True}]
        fields = {"name": "hook", "provider": provider, "secret": "a-long-enough-secret", "triggers": triggers}
        reply = {"token_ref": "REPLY_TOKEN"}
        webhook = Webhook.model_validate({**fields, "base_url": self.api.url, "reply": reply, **changes})
        (file,) = webhook_files(webhook).values()
        self.registry.shelf.folder.mkdir(parents=True, exist_ok=True)
        replace_file(self.registry.shelf.place(webhook.name), file.content)
        self.registry.shelf.refresh(frozenset())

    async def running(
        self, happening: Happening = MERGE_REQUEST, *, hops: int = 0, reply: bool = True, webhook: str = "hook"
    ) -> Task:
        """A task that a delivery started."""
        delivery_id = new_id("delivery")
        about = {"webhook": webhook, "delivery_id": delivery_id, "hops": hops}
        task = a_task(
            source=TaskSource.WEBHOOK,
            source_metadata={**about, **({"reply": True} if reply else {})},
            created_at=self.at,
        )
        delivery = Delivery(
            delivery_id=delivery_id,
            webhook=webhook,
            provider=ProviderName(happening.provider),
            provider_delivery_id=delivery_id,
            event=happening.full_event,
            received_at=self.at,
            headers={},
            body=b"{}",
            outcome=DeliveryOutcome.ACCEPTED,
            task_ids=(task.task_id,),
            happening=happening,
        )
        terms = Terms(webhook=webhook, trigger="1", when_busy=WhenBusy.ENQUEUE, rate_per_minute=6000)
        start = Start(task=task, first_input=an_input(task), terms=terms)
        await self.deliveries.accept(delivery, [start], user_id="user_1")
        task = await self.tasks.get(task.task_id)
        return await self.tasks.move(task, task.moved_to(TaskStatus.RUNNING, self.at), [])

    async def ended(self, task: Task, result: str = "It leaks.", status: TaskStatus = TaskStatus.COMPLETED) -> Task:
        new = task.moved_to(status, self.at, result=result, usage=Usage(cost_usd=0.25))
        told = TaskCompleted(data=EndedData(usage=new.usage, cost_kind=new.cost_kind, duration_seconds=1))
        return await self.tasks.move(task, new, [told])

    async def finished(self, happening: Happening = MERGE_REQUEST, result: str = "It leaks.", **about: Any) -> Task:
        return await self.ended(await self.running(happening, **about), result)

    async def look(self, replies: WebhookReplies | None = None, *, after: float = 0) -> None:
        """Attend to what is due `after` seconds."""
        self.at += timedelta(seconds=after)
        await self.done(await (replies or self.replies).look())

    async def done(self, begun: Sequence["asyncio.Task[None]"]) -> None:
        if begun:
            await asyncio.wait(begun)

    async def of(self, task: Task) -> Reply:
        found = await self.store.of(task.task_id)
        assert found is not None
        return found


@asynccontextmanager
async def a_desk(folder: Path, api: ProviderApi) -> AsyncIterator[Desk]:
    database = await open_database(folder / "db" / "machine.db", "0.1.0", on_committed=lambda _: None)
    desk = Desk(api, database, folder / "config")
    try:
        yield desk
    finally:
        await desk.outgoing.close()
        await database.close()


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderApi]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    with provider_api() as serving:
        yield serving


@pytest.fixture
async def desk(tmp_path: Path, api: ProviderApi) -> AsyncIterator[Desk]:
    async with a_desk(tmp_path, api) as made:
        await made.webhook()
        yield made


# --- once -----------------------------------------------------------------------------------------------------------


async def test_a_result_becomes_a_note_at_the_merge_request(desk: Desk) -> None:
    task = await desk.finished(hops=1)
    await desk.look()
    (asked,) = desk.api.asked
    assert (asked.method, asked.path) == ("POST", NOTES)
    assert asked.headers["private-token"] == TOKEN
    said = asked.body["body"]
    assert said.startswith(f"It leaks.\n\n_Cost: $0.25 · [task](https://m.example/tasks/{task.task_id})_")
    mark = mark_in(said)
    assert mark is not None
    assert (mark.task_id, mark.hops) == (task.task_id, 2)
    reply = await desk.of(task)
    assert (reply.state, reply.attempts, reply.last_error) == (ReplyState.SENT, 1, "")
    await desk.look(after=7200)
    await desk.look(desk.attending(), after=7200)
    assert len(desk.api.asked) == 1


async def test_a_result_becomes_a_comment_at_the_issue(desk: Desk) -> None:
    await desk.webhook("github")
    task = await desk.finished(ISSUE)
    await desk.look()
    (asked,) = desk.api.asked
    assert (asked.method, asked.path) == ("POST", "/repos/acme/kettle/issues/12/comments")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert asked.body["body"].startswith("It leaks.")
    assert (await desk.of(task)).url == "https://there.example/comments/1"


async def test_without_a_public_address_there_is_no_link(desk: Desk) -> None:
    await desk.finished()
    await desk.look(desk.attending(public_url=None))
    assert "It leaks.\n\n_Cost: $0.25_\n" in desk.api.comments[0]


async def test_errors_of_the_server_are_outlived_and_the_reply_is_there_once(desk: Desk) -> None:
    desk.api.steps = [500, 500]
    task = await desk.finished()
    for _ in range(3):
        await desk.look()
        await desk.look(after=1)  # not yet
        desk.at += timedelta(minutes=2)
    assert len(desk.api.posts()) == 3
    assert len(desk.api.comments) == 1
    reply = await desk.of(task)
    assert (reply.state, reply.attempts) == (ReplyState.SENT, 3)


async def test_a_reply_whose_answer_was_lost_is_found_and_not_sent_twice(desk: Desk) -> None:
    desk.api.steps = ["take and drop"]
    task = await desk.finished()
    await desk.look()
    unsure = await desk.of(task)
    assert (unsure.state, unsure.unsure) == (ReplyState.DUE, True)
    assert "did not answer" in unsure.last_error
    await desk.look(after=10)
    assert [asked.method for asked in desk.api.asked] == ["POST", "GET"]
    assert desk.api.asked[1].path.startswith(f"{NOTES}?")
    assert desk.api.asked[1].headers["private-token"] == TOKEN
    assert (await desk.of(task)).state is ReplyState.SENT
    assert len(desk.api.comments) == 1


async def test_a_reply_that_got_lost_is_looked_for_and_sent_again(desk: Desk) -> None:
    desk.api.steps = ["drop"]
    task = await desk.finished()
    await desk.look()
    await desk.look(after=10)
    assert [asked.method for asked in desk.api.asked] == ["POST", "GET", "POST"]
    assert (await desk.of(task)).state is ReplyState.SENT
    assert len(desk.api.comments) == 1


async def test_what_was_under_way_when_the_machine_died_is_looked_for_first(desk: Desk) -> None:
    desk.api.steps = ["take and hold"]
    task = await desk.finished()
    (under_way,) = await desk.replies.look()
    async with asyncio.timeout(10):
        while not desk.api.comments:
            await asyncio.sleep(0.01)
    assert (await desk.of(task)).state is ReplyState.SENDING
    await cancel_and_wait(under_way)
    await desk.look(desk.attending(), after=10)
    assert [asked.method for asked in desk.api.asked] == ["POST", "GET"]
    assert (await desk.of(task)).state is ReplyState.SENT


async def test_two_who_attend_at_once_do_not_send_twice(desk: Desk) -> None:
    await desk.finished()
    first, second = desk.attending(), desk.attending()
    for begun in await asyncio.gather(first.look(), second.look()):
        await desk.done(begun)
    assert len(desk.api.comments) == 1


async def test_two_who_find_what_a_dead_machine_left_do_not_both_send_it(desk: Desk) -> None:
    task = await desk.finished()
    due = await desk.of(task)
    await desk.store.save(due, due.changed(desk.at, state=ReplyState.SENDING, attempts=1, unsure=True))
    first, second = desk.attending(), desk.attending()
    for begun in await asyncio.gather(first.look(), second.look()):
        await desk.done(begun)
    assert [asked.method for asked in desk.api.asked] == ["GET", "POST"]


async def test_one_server_is_asked_one_thing_at_a_time_whoever_asks(desk: Desk) -> None:
    await desk.webhook(name="other")
    desk.api.steps = ["take and hold"]
    tasks = [await desk.finished(webhook=name) for name in ("hook", "other", "hook")]
    begun = await desk.replies.look()
    assert len(begun) == 1
    for _ in range(3):
        assert await desk.replies.look() == ()
    states = [(await desk.of(task)).state for task in tasks]
    assert states.count(ReplyState.DUE) >= 2
    desk.api.let_go.set()
    await desk.done(begun)
    for _ in range(3):
        await desk.look(after=10)
    assert len(desk.api.comments) == 3


# --- patience and its end -------------------------------------------------------------------------------------------


async def test_a_refusal_ends_it_and_is_said_without_the_token(desk: Desk) -> None:
    desk.api.steps = [(403, {}, {"message": f"{TOKEN} may not comment"})]
    task = await desk.finished()
    await desk.look()
    reply = await desk.of(task)
    assert (reply.state, reply.attempts) == (ReplyState.GIVEN_UP, 1)
    assert reply.last_error == "the server answered 403: [redacted] may not comment"
    await desk.look(after=7200)
    assert len(desk.api.asked) == 1


async def test_a_server_that_asks_for_time_gets_it(desk: Desk) -> None:
    desk.api.steps = [(429, {"retry-after": "300"}, {"message": f"{TOKEN} is too fast"})]
    task = await desk.finished()
    await desk.look()
    assert (await desk.of(task)).last_error == "the server answered 429: [redacted] is too fast"
    await desk.look(after=290)
    assert len(desk.api.asked) == 1
    await desk.look(after=15)
    assert [asked.method for asked in desk.api.asked] == ["POST", "POST"]
    assert (await desk.of(task)).state is ReplyState.SENT


async def test_a_server_that_never_works_is_given_up_within_hours(desk: Desk) -> None:
    await desk.webhook(base_url="http://127.0.0.1:9")
    task = await desk.finished()
    for _ in range(MAX_ATTEMPTS + 3):
        await desk.look(after=3600)
    reply = await desk.of(task)
    assert (reply.state, reply.attempts, reply.unsure) == (ReplyState.GIVEN_UP, MAX_ATTEMPTS, False)
    assert "127.0.0.1 cannot be reached" in reply.last_error


async def test_where_nobody_can_look_it_is_not_sent_a_second_time(desk: Desk) -> None:
    await desk.webhook("slack")
    task = await desk.finished(COMMAND)
    desk.api.steps = ["drop"]
    await desk.look()
    await desk.look(after=10)
    reply = await desk.of(task)
    assert (reply.state, reply.unsure) == (ReplyState.GIVEN_UP, True)
    assert "nobody knows whether it arrived" in reply.last_error
    assert len(desk.api.posts()) == 1
    desk.api.steps = [(200, {}, {"ok": True})]
    await desk.replies.retry(task.task_id)
    await desk.look()
    assert (await desk.of(task)).state is ReplyState.SENT


async def test_where_looking_is_forbidden_it_is_not_sent_a_second_time(desk: Desk) -> None:
    desk.api.steps, desk.api.lookup_status = ["take and drop"], 403
    task = await desk.finished()
    await desk.look()
    await desk.look(after=10)
    reply = await desk.of(task)
    assert (reply.state, len(desk.api.comments)) == (ReplyState.GIVEN_UP, 1)
    assert "looking fails" in reply.last_error


async def test_a_redirect_does_not_take_the_token_elsewhere(desk: Desk) -> None:
    with provider_api() as elsewhere:
        desk.api.steps = [(307, {"location": f"{elsewhere.url}/x"}, {})]
        task = await desk.finished()
        await desk.look()
        assert elsewhere.asked == []
    assert "base_url" in (await desk.of(task)).last_error


async def test_one_that_was_given_up_can_be_tried_by_hand(desk: Desk) -> None:
    desk.variables.values.clear()
    task = await desk.finished()
    await desk.look()
    reply = await desk.of(task)
    assert reply.state is ReplyState.GIVEN_UP
    assert "REPLY_TOKEN" in reply.last_error
    desk.variables.values["REPLY_TOKEN"] = TOKEN
    again = await desk.replies.retry(task.task_id)
    assert (again.state, again.attempts) == (ReplyState.DUE, 0)
    with pytest.raises(Conflict):
        await desk.replies.retry(task.task_id)
    await desk.look()
    assert (await desk.of(task)).state is ReplyState.SENT
    with pytest.raises(Conflict, match="sent"):
        await desk.replies.retry(task.task_id)
    with pytest.raises(NotFound):
        await desk.replies.retry("task_none")


async def test_a_webhook_whose_replies_fail_in_a_row_says_so_until_one_arrives(desk: Desk) -> None:
    for _ in range(TROUBLE_AFTER):
        assert await desk.replies.trouble("hook") is None
        desk.api.steps = [403]
        await desk.finished()
        await desk.look(after=1)
    assert "403" in str(await desk.replies.trouble("hook"))
    await desk.finished()
    await desk.look(after=1)
    assert await desk.replies.trouble("hook") is None


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ({"enabled": False}, "switched off"),
        ({"reply": None, "triggers": []}, "no settings for replies"),
        ({"provider": "github"}, "is for github now"),
    ],
)
async def test_what_cannot_be_sent_is_given_up_with_the_reason(desk: Desk, spoil: dict[str, Any], why: str) -> None:
    task = await desk.finished()
    await desk.webhook(**spoil)
    await desk.look()
    reply = await desk.of(task)
    assert (reply.state, desk.api.asked) == (ReplyState.GIVEN_UP, [])
    assert why in reply.last_error


@pytest.mark.parametrize("token", ["a\nb", "ä", "  "])
async def test_what_can_be_no_token_is_not_sent(desk: Desk, token: str) -> None:
    desk.variables.values["REPLY_TOKEN"] = token
    task = await desk.finished()
    await desk.look()
    assert ((await desk.of(task)).state, desk.api.asked) == (ReplyState.GIVEN_UP, [])


async def test_a_webhook_that_was_deleted_or_a_delivery_that_is_gone_answers_nothing(desk: Desk) -> None:
    task = await desk.finished()
    await desk.deliveries.prune(desk.at + timedelta(days=1))
    await desk.look()
    assert "delivery" in (await desk.of(task)).last_error
    other = await desk.finished()
    await asyncio.to_thread(desk.registry.shelf.place("hook").unlink)
    await asyncio.to_thread(desk.registry.shelf.refresh, frozenset())
    await desk.look()
    assert "no webhook hook any more" in (await desk.of(other)).last_error


# --- nothing to say -------------------------------------------------------------------------------------------------


async def test_an_agent_that_wants_no_reply_gets_none(desk: Desk) -> None:
    task = await desk.finished(result="All is well.\n\nNO_REPLY")
    await desk.look()
    reply = await desk.of(task)
    assert (reply.state, desk.api.asked) == (ReplyState.NOT_WANTED, [])
    assert "NO_REPLY" in reply.last_error


async def test_a_cancelled_task_says_nothing(desk: Desk) -> None:
    task = await desk.ended(await desk.running(), status=TaskStatus.CANCELLED)
    await desk.look()
    assert ((await desk.of(task)).state, desk.api.asked) == (ReplyState.NOT_WANTED, [])


async def test_a_task_that_was_not_asked_to_reply_has_no_reply(desk: Desk) -> None:
    task = await desk.finished(reply=False)
    await desk.look()
    assert await desk.store.of(task.task_id) is None
    assert desk.api.asked == []


async def test_a_reply_comes_into_being_with_the_end_of_its_task_or_not_at_all(desk: Desk) -> None:
    task = await desk.running()
    assert await desk.store.of(task.task_id) is None
    await desk.ended(task)
    with suppress(StaleTask):
        await desk.ended(task, "Once more.")
    assert (await desk.of(task)).state is ReplyState.DUE
    await desk.look()
    assert len(desk.api.comments) == 1
