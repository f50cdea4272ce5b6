"""What takes the room and what is saved, on a computer whose disk is nearly full for the machine's taste."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from tests.e2e.hands import OpenPage
from tests.e2e.test_accessibility import faultless
from tests.support.daemon import DaemonProcess, demo_daemon_on

NO_DISK_HAS = "1000000000"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaemonProcess]:
    """It wants more room than there is, and saves itself every day."""
    extra_env = {"MACHINE_MIN_FREE_MB": NO_DISK_HAS, "MACHINE_BACKUP_HOURS": "24"}
    with demo_daemon_on(tmp_path_factory.mktemp("full") / "data", extra_env=extra_env) as started:
        yield started


def test_a_full_disk_is_told_everywhere_and_its_page_says_what_takes_the_room(
    open_page: OpenPage, daemon: DaemonProcess
) -> None:
    person = open_page().opens("/")
    task = daemon.post("/api/tasks", {"message": "demo:edit", "agent": "executor"})
    person.sees("New tasks wait: the disk is nearly full.")
    person.page.get_by_role("link", name="Disk and backup").click()
    person.page.wait_for_url("**/settings/storage")
    person.sees(f"less than {NO_DISK_HAS} MB (MACHINE_MIN_FREE_MB)")
    assert daemon.get(f"/api/tasks/{task['task_id']}")["status"] == "queued"
    parts = person.page.get_by_role("list", name="What takes the room")
    database = parts.get_by_role("listitem").filter(has_text="Database")
    expect(database).to_contain_text("Output of ended tasks goes after 90 days")
    expect(database).to_contain_text("the tasks themselves after 365 days")
    expect(person.page.get_by_role("meter", name="Disk in use")).to_be_visible()

    person.waits(lambda: daemon.get("/api/disk")["backups"]["newest"], "the first backup")
    person.page.reload()
    person.sees("The machine makes a backup every day and keeps the newest 7, not encrypted.")
    backup = person.page.get_by_role("list", name="Backups").get_by_role("listitem")
    expect(backup).to_contain_text(daemon.get("/api/disk")["backups"]["newest"]["name"])
    expect(backup).to_contain_text("by itself")
    expect(person.button("Copy machine restore /mnt/safe/today.machine-backup")).to_be_visible()
    faultless(person, "disk and backup")
