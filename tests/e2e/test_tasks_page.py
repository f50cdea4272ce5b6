"""All tasks, however many; one task's files, events and words; what work cost; who is told."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Locator, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.test_accessibility import faultless
from tests.support.daemon import DaemonProcess
from tests.support.receiver import Receiver, receiver

PAST = 5_000
"""Tasks that were there before, older than all that a test makes."""
CALLS = 3_000
"""Of tools, in one of them."""


@pytest.fixture(scope="module", autouse=True)
def past(daemon: DaemonProcess) -> None:
    """A task of the real CLI, many times over: in the database itself, for nobody waits for thousands of them."""
    made = daemon.post("/api/tasks", {"message": "Say hello.", "agent": "executor"})
    while daemon.get(f"/api/tasks/{made['task_id']}")["status"] != "completed":
        pass
    with closing(sqlite3.connect(daemon.data_dir / "db" / "machine.db", timeout=30)) as database, database:
        database.row_factory = sqlite3.Row
        row = dict(database.execute("SELECT * FROM tasks WHERE task_id = ?", (made["task_id"],)).fetchone())
        names = list(row)
        insert = f"INSERT INTO tasks ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - ours
        database.executemany(insert, [tuple({**row, **a_past_one(number)}.values()) for number in range(PAST)])


def a_past_one(number: int) -> dict[str, object]:
    one = f"task_00{number:024d}"
    return {
        **dict.fromkeys(("task_id", "conversation_id", "workspace"), one),
        "title": f"Past {number}" if number % 1000 else f"Ancient needle {number}",
        "status": "failed" if number % 10 == 0 else "completed",
        "source": "webhook" if number % 2 else "schedule",
        "assigned_agent": "planning" if number % 5 == 0 else "executor",
    }


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def rows(person: Person) -> Locator:
    return person.page.get_by_role("group", name="List of tasks").locator("li[data-index]")


def titled(person: Person, title: str) -> Locator:
    return rows(person).filter(has_text=re.compile(rf"{title}(?!\d)"))


def test_thousands_of_tasks_scroll_and_few_of_them_exist(person: Person) -> None:
    person.opens("/tasks")
    expect(rows(person).first).to_contain_text("Say hello.")
    area = person.page.get_by_role("group", name="List of tasks")
    most = 0
    for _ in range(200):
        area.evaluate("(list) => { list.scrollTop = list.scrollHeight }")
        person.page.wait_for_timeout(30)
        most = max(most, rows(person).count())
        if titled(person, "Ancient needle 0").count():
            break
    expect(titled(person, "Ancient needle 0")).to_be_visible()
    assert most < 60
    expect(person.page.get_by_role("main").get_by_role("status").first).to_have_text(re.compile(r"^50\d\d tasks$"))


def test_of_thousands_of_calls_in_a_task_few_exist(person: Person, daemon: DaemonProcess) -> None:
    task_id = f"task_00{1:024d}"
    keeps_calls(daemon, task_id)
    person.opens(f"/tasks/{task_id}")
    person.sees("These are the last words.")
    calls = person.page.locator('[data-kind="tool"]')
    most = calls.count()
    area = person.page.get_by_role("group", name="Conversation")
    for place in (0, 0.25, 0.5, 0.75):
        area.evaluate("(area, place) => { area.scrollTop = place * area.scrollHeight }", place)
        person.waits(calls.count, "calls to be drawn")
        most = max(most, calls.count())
    area.evaluate("(area) => { area.scrollTop = 0 }")
    person.sees("make part-1 ")
    assert most < 60
    person.presses("Jump to latest")
    person.sees("These are the last words.")


def test_the_place_in_a_conversation_and_what_is_open_in_it_outlast_a_look_at_the_files(
    person: Person, daemon: DaemonProcess
) -> None:
    task_id = f"task_00{2:024d}"
    keeps_calls(daemon, task_id)
    person.opens(f"/tasks/{task_id}")
    person.sees("These are the last words.")
    area = person.page.get_by_role("group", name="Conversation")
    area.evaluate("(area) => { area.scrollTop = area.scrollHeight / 2 }")
    person.page.wait_for_timeout(500)
    key = area.evaluate(
        """(area) => [...area.querySelectorAll('[data-kind="tool"]')]
            .find((row) => row.getBoundingClientRect().top > 300).dataset.key"""
    )
    card = person.page.locator(f'[data-key="{key}"]')
    fold = card.get_by_role("button").first
    was_open = fold.get_attribute("aria-expanded")
    fold.click()
    person.page.wait_for_timeout(500)
    before = card.bounding_box()
    person.page.get_by_role("link", name="Files").click()
    expect(area).to_have_count(0)
    person.page.get_by_role("link", name="Conversation", exact=True).click()
    expect(fold).to_have_attribute("aria-expanded", "false" if was_open == "true" else "true")
    after = card.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 2


def keeps_calls(daemon: DaemonProcess, task_id: str) -> None:
    """Give a past task the output of `CALLS` calls, in the database itself."""

    def output(kind: str, **more: object) -> str:
        return json.dumps({"kind": kind, "text": "", "item": None, "more": False, **more})

    bodies = []
    for number in range(CALLS):
        call = {"item": f"t{number}", "tool_use_id": f"t{number}"}
        bodies.append(output("tool_use", name="Bash", input={"command": f"make part-{number} "}, **call))
        bodies.append(output("tool_result", **{**call, "text": "built", "item": f"t{number}:result"}))
    bodies.append(output("text", text="These are the last words.", item="last"))
    now = "2026-01-01T00:00:00Z"
    with closing(sqlite3.connect(daemon.data_dir / "db" / "machine.db", timeout=30)) as database, database:
        first = "SELECT type, body FROM events WHERE type = 'task.created' LIMIT 1"
        rows = [database.execute(first).fetchone(), *(("task.output", body) for body in bodies)]
        events = [(task_id, seq, kind, now, body) for seq, (kind, body) in enumerate(rows, start=1)]
        database.executemany("INSERT INTO events (task_id, seq, type, at, body) VALUES (?, ?, ?, ?, ?)", events)
        database.execute("UPDATE tasks SET last_seq = ? WHERE task_id = ?", (len(events), task_id))


def test_filters_and_words_stand_in_the_address_and_hold_after_a_reload(person: Person) -> None:
    person.opens("/tasks")
    person.page.get_by_label("Status").select_option("Failed")
    person.page.get_by_label("Source").select_option("Schedule")
    person.page.get_by_label("Agent").select_option("planning")
    person.page.wait_for_url(re.compile(r"status=failed.*"))
    expect(rows(person).first).to_contain_text("Past 4990")
    person.page.get_by_label("Search titles and messages").fill("needle anc")
    expect(rows(person)).to_have_count(5)
    person.page.reload()
    expect(rows(person)).to_have_count(5)
    expect(person.page.get_by_label("Search titles and messages")).to_have_value("needle anc")
    person.page.get_by_label("Search titles and messages").fill("nowhere to be found")
    person.sees("No task fits")
    person.presses("Show all tasks")
    expect(rows(person).first).to_contain_text("Say hello.")
    assert person.page.url.endswith("/tasks")


def test_the_keyboard_goes_through_the_list_searches_it_and_opens_a_task(person: Person) -> None:
    person.opens("/tasks?source=webhook")
    expect(rows(person).first).to_contain_text("Past 4999")
    for _ in range(30):
        person.page.keyboard.press("j")
    person.page.keyboard.press("k")
    person.waits(lambda: "4943" in person.page.evaluate("document.activeElement.textContent"), "the 29th to be marked")
    person.page.keyboard.press("/")
    expect(person.page.get_by_label("Search titles and messages")).to_be_focused()
    person.page.keyboard.type("past 4321")
    expect(rows(person)).to_have_count(1)
    person.page.keyboard.press("Escape")
    person.page.keyboard.press("j")
    expect(rows(person).get_by_role("link")).to_be_focused()
    person.page.keyboard.press("Enter")
    person.page.wait_for_url(re.compile(r"/tasks/task_00\d+4321$"))


def test_the_list_is_live(person: Person, daemon: DaemonProcess) -> None:
    person.opens("/tasks?status=active")
    person.sees("No task fits")
    task_id = daemon.post("/api/tasks", {"message": "demo:slow", "title": "Slow one", "agent": "executor"})["task_id"]
    expect(titled(person, "Slow one")).to_be_visible()
    ended = person.context.new_page()
    ended.goto(f"{daemon.url}/tasks?status=cancelled")
    expect(ended.get_by_text("No task fits")).to_be_visible()
    daemon.post(f"/api/tasks/{task_id}/stop", {"mode": "stop"})
    expect(titled(person, "Slow one")).to_have_count(0)
    expect(ended.get_by_role("main").get_by_text("Slow one")).to_be_visible()


def test_a_tasks_files_events_and_facts_are_looked_at_and_taken_away(person: Person, daemon: DaemonProcess) -> None:
    task_id = person.wishes("demo:edit", agent="executor")
    person.sees_status("Completed")
    person.page.get_by_role("link", name="Files").click()
    person.page.get_by_role("link", name="demo-notes.md").click()
    expect(person.page.get_by_role("group", name="Content")).to_contain_text("Written by a scripted model.")
    with person.page.expect_download() as file:
        person.page.get_by_role("link", name="Download").click()
    assert "# Notes of the demo" in file.value.path().read_text()
    person.page.get_by_role("link", name="workspace").click()
    expect(person.page.get_by_text(".claude")).to_have_count(0)

    person.page.get_by_role("link", name="Events").click()
    person.page.get_by_role("button", name=re.compile("task.completed")).click()
    expect(person.page.get_by_role("group", name=re.compile("^Event "))).to_contain_text('"type": "task.completed"')

    person.page.get_by_role("link", name="About").click()
    person.sees("named by the request")
    person.sees("1 h 0 min")

    person.presses("Copy or download")
    with person.page.expect_download() as text:
        person.page.get_by_role("link", name="Download the text").click()
    assert text.value.suggested_filename == f"{task_id}.txt"
    with person.page.expect_download() as events:
        person.presses("Download the events")
    stored = daemon.get(f"/api/tasks/{task_id}/events")["events"]
    assert [json.loads(line) for line in events.value.path().read_text().splitlines()] == stored


def test_words_are_found_within_a_task_by_keyboard(person: Person) -> None:
    person.wishes("demo:edit", agent="executor")
    person.sees_status("Completed")
    person.page.locator("h1").click()
    person.page.keyboard.press("/")
    person.page.keyboard.type("demo-notes")
    found = person.page.get_by_role("search").get_by_role("status")
    expect(found).to_have_text(re.compile(r"^1 of [4-9]$"))
    person.page.keyboard.press("Enter")
    expect(found).to_have_text(re.compile(r"^2 of "))
    assert person.page.evaluate("[...CSS.highlights.get('found')].length") > 3
    person.page.keyboard.type("nothing like this")
    expect(found).to_have_text("Nothing")
    person.page.keyboard.press("Escape")
    expect(person.page.get_by_role("search")).to_have_count(0)
    assert not person.page.evaluate("CSS.highlights.has('found')")


def test_what_work_cost_is_shown_as_a_graph_and_as_a_table(person: Person) -> None:
    person.opens("/costs")
    graph = person.page.get_by_role("img", name=re.compile("^Demo a day, from "))
    expect(graph.locator("title")).to_have_count(30)
    person.presses("As a table")
    expect(person.page.get_by_role("columnheader", name="Day")).to_be_visible()
    expect(person.page.get_by_role("rowheader", name="executor")).to_be_visible()
    person.page.get_by_role("link", name="Today").click()
    expect(graph).to_have_count(0)
    expect(person.page.get_by_role("rowheader", name="administrator")).to_be_visible()


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiver() as serving:
        yield serving


def test_a_channel_is_added_tried_told_and_deleted(person: Person, daemon: DaemonProcess, there: Receiver) -> None:
    person.opens("/settings/notifications")
    person.sees("Nobody else is told yet.")
    person.page.get_by_label("Kind").select_option("webhook")
    person.page.get_by_label("Name", exact=True).fill("ops")
    person.page.get_by_label("Address").fill(f"{there.url}/hook")
    person.presses("Add it")
    person.sees("It is shown this once.")
    person.presses("Test")
    person.sees("The test arrived.")
    daemon.post("/api/tasks", {"message": "Say hello.", "agent": "executor"})
    expect(person.page.get_by_text("told", exact=True)).to_be_visible(timeout=30_000)
    assert [json.loads(post.body)["type"] for post in there.posts] == ["test", "task.completed"]
    person.presses("Delete ops")
    person.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    person.sees("Nobody else is told yet.")


def test_the_browser_tells_when_a_task_waits_or_ends(open_page: OpenPage, daemon: DaemonProcess) -> None:
    person = open_page()
    person.context.grant_permissions(["notifications"])
    person.page.add_init_script(
        """window.told = []; window.Notification = class {
          static permission = 'granted';
          constructor(title) { window.told.push(title); }
        };"""
    )
    person.opens("/settings/notifications")
    person.page.get_by_label("Tell me what becomes of my tasks").check()
    person.presses("Try it")
    assert person.page.evaluate("told") == ["A test"]
    task = daemon.post("/api/tasks", {"message": "demo:permission", "title": "Ask first", "agent": "executor"})
    person.waits(
        lambda: person.page.evaluate("told.at(-1)") == "Needs your answer: Ask first", "to be told that it asks"
    )
    (approval,) = daemon.get(f"/api/approvals?status=pending&task_id={task['task_id']}")["items"]
    daemon.post(f"/api/approvals/{approval['approval_id']}", {"decision": "deny", "reason": "No."})
    person.waits(lambda: person.page.evaluate("told.at(-1)") == "Done: Ask first", "to be told that it is done")


def test_the_dashboard_can_be_installed(person: Person, daemon: DaemonProcess) -> None:
    person.opens()
    address = person.page.locator("link[rel=manifest]").get_attribute("href")
    answer = person.page.request.get(f"{daemon.url}{address}")
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert (manifest["start_url"], manifest["display"]) == ("/", "standalone")
    for icon in manifest["icons"]:
        picture = person.page.request.get(f"{daemon.url}{icon['src']}")
        assert (picture.status, picture.headers["content-type"]) == (200, "image/png"), icon
        size = int(icon["sizes"].split("x")[0])
        assert picture.body()[16:24] == size.to_bytes(4) * 2, icon


def test_axe_finds_nothing_on_the_new_pages(person: Person, daemon: DaemonProcess) -> None:
    task_id = person.wishes("demo:edit", agent="executor")
    person.sees_status("Completed")
    for path, seen in {
        "/tasks": "Say hello.",
        "/tasks?q=nowhere": "No task fits",
        "/costs": "Billed|Demo",
        "/machines": "This machine works alone",
        "/settings/notifications": "In Slack",
        f"/tasks/{task_id}?view=files": "demo-notes.md",
        f"/tasks/{task_id}?view=files&path=demo-notes.md": "Written by",
        f"/tasks/{task_id}?view=events": "task.completed",
        f"/tasks/{task_id}?view=about": "named by the request",
    }.items():
        person.opens(path)
        expect(person.page.get_by_role("main").get_by_text(re.compile(seen)).first).to_be_visible()
        faultless(person, path)
        person.page.set_viewport_size({"width": 360, "height": 740})
        wide = "document.documentElement.scrollWidth"
        person.waits(lambda: person.page.evaluate(wide) <= 360, f"{path} to fit a phone")  # noqa: B023 - called here
    person.opens(f"/tasks/{task_id}")
    person.sees_status("Completed")
    person.presses("Search this task")
    faultless(person, "finding")
    person.presses("Copy or download")
    expect(person.page.get_by_role("dialog")).to_be_visible()
    faultless(person, "taking away")
