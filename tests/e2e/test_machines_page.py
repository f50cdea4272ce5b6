"""The machines of a fleet in the browser: one process that takes requests and two that run tasks, over one
PostgreSQL; one of them is lost while somebody looks."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.test_accessibility import faultless
from tests.support.daemon import DaemonProcess
from tests.support.postgres import PostgresServer

pytestmark = pytest.mark.timeout(300)
OLD = """INSERT INTO machines (machine_id, role, state, epoch, lease_until, labels, slots, version, load,
                               started_at, seen_at, facts)
         VALUES ('old-1', 'worker', 'ready', 1, '2099-01-01T00:00:00.000000Z', '["lab"]', 2, '0.0.9', '{}',
                 '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z',
                 '{"held_back": "The disk has 3 MB left."}')"""


class Fleet:
    """Its processes, by name."""

    def __init__(self, folder: Path, stack: ExitStack, postgres: PostgresServer) -> None:
        self.postgres, self.database = postgres, postgres.new_database()
        self._folder, self._stack = folder, stack
        stack.callback(postgres.drop, self.database)
        self.processes: dict[str, DaemonProcess] = {}

    def start(self, role: str, name: str, **environment: str) -> DaemonProcess:
        common = {"DATABASE_URL": self.postgres.url(self.database), "MACHINE_ID": name, "MACHINE_LEASE_SECONDS": "8"}
        arguments = ("--demo", "--role", role)
        daemon = DaemonProcess.start(self._folder / name, extra_env={**common, **environment}, arguments=arguments)
        self._stack.callback(lambda: daemon.process is None or daemon.process.poll() is not None or daemon.terminate())
        self.processes[name] = daemon
        return daemon


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer) -> Iterator[Fleet]:
    with ExitStack() as stack:
        made = Fleet(tmp_path_factory.mktemp("fleet"), stack, postgres)
        made.start("web", "web-1")
        made.start("worker", "w1", MACHINE_LABELS="gpu,prod-network")
        made.start("worker", "w2")
        yield made


@pytest.fixture(scope="module")
def daemon(fleet: Fleet) -> DaemonProcess:
    return fleet.processes["web-1"]


def card(person: Person, name: str) -> Locator:
    return person.page.get_by_role("article", name=name, exact=True)


def test_machines_are_shown_drained_after_a_question_and_resumed_and_others_see_it(
    open_page: OpenPage, daemon: DaemonProcess
) -> None:
    person, other = open_page().opens("/"), open_page(width=360).opens("/machines")
    person.page.get_by_role("navigation", name="Pages").get_by_role("link", name="Machines").click()
    expect(card(person, "w1")).to_contain_text("runs tasks")
    expect(card(person, "w1")).to_contain_text("0 of 5 slots busy")
    expect(card(person, "w1")).to_contain_text("prod-network")
    expect(card(person, "w1")).to_contain_text(re.compile(r"CPU \d+ %, memory \d+ %"))
    expect(card(person, "web-1")).to_contain_text("answers you now")
    expect(card(person, "web-1").get_by_role("button")).to_have_count(0)
    expect(card(other, "w1")).to_contain_text("ready")

    person.presses("Drain w1")
    person.presses("Cancel")
    expect(card(person, "w1")).to_contain_text("ready")
    person.presses("Drain w1")
    expect(person.page.get_by_role("dialog")).to_contain_text("It takes no more tasks. It has none now.")
    faultless(person, "a question")
    person.presses("Drain it")
    expect(card(person, "w1")).to_contain_text("drained")
    expect(card(other, "w1")).to_contain_text("drained")
    task = daemon.post("/api/tasks", {"message": "hello", "agent": "executor"})["task_id"]
    person.waits(lambda: daemon.get(f"/api/tasks/{task}")["machine_id"] == "w2", "the other machine")
    person.presses("Drain w2")
    person.presses("Drain it")
    person.sees("No machine takes tasks.")
    waiting = daemon.post("/api/tasks", {"message": "hello again", "agent": "executor"})["task_id"]
    other.opens(f"/tasks/{waiting}")
    other.sees("No machine that runs tasks is ready.")
    faultless(other, "a task that no machine takes")
    person.presses("Resume w1")
    person.presses("Resume w2")
    expect(card(person, "w1")).to_contain_text("ready")
    other.sees_status("Completed")
    expect(other.page.get_by_text("No machine that runs tasks is ready.")).to_have_count(0)


def test_a_task_is_found_at_its_machine_and_moves_when_that_is_lost(
    open_page: OpenPage, daemon: DaemonProcess, fleet: Fleet
) -> None:
    person, watcher = open_page().opens("/machines"), open_page()
    task = daemon.post("/api/tasks", {"message": "Tell me a story. demo:slow", "agent": "executor"})["task_id"]
    person.waits(lambda: daemon.get(f"/api/tasks/{task}")["status"] == "running", "a running task")
    first = daemon.get(f"/api/tasks/{task}")["machine_id"]
    second = {"w1": "w2", "w2": "w1"}[first]
    expect(card(person, first)).to_contain_text("1 of 5 slots busy")
    card(person, first).get_by_role("link", name="Tell me a story").click()
    person.page.wait_for_url(f"**/tasks/{task}")
    person.reads_until("word-001")
    expect(person.page.get_by_role("link", name=first, exact=True)).to_be_visible()
    watcher.opens("/machines")
    expect(card(watcher, first)).to_contain_text("ready")

    fleet.processes[first].kill9()
    person.sees(f"Moved from {first} to {second}: the machine {first} was lost")
    expect(person.page.get_by_role("link", name=second, exact=True)).to_be_visible()
    lost = watcher.page.get_by_role("list", name="No longer there")
    expect(lost.get_by_role("article", name=first)).to_contain_text("lost")
    faultless(watcher, "a lost machine")
    card(watcher, second).get_by_role("link", name=f"All tasks on {second}").click()
    watcher.page.wait_for_url(f"**/tasks?machine={second}")
    expect(watcher.page.get_by_label("Machine", exact=True)).to_have_value(second)
    watcher.sees("Tell me a story")
    person.opens(f"/tasks/{task}?view=about")
    moved = person.page.get_by_role("region", name="Machine")
    expect(moved).to_contain_text(f"from {first} to {second}")
    faultless(person, "where a task was")
    daemon.post(f"/api/tasks/{task}/stop", {"mode": "stop"})


def test_a_machine_of_another_version_is_marked_and_so_is_one_whose_disk_is_nearly_full(
    open_page: OpenPage, fleet: Fleet
) -> None:
    fleet.postgres.execute(OLD, fleet.database)
    person = open_page(theme="dark").opens("/machines")
    person.sees("The machines run different versions.")
    expect(card(person, "old-1")).to_contain_text("differs")
    expect(person.page.get_by_text("differs", exact=True)).to_have_count(1)
    expect(card(person, "old-1")).to_contain_text("It starts nothing. The disk has 3 MB left.", use_inner_text=True)
    faultless(person, "another version")


def test_the_page_about_the_disk_says_of_which_machine_it_is_and_that_the_database_is_elsewhere(
    open_page: OpenPage,
) -> None:
    person = open_page(width=360).opens("/settings/storage")
    person.sees("Of web-1, the machine that answers you now.")
    person.sees("The database is elsewhere.")
    faultless(person, "the disk of one of several machines")
