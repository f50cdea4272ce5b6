"""Budgets of a day, set and removed on their page, and what everybody is told of them."""

import re

import pytest
from playwright.sync_api import expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.test_accessibility import faultless
from tests.e2e.test_definitions import fills, sees_alert
from tests.e2e.test_settings import row
from tests.support.daemon import DaemonProcess

USED_UP = "The machine’s budget for today is used up."


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def limits(daemon: DaemonProcess) -> dict[str, float | None]:
    return {one["label"]: one["daily_usd"] for one in daemon.get("/api/budgets")["items"]}


def parked(daemon: DaemonProcess) -> str:
    """The id of a task that a budget holds back, or will in a moment."""
    return str(daemon.post("/api/tasks", {"message": "demo:edit", "agent": "executor"})["task_id"])


def test_a_used_up_budget_is_told_on_every_page_and_a_task_is_let_through(
    person: Person, open_page: OpenPage, daemon: DaemonProcess
) -> None:
    other = open_page().opens("/tasks")
    person.opens("/settings/budgets")
    person.presses("Limit of All work together")
    fills(person, Dollars_a_day_for_all_work_together="lots")
    sees_alert(person, "An amount such as 20 or 2.50.")
    fills(person, Dollars_a_day_for_all_work_together="0")
    person.presses("Save")
    expect(row(person, "All work together")).to_contain_text("Limit: $0 a day.")
    expect(row(person, "All work together")).to_contain_text("used up")
    # Everybody learns of it by itself, wherever they are.
    other.sees(USED_UP)
    other.page.get_by_role("link", name="Budgets").click()
    other.page.wait_for_url("**/settings/budgets")

    first, second = parked(daemon), parked(daemon)
    held = person.page.get_by_role("list", name="Held back today").get_by_role("listitem")
    expect(held).to_have_count(2)
    expect(held.first).to_contain_text(re.compile(r"executor · goes on in"))
    faultless(person, "budgets with tasks that wait")
    held.filter(has=person.page.locator(f'a[href="/tasks/{first}"]')).get_by_role("button").click()
    expect(held).to_have_count(1)
    person.waits(lambda: daemon.get(f"/api/tasks/{first}")["status"] == "completed", "the task that was let through")
    assert daemon.get(f"/api/tasks/{second}")["queue_reason"] == "budget"

    person.presses("Limit of All work together")
    person.presses("Remove the limit")
    expect(row(person, "All work together")).to_contain_text(re.compile(r"of demo money\. No limit\."))
    expect(other.page.get_by_text(USED_UP)).to_have_count(0)
    person.waits(lambda: daemon.get(f"/api/tasks/{second}")["status"] == "completed", "what was held back")
    expect(held).to_have_count(0)


def test_people_and_agents_get_limits_of_their_own(person: Person, daemon: DaemonProcess) -> None:
    person.opens("/settings/budgets")
    for label, usd in (("administrator", "12.50"), ("brain", "8"), ("planning", "3")):
        person.presses(f"Limit of {label}")
        person.page.get_by_label(f"Dollars a day for {label}").fill(usd)
        person.page.keyboard.press("Enter")
        expect(person.page.get_by_role("meter", name=f"Budget of {label}")).to_have_count(1)
        assert limits(daemon)[label] == float(usd)
    person.presses("Limit of planning")
    person.page.keyboard.press("Escape")
    expect(person.button("Remove the limit")).to_have_count(0)
    assert limits(daemon)["planning"] == 3
