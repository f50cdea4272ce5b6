"""What a reply says, and what a server's answer to it means. No network."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from machine.domain.costs import CostKind, Usage
from machine.domain.definitions import InvalidDefinition
from machine.domain.task import FailureReason, Task, TaskFailure, TaskStatus
from machine.domain.webhook import REPLYING, ProviderName, Webhook
from machine.engine.reply_text import Silence, said_of, without
from machine.engine.webhook_replies import DELAYS_SECONDS, JITTER, MAX_ATTEMPTS
from machine.ports import HttpAnswer
from machine.registry.webhook_files import read_webhook, webhook_files
from machine.webhooks.markdown import calling_nobody, closed
from machine.webhooks.replies import (
    MAX_FOOT_CHARS,
    Call,
    ReplyCall,
    ReplyTarget,
    compose,
    cut,
    harmless,
    mark_in,
    marked,
)
from machine.webhooks.reply_answers import MAX_WAIT_SECONDS, Again, Refused, Sent, judged, looked_up

NOW = datetime(2026, 11, 3, 9, 0, 0, tzinfo=UTC)
TASK = "task_01k9z0000000000000000000aa"
MARK = f"claude-code-agent {TASK} hop"


def a_task(status: TaskStatus = TaskStatus.COMPLETED, **changes: Any) -> Task:
    return Task.model_validate(
        {
            "task_id": TASK,
            "title": "T",
            "input_message": "Do it.",
            "status": status,
            "user_id": "user_1",
            "machine_id": "machine-001",
            "assigned_agent": "planning",
            "conversation_id": "conv_1",
            "claude_session_id": "s",
            "workspace": TASK,
            "created_at": NOW,
            "status_at": NOW,
            "usage": Usage(cost_usd=0.1234),
            "cost_kind": CostKind.DEMO,
            "result": "Done.",
            **changes,
        }
    )


# --- what is said ---------------------------------------------------------------------------------------------------


def test_a_finished_task_says_result_cost_and_link() -> None:
    said = said_of(a_task(), "https://m.example/")
    assert said == f"Done.\n\n_Cost: $0.12 (demo) · [task](https://m.example/tasks/{TASK})_"
    assert said_of(a_task(), None) == "Done.\n\n_Cost: $0.12 (demo)_"


def test_a_failed_task_says_why_in_the_machines_own_words() -> None:
    failure = TaskFailure.of(FailureReason.TIMEOUT, "It hung in /srv/ada/secret-project.")
    said = said_of(a_task(TaskStatus.FAILED, failure=failure, result="half"), "https://m.example")
    assert isinstance(said, str)
    assert said.startswith("This could not be finished: it took longer than it may.")
    assert "secret-project" not in said
    assert f"https://m.example/tasks/{TASK}" in said


@pytest.mark.parametrize("reason", FailureReason)
def test_there_are_words_for_every_failure(reason: FailureReason) -> None:
    assert isinstance(said_of(a_task(TaskStatus.FAILED, failure=TaskFailure.of(reason, "m")), None), str)


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (a_task(TaskStatus.CANCELLED), "cancelled"),
        (a_task(result="Nothing to do here.\n\nNO_REPLY"), "NO_REPLY"),
        (a_task(result=None), "said nothing"),
    ],
)
def test_some_tasks_say_nothing(task: Task, why: str) -> None:
    said = said_of(task, None)
    assert isinstance(said, Silence)
    assert why in said.why


def test_no_secret_is_said_even_if_the_agent_wrote_it() -> None:
    assert without("The token is glpat-1234567.", ("glpat-1234567", "")) == "The token is [redacted]."


@pytest.mark.parametrize(
    ("written", "posted"),
    [
        ("Thanks @ada and @acme/all!", "Thanks @\u200bada and @\u200bacme/all!"),
        ("mail ada@example.com", "mail ada@example.com"),
        ("use `@pytest.fixture` @all", "use `@pytest.fixture` @\u200ball"),
        ("a ` @all", "a ` @\u200ball"),
        (r"\`@all\`", "\\`@\u200ball\\`"),
        ("```py\n@cache\n```\n@all", "```py\n@cache\n```\n@\u200ball"),
        ("````\n```\n@cache\n````\n@all", "````\n```\n@cache\n````\n@\u200ball"),
        ("    ```\n@all", "    ```\n@\u200ball"),
        ("``` a`b\n@all", "``` a`b\n@\u200ball"),
        ("~~~\n```\n@cache\n~~~ x\n~~~\n@all", "~~~\n```\n@cache\n~~~ x\n~~~\n@\u200ball"),
    ],
)
def test_a_reply_calls_nobody_and_leaves_code_as_it_is(written: str, posted: str) -> None:
    assert calling_nobody(written) == posted
    assert posted in harmless(written) or written.startswith("/")


def test_a_block_of_code_that_was_left_open_does_not_swallow_what_follows() -> None:
    assert closed("a\n```py\nb") == "a\n```py\nb\n```"
    assert closed("a\n```py\nb\n```") == "a\n```py\nb\n```"
    assert compose("```\nb", cost_usd=0, cost_kind="billed", url="") == "```\nb\n```\n\n_Cost: $0.00_"


@pytest.mark.parametrize("result", ["word " * 5000, "```\n" + "word\n" * 5000, "`" * 20_000, "~" * 999 + "\nx" * 9999])
def test_what_is_cut_keeps_its_link_and_its_limit(result: str) -> None:
    whole = compose(result, cost_usd=1, cost_kind="billed", url="https://m.example/t")
    short = cut(whole, 4000)
    assert 3000 < len(short) <= 4000
    assert short.endswith("\n\n… (cut; the whole is in the task)\n\n_Cost: $1.00 · [task](https://m.example/t)_")
    assert MAX_FOOT_CHARS < 4000


def test_the_mark_is_found_in_what_was_made() -> None:
    target = ReplyTarget(SecretStr("t"), TASK, hops=1)
    found = mark_in(marked(cut("x" * 9000, 1000), target))
    assert found is not None
    assert (found.task_id, found.hops) == (TASK, 2)


# --- what the answer means ------------------------------------------------------------------------------------------

POST = ReplyCall("POST", "https://x.example/c", {}, {}, Call("GET", "https://x.example/c", {}), MARK)
SLACK = ReplyCall("POST", "https://x.example/c", {}, {}, None, TASK, ok_field="ok")
LINEAR = ReplyCall("POST", "https://x.example/c", {}, {}, None, MARK, ok_field="data")


def answer(status: int, body: Any = None, **headers: str) -> HttpAnswer:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(
        status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}, body=sent, whole=True
    )


@pytest.mark.parametrize(
    ("call", "given", "expected"),
    [
        (POST, answer(201, {"html_url": "https://github.com/c"}), Sent("https://github.com/c")),
        (POST, answer(201, {"html_url": "javascript:x"}), Sent()),
        (POST, answer(201, b"no json"), Sent()),
        (POST, answer(500, {"message": "Oh"}), Again("the server answered 500: Oh", unsure=True)),
        (POST, answer(502, b"<html>"), Again("the server answered 502", unsure=True)),
        (POST, answer(503, None, retry_after="7"), Again("the server answered 503", unsure=False, after_seconds=7)),
        (POST, answer(429, None), Again("the server answered 429", unsure=False)),
        (
            POST,
            answer(429, None, retry_after="Tue, 03 Nov 2026 09:02:00 GMT"),
            Again("the server answered 429", unsure=False, after_seconds=120),
        ),
        (POST, answer(429, None, retry_after="9" * 30), Again("the server answered 429", False, MAX_WAIT_SECONDS)),
        (POST, answer(429, None, retry_after="soon"), Again("the server answered 429", False, 1.0)),
        (
            POST,
            answer(
                403, {"message": "Slow"}, x_ratelimit_remaining="0", x_ratelimit_reset=str(int(NOW.timestamp()) + 9)
            ),
            Again("the server answered 403: Slow", unsure=False, after_seconds=9),
        ),
        (POST, answer(403, {"message": "Not you"}), Refused("the server answered 403: Not you")),
        (POST, answer(401, {"error": "invalid_token"}), Refused("the server answered 401: invalid_token")),
        (POST, answer(404, {"errorMessages": ["No issue"]}), Refused("the server answered 404: No issue")),
        (POST, answer(400, {"detail": "Bad"}), Refused("the server answered 400: Bad")),
        (POST, answer(422, [[[]]]), Refused("the server answered 422")),
        (SLACK, answer(200, {"ok": True}), Sent()),
        (SLACK, answer(200, {"ok": False, "error": "not_in_channel"}), Refused("the server declined: not_in_channel")),
        (SLACK, answer(200, {"ok": False, "error": "ratelimited"}), Again("the server declined: ratelimited", False)),
        (SLACK, answer(200, b"<html>"), Again("the server's answer cannot be read", unsure=True)),
        (LINEAR, answer(200, {"data": {"commentCreate": {"success": True}}}), Sent()),
        (LINEAR, answer(200, {"data": None, "errors": [{"message": "Gone"}]}), Refused("the server declined: Gone")),
        (
            LINEAR,
            answer(400, {"errors": [{"message": "Slow", "extensions": {"code": "RATELIMITED"}}]}),
            Again("the server answered 400: Slow", unsure=False),
        ),
    ],
)
def test_what_an_answer_means(call: ReplyCall, given: HttpAnswer, expected: Sent | Again | Refused) -> None:
    assert judged(call, given, NOW) == expected


def test_a_redirect_is_not_followed_with_a_token() -> None:
    found = judged(POST, answer(307, None, location="https://evil.example"), NOW)
    assert isinstance(found, Refused)
    assert "base_url" in found.why


def test_a_lookup_tells_whether_the_reply_is_there() -> None:
    there = [{"body": f"Done.\n\n<!-- {MARK} 1 -->"}]
    assert looked_up(POST, answer(200, there), NOW) is True
    assert looked_up(POST, answer(200, [{"body": f"see branch machine/{TASK}"}]), NOW) is False
    assert isinstance(looked_up(POST, answer(403, {}), NOW), Refused)
    assert looked_up(POST, answer(503, None), NOW) == Again("the server answered 503", unsure=True)
    assert isinstance(looked_up(SLACK, answer(200, {"ok": False, "error": "missing_scope"}), NOW), Refused)
    cut_short = answer(200, []).model_copy(update={"whole": False})
    assert isinstance(looked_up(POST, cut_short, NOW), Again)


def test_it_is_tried_eight_times_over_about_an_hour() -> None:
    assert MAX_ATTEMPTS == 8
    assert 3000 < sum(DELAYS_SECONDS) < 3600
    assert list(DELAYS_SECONDS) == sorted(DELAYS_SECONDS)
    assert 0 < JITTER < 0.5


# --- the definition -------------------------------------------------------------------------------------------------


def a_webhook(provider: ProviderName, **changes: Any) -> Webhook:
    triggers = [{"events": ["*"], "agent": "planning", "reply": True}]
    reply = {"token_ref": "REPLY_TOKEN"}
    fields = {"name": "hook", "provider": provider, "secret": "a-long-enough-secret", "triggers": triggers}
    return Webhook.model_validate({**fields, "reply": reply, **changes})


@pytest.mark.parametrize("provider", ProviderName)
def test_replies_are_taken_for_providers_that_can_be_answered(provider: ProviderName) -> None:
    webhook = a_webhook(provider, base_url="https://there.example")
    if provider in REPLYING:
        assert read_webhook("hook", webhook_files(webhook)).model == webhook
        return
    with pytest.raises(InvalidDefinition) as caught:
        read_webhook("hook", webhook_files(webhook))
    assert [fault.field for fault in caught.value.faults] == ["reply"]


def test_a_jira_that_is_to_be_answered_says_where_it_is() -> None:
    with pytest.raises(InvalidDefinition, match="base_url"):
        read_webhook("hook", webhook_files(a_webhook(ProviderName.JIRA)))


def test_what_is_odd_about_replies_is_said() -> None:
    silent = a_webhook(ProviderName.GITLAB, triggers=[], base_url="http://10.0.0.7")
    told = " ".join(silent.warnings())
    assert "unencrypted" in told
    assert "no trigger that says reply" in told
