"""Which agent a task is for: a name, a rule, the Brain's checked answer, the default, in this order."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from machine.domain.agent import AgentForm, SubAgent
from machine.domain.clock import utc_now
from machine.domain.code import CodeSource
from machine.domain.costs import CostKind
from machine.domain.errors import NotFound
from machine.domain.principal import Principal, Role, User, Via
from machine.domain.routing import PROVIDERS, RoutingRule, Wish
from machine.domain.task import Routing, TaskSource
from machine.domain.webhook import ProviderName
from machine.engine.brain_questions import Said
from machine.engine.brain_routing import checked
from machine.engine.new_tasks import NewTasks
from machine.engine.profiles import is_untrusted
from machine.engine.task_request import TaskRequest
from machine.engine.task_router import TaskRouter
from machine.registry.agent_files import agent_files, read_agent
from machine.registry.builtin_definitions import builtin_agents

PERSON = Principal(user=User(user_id="user_1", name="Ada", role=Role.MEMBER), via=Via.BROWSER, credential_id="login_1")
JIRA = {"provider": "jira", "event": "jira:issue_created", "webhook": "tickets", "labels": ["Bug", "urgent"]}


class Agents:
    """The agents that come with the program, and some more."""

    def __init__(self, *more: SubAgent) -> None:
        builtin = {name: found.model for name, found in builtin_agents().items()}
        self.by_name = {**builtin, **{agent.name: agent for agent in more}}

    def get(self, name: str) -> SubAgent:
        if name not in self.by_name:
            raise NotFound(f"There is no agent called {name!r}.")
        return self.by_name[name]

    def all(self) -> tuple[SubAgent, ...]:
        return tuple(self.by_name.values())


def custom(name: str, *rules: dict[str, Any], **fields: Any) -> SubAgent:
    return SubAgent(name=name, description="Does it.", instructions="Do it.", routing=rules, **fields)


def new_tasks(*more: SubAgent, asks_brain: bool = True) -> NewTasks:
    return NewTasks(
        agents=Agents(*more),
        clock=utc_now,
        machine_id="machine-001",
        default_agent="planning",
        timeout_seconds=3600,
        cost_kind=lambda: CostKind.BILLED,
        asks_brain=asks_brain,
    )


def decided(wish: Wish, *more: SubAgent) -> Routing | None:
    return TaskRouter().decide(wish, Agents(*more).all(), default_agent="planning")


def from_jira(**fields: Any) -> TaskRequest:
    return TaskRequest(message="It is broken?", source=TaskSource.WEBHOOK, source_metadata=JIRA, **fields)


def test_a_jira_webhooks_task_goes_to_planning() -> None:
    task = new_tasks().from_request(from_jira(), PERSON)
    assert task.assigned_agent == "planning"
    assert not task.awaits_routing
    assert task.routing == Routing(decision="planning", reason="rule 1 of agent planning: source jira")


def test_an_approved_plan_goes_to_the_executor() -> None:
    makes = new_tasks(custom("thief", {"keywords": ["plan"]}))
    planned = makes.from_request(from_jira(), PERSON)
    task = makes.from_plan(planned, "1. Do the plan.", PERSON)
    assert task.assigned_agent == "executor"
    assert task.routing is not None
    assert task.routing.reason == f"named by the approved plan of {planned.task_id}"
    assert task.parent_task_id == planned.task_id
    assert "1. Do the plan." in task.input_message


def test_the_task_of_an_untrusted_plan_stays_untrusted() -> None:
    metadata = {**JIRA, "profile": "untrusted"}
    request = TaskRequest(message="Do it.", source=TaskSource.WEBHOOK, source_metadata=metadata)
    planned = new_tasks().from_request(request, PERSON)
    assert is_untrusted(new_tasks().from_plan(planned, "The plan.", PERSON))


@pytest.mark.parametrize(
    "message",
    [
        "Which of these two ways is better?",
        "The build takes an hour. Is that normal?",
        "How does the login work",
        "为什么?" + "\n",
        "Was ist das？",
    ],
)
def test_a_question_goes_to_the_consultant(message: str) -> None:
    task = new_tasks().from_request(TaskRequest(message=message, source=TaskSource.DASHBOARD), PERSON)
    assert task.assigned_agent == "consultant"
    assert not task.awaits_routing


@pytest.mark.parametrize(
    "message",
    [
        "Could you add a login page?",
        "Please look: why does it fail?",
        "Add a page that asks: are you sure? Then delete.",
        "When the button is pressed, nothing happens.",
        "However you do it, make it fast",
        "What we need is a page\nwith a button",
        "What is wrong\n" + "with this log line\n" * 50,
    ],
)
def test_what_only_looks_like_a_question_is_left_to_the_brain(message: str) -> None:
    assert new_tasks().from_request(TaskRequest(message=message), PERSON).awaits_routing


def test_an_agent_that_is_named_gets_the_task_whatever_the_rules_say() -> None:
    task = new_tasks().from_request(from_jira(agent="executor"), PERSON)
    assert task.assigned_agent == "executor"
    assert task.routing == Routing(decision="executor", reason="named by the request")


def test_a_webhooks_target_comes_before_the_rules() -> None:
    request = from_jira(agent="consultant", named_by="trigger 1 of the webhook")
    task = new_tasks().from_request(request, PERSON)
    assert (task.assigned_agent, task.routing and task.routing.reason) == (
        "consultant",
        "named by trigger 1 of the webhook",
    )


def test_an_agent_that_is_named_and_is_not_there_is_refused() -> None:
    with pytest.raises(NotFound):
        new_tasks().from_request(TaskRequest(message="hi", agent="nobody"), PERSON)


def test_a_custom_agent_that_matches_is_chosen_before_a_builtin_one() -> None:
    wish = Wish(message="", source=TaskSource.WEBHOOK, provider="jira", event="jira:issue_created")
    found = decided(wish, custom("triage", {"events": ["jira:*"]}))
    assert found == Routing(
        decision="triage", reason="rule 1 of agent triage: event jira:issue_created", runner_up="planning"
    )


def test_of_two_rules_the_one_that_asks_for_more_decides_then_the_name() -> None:
    wish = Wish(message="deploy it", source=TaskSource.WEBHOOK, provider="github", labels=("bug",))
    plain, exact = custom("a-plain", {"labels": ["bug"]}), custom("z-exact", {"labels": ["bug"], "sources": ["github"]})
    twin = custom("b-plain", {"labels": ["BUG"]})
    found = decided(wish, twin, plain, exact)
    assert found is not None
    assert (found.decision, found.runner_up) == ("z-exact", "a-plain")
    found = decided(wish, twin, plain)
    assert found is not None
    assert (found.decision, found.runner_up) == ("a-plain", "b-plain")


def test_all_fields_of_a_rule_have_to_fit_and_the_reason_names_them() -> None:
    rule = {"sources": ["github"], "events": ["issues.*"], "labels": ["bug"], "keywords": ["dead lock"]}
    wish = Wish(
        message="There is a Dead-Lock, see below.",
        source=TaskSource.WEBHOOK,
        provider="github",
        event="issues.opened",
        labels=("Bug",),
    )
    agent = custom("fixer", {"keywords": ["never"]}, rule)
    found = decided(wish, agent)
    assert found is not None
    why = "source github, event issues.opened, label bug, keyword dead lock"
    assert found.reason == f"rule 2 of agent fixer: {why}"
    for other in ({"provider": "gitlab"}, {"event": "push"}, {"event": ""}, {"labels": ()}, {"message": "locked dead"}):
        assert decided(Wish(**{**wish.model_dump(), **other}), agent) is None


@pytest.mark.parametrize(
    ("keyword", "message", "fits"),
    [
        ("bug", "A bug.", True),
        ("bug", "Debugging", False),
        ("bug", "bugs", False),
        ("BUG", "bug", True),
        ("größe", "Die GRÖSSE stimmt", True),
        ("straße", "STRASSE", True),
        ("roll back", "Roll   back!", True),
        ("roll back", "back, roll", False),
        ("late", "x " * 20_000 + "late", False),
    ],
)
def test_keywords_are_whole_words_without_regard_to_case(keyword: str, message: str, fits: bool) -> None:
    assert (RoutingRule(keywords=(keyword,)).fits(Wish(message=message)) is not None) is fits


def test_a_keyword_in_the_title_counts() -> None:
    assert RoutingRule(keywords=("outage",)).fits(Wish(message="see title", title="Outage!")) == "keyword outage"


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"sources": ["jria"]},
        {"events": ["(a+)+$"]},
        {"keywords": [" "]},
        {"keywords": ["(a+)+"]},
        {"keywords": ["a" * 101]},
        {"labels": [""]},
        {"question": "yes"},
        {"questions": True},
    ],
)
def test_a_rule_that_cannot_work_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        RoutingRule.model_validate(rule)


@settings(max_examples=50)
@given(st.text(max_size=500), st.text(max_size=50))
def test_no_text_breaks_a_rule(message: str, title: str) -> None:
    rule = RoutingRule(keywords=("a b",), question=True)
    assert rule.fits(Wish(message=message, title=title)) in (None, "keyword a b, a question")


def test_the_brain_has_no_rules_of_its_own_and_no_task_without_a_name() -> None:
    brain = custom("brain", {"keywords": ["hello"]})
    assert decided(Wish(message="hello"), brain) is None
    assert "brain" not in [a.name for a in TaskRouter().candidates(Agents().all(), default_agent="planning")]


def test_what_no_rule_decides_waits_for_the_brain_at_the_default_agent() -> None:
    task = new_tasks().from_request(TaskRequest(message="Make it better."), PERSON)
    assert task.awaits_routing
    assert task.assigned_agent == "planning"
    assert task.routing is not None
    assert "waiting for the Brain" in task.routing.reason


def test_where_the_brain_is_not_to_be_asked_the_default_agent_takes_it_at_once() -> None:
    task = new_tasks(asks_brain=False).from_request(TaskRequest(message="Make it better."), PERSON)
    assert not task.awaits_routing
    assert task.routing == Routing(decision="planning", reason="default agent: no rule decides")


def test_a_follow_up_and_a_retry_keep_their_agent() -> None:
    makes = new_tasks(custom("other", {"keywords": ["bug"]}))
    before = makes.from_request(TaskRequest(message="hi", agent="executor"), PERSON)
    again = makes.follow_up(before, "a bug", PERSON)
    assert (again.assigned_agent, again.awaits_routing) == ("executor", False)
    assert again.routing is not None
    assert again.routing.reason == "agent of the conversation"
    assert makes.retry_of(before, PERSON).assigned_agent == "executor"


NAMES = ("planning", "executor", "consultant")


def test_the_brains_checked_answer_decides_and_keeps_reason_and_runner_up() -> None:
    said = Said(structured={"agent": "executor", "reason": "It is\n small.", "runner_up": "planning"})
    assert checked(said, NAMES) == Routing(decision="executor", reason="the Brain: It is small.", runner_up="planning")


@pytest.mark.parametrize(
    "said",
    [
        Said(structured={"agent": "nobody", "reason": "x"}),
        Said(structured={"agent": "brain", "reason": "x"}),
        Said(structured={"reason": "x"}),
        Said(structured=None),
        Said(structured=["executor"]),
        Said(structured={"agent": ["executor"], "reason": "x"}),
        Said(structured={"agent": "executor", "reason": "x"}, problem="it has not answered within 60 seconds"),
    ],
)
def test_an_answer_that_names_no_agent_falls_to_the_default(said: Said) -> None:
    found = checked(said, NAMES)
    assert found.decision == "planning"
    assert found.reason.startswith("default agent: ")
    if said.problem:
        assert said.problem in found.reason


def test_a_runner_up_that_is_nobody_is_left_out() -> None:
    assert checked(Said(structured={"agent": "executor", "reason": "x", "runner_up": "x"}), NAMES).runner_up is None


def test_what_the_wish_said_of_its_limits_stays_when_it_gets_another_agent() -> None:
    makes = new_tasks(custom("quick", priority=7, max_turns=3, max_budget_usd=50, timeout_seconds=60))
    task = makes.from_request(TaskRequest(message="Make it.", max_budget_usd=5), PERSON)
    given = makes.given_to(task, Routing(decision="quick", reason="x"))
    assert (given.limits.max_budget_usd, given.limits.max_turns, given.limits.timeout_seconds) == (5, 3, 60)
    assert (given.priority, given.awaits_routing, given.assigned_agent) == (7, False, "quick")


def test_a_task_that_gets_another_agent_leaves_the_code_and_the_credentials_of_the_first_behind() -> None:
    own = CodeSource(repository="https://example.com/shop.git", credentials="SHOP_TOKEN")
    makes = new_tasks(custom("owner", code=own), custom("other"))
    asked = CodeSource(repository="https://example.com/shop.git", ref="main")
    task = makes.from_request(TaskRequest(message="Look.", agent="owner", code=asked), PERSON)
    assert task.code is not None
    assert task.code.credentials == "SHOP_TOKEN"
    other, back = Routing(decision="other", reason="x"), Routing(decision="owner", reason="x")
    given = makes.given_to(task, other)
    assert given.code == asked
    assert makes.given_to(given, back).code == task.code
    bare = makes.from_request(TaskRequest(message="Look.", agent="owner"), PERSON)
    assert makes.given_to(bare, other).code is None


def test_rules_are_kept_in_agent_yaml_and_only_what_they_say() -> None:
    form = AgentForm(
        name="triage", description="d", instructions="i", routing=({"labels": ("bug",)}, {"question": True})
    )
    files = agent_files(form.model_dump(mode="json"))
    assert b"question: false" not in files["agent.yaml"].content
    assert read_agent("triage", files).model.routing == form.routing


def test_the_providers_that_rules_know_are_those_there_are() -> None:
    assert tuple(ProviderName) == PROVIDERS


def test_the_documents_say_what_rules_there_are() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "routing.md"
    text = page.read_text(encoding="utf-8")
    assert all(f"`{field}`" in text for field in RoutingRule.model_fields)
