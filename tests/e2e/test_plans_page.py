"""A plan that is ready is carried out from its page; a task comes to another agent from its own."""

import re

import pytest
from playwright.sync_api import expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.test_accessibility import faultless
from tests.support.daemon import DaemonProcess


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def completed(person: Person, wish: str) -> str:
    """The id of a task of the agent `planning`, which has done this; its page is open."""
    task_id = person.wishes(wish, agent="planning")
    person.sees_status("Completed")
    return task_id


def test_a_plan_is_carried_out_from_its_page_with_what_the_person_adds(person: Person, daemon: DaemonProcess) -> None:
    planned = completed(person, "Plan how to add a health check")
    plan = person.page.get_by_role("region", name="The plan")
    person.presses("Add a comment…")
    plan.get_by_role("textbox").fill("Begin with the tests.")
    person.page.reload()
    expect(plan.get_by_role("textbox")).to_have_value("Begin with the tests.")
    person.presses("Carry it out")
    person.waits(lambda: person.task_id != planned, "the task that carries it out")
    person.sees_status("Completed")
    done = daemon.get(f"/api/tasks/{person.task_id}")
    assert (done["assigned_agent"], done["parent_task_id"]) == ("executor", planned)
    assert "Begin with the tests." in done["input_message"]
    person.page.go_back()
    plan.get_by_role("link", name=re.compile("^Carry out: ")).click()
    person.page.wait_for_url(f"**/tasks/{done['task_id']}")


def test_a_plan_that_somebody_else_had_carried_out_leads_to_that_task(person: Person, daemon: DaemonProcess) -> None:
    planned = completed(person, "Plan how to paint a fence")
    expect(person.button("Carry it out")).to_be_enabled()
    daemon.post(f"/api/tasks/{planned}/approve-plan", {})
    person.presses("Carry it out")
    person.sees("The plan was not handed on.")
    expect(person.page.get_by_role("region", name="The plan").get_by_role("link")).to_contain_text("Carry out: ")
    expect(person.button("Carry it out again")).to_be_enabled()
    person.faults[:] = [fault for fault in person.faults if "409" not in fault]


def test_a_task_is_given_to_another_agent_and_the_next_one_like_it_comes_there(
    person: Person, daemon: DaemonProcess
) -> None:
    first = completed(person, "Say something about kettles")
    person.opens(f"/tasks/{first}?view=about")
    person.presses("Give it to another agent…")
    person.sees("A new task with the same wish starts there.")
    person.page.get_by_role("combobox", name="Agent").select_option("consultant")
    person.presses("From now on, all tasks like it…")
    expect(person.button("Give it to consultant")).to_be_disabled()
    person.page.get_by_label("Words in the title or the message").fill("kettles")
    faultless(person, "giving it away")
    person.presses("Give it to consultant")
    person.waits(lambda: person.task_id.startswith("task_") and person.task_id != first, "the new task")
    given = daemon.get(f"/api/tasks/{person.task_id}")
    assert (given["assigned_agent"], given["routing"]["runner_up"]) == ("consultant", "planning")
    assert daemon.get("/api/agents/consultant")["settings"]["routing"][-1]["keywords"] == ["kettles"]
    next_one = daemon.post("/api/tasks", {"message": "What are kettles?"})
    person.opens(f"/tasks/{next_one['task_id']}?view=about")
    expect(person.page.get_by_role("region", name="Routing")).to_contain_text("consultant")


def test_a_task_says_in_words_where_it_came_from(person: Person, daemon: DaemonProcess) -> None:
    daemon.post("/api/schedules", {"name": "tea", "cron": "0 4 * * *", "agent": "planning", "message": "Say tea."})
    run = daemon.post("/api/schedules/tea/run", {})
    person.opens(f"/tasks/{run['task_id']}?view=about")
    whence = person.page.get_by_role("region", name="Where it came from")
    expect(whence).to_contain_text("Run by hand by")
    expect(whence).to_contain_text("administrator")
    faultless(person, "about a task")
    whence.get_by_role("link", name="tea").click()
    person.page.wait_for_url("**/schedules/tea")
