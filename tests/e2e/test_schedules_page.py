"""Schedules on their pages, made in all three ways: what would be saved is shown first, with when it runs next."""

import io
import re
import zipfile

from playwright.sync_api import FilePayload, expect
from tests.e2e.hands import OpenPage
from tests.e2e.test_definitions import fills, names, sees_alert
from tests.support.daemon import DaemonProcess

ZONE = "Europe/Berlin"


def zipped(name: str, text: str) -> FilePayload:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"schedules/{name}.yaml", text)
    return {"name": "packed.zip", "mimeType": "application/zip", "buffer": packed.getvalue()}


def test_a_schedule_is_made_by_form_changed_and_brought_back_with_its_next_runs_in_words(
    open_page: OpenPage, daemon: DaemonProcess
) -> None:
    person = open_page(zone=ZONE)
    preview = person.page.get_by_role("region", name="Preview")
    person.opens("/schedules?create=form")
    fills(person, Name="report", When="0 25 * * *", Task="Say good morning.")
    sees_alert(person, "hour")
    expect(person.page.get_by_role("alert")).to_have_count(1)
    fills(person, When="0 9 * * 1-5")
    for said in (f"by the clock of {ZONE}", "At 09:00 on Monday through Friday", "in ", "report.yaml"):
        expect(preview).to_contain_text(said)
    person.page.get_by_label("If the last one still runs", exact=True).select_option("Wait for it; ten may wait")
    missed = person.page.get_by_label("If the machine was off at that time", exact=True)
    missed.select_option("Run once for all that were missed")
    assert names(daemon, "schedules") == set()
    person.presses("Create")
    person.page.wait_for_url("**/schedules/report")
    person.sees("it waits for that one")
    made = daemon.get("/api/schedules/report")
    assert (made["timezone"], made["overlap"], made["missed"]) == (ZONE, "enqueue", "once")

    person.page.get_by_role("link", name="Edit").click()
    fills(person, Task="Say good evening.")
    expect(preview).to_contain_text("At 09:00")
    person.presses("Save")
    person.page.wait_for_url("**/schedules/report")
    person.sees("Say good evening.")
    person.presses("Bring back")
    person.page.get_by_role("dialog").get_by_role("button", name="Bring back").click()
    person.sees("Say good morning.")

    person.opens("/schedules")
    expect(person.page.get_by_role("link", name=re.compile("^report.*next in "))).to_be_visible()
    daemon.post("/api/schedules/report/pause", {})
    expect(person.page.get_by_role("link", name=re.compile("^report.*paused"))).not_to_contain_text("next")
    daemon.delete("/api/schedules/report")
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_a_schedule_comes_from_an_archive_of_what_was_exported(open_page: OpenPage, daemon: DaemonProcess) -> None:
    person = open_page()
    preview = person.page.get_by_role("region", name="Preview")
    chooser = person.page.locator("input[type=file]").first
    daemon.post("/api/schedules", {"name": "first", "cron": "0 9 * * 1-5", "message": "Look.", "overlap": "replace"})
    person.opens("/schedules/first")
    with person.page.expect_download() as download:
        person.page.get_by_role("link", name="Export").click()
    exported = download.value.path().read_text()
    assert "user_id" not in exported

    person.opens("/schedules?create=upload")
    chooser.set_input_files(zipped("first", "cron: * * * * *\nmessage: Do.\n"))
    sees_alert(person, "put it in quotes")
    chooser.set_input_files(zipped("first", exported))
    person.sees("There is one called first already.")
    person.presses("Choose something else")
    chooser.set_input_files(zipped("second", exported))
    expect(preview).to_contain_text("At 09:00 on Monday through Friday")
    assert names(daemon, "schedules") == {"first"}
    person.presses("Create")
    person.page.wait_for_url("**/schedules/second")
    first, second = (daemon.get(f"/api/schedules/{name}") for name in ("first", "second"))
    # The hash is of the files, their names included.
    assert second == {**first, "name": "second", "content_hash": second["content_hash"]}
    person.opens("/schedules")
    person.sees("second")
    for name in ("first", "second"):
        daemon.delete(f"/api/schedules/{name}")
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_a_schedule_is_written_from_words_and_read_before_it_is_saved(
    open_page: OpenPage, daemon: DaemonProcess
) -> None:
    person = open_page(zone=ZONE)
    person.opens("/schedules?create=describe")
    fills(person, **{"What_should_the_schedule_do?": "Every week, say what is open."})
    person.presses("Write it")
    person.sees("This is a draft")
    expect(person.page.get_by_label("Time zone", exact=True)).to_have_value(ZONE)
    expect(person.page.get_by_role("region", name="Preview")).to_contain_text("At 09:00 on Monday")
    assert names(daemon, "schedules") == set()
    fills(person, Name="weekly")
    person.presses("Create")
    person.page.wait_for_url("**/schedules/weekly")
    made = daemon.get("/api/schedules/weekly")
    assert (made["cron"], made["timezone"]) == ("0 9 * * 1", ZONE)
    person.opens("/schedules")
    person.sees("weekly")
    daemon.delete("/api/schedules/weekly")
