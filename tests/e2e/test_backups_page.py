"""A backup that is made, taken away and deleted in the browser."""

from pathlib import Path

from playwright.sync_api import expect
from tests.e2e.hands import OpenPage
from tests.e2e.test_accessibility import faultless
from tests.support.daemon import DaemonProcess

WORDS = "correct horse battery"


def test_a_backup_is_made_with_a_passphrase_taken_away_and_deleted(
    open_page: OpenPage, daemon: DaemonProcess, tmp_path: Path
) -> None:
    person = open_page().opens("/settings/storage")
    person.sees("There is no backup in the data folder.")
    make, words = person.button("Make a backup now"), person.page.get_by_label("Passphrase", exact=True)
    again = person.page.get_by_label("The passphrase again")
    words.fill("short")
    person.sees("At least 8 characters.")
    words.fill(WORDS)
    again.fill(WORDS + "s")
    person.sees("It is another one.")
    expect(make).to_be_disabled()
    again.fill(WORDS)
    make.click()

    row = person.page.get_by_role("list", name="Backups").get_by_role("listitem")
    expect(row).to_contain_text("by hand")
    expect(row).to_contain_text("encrypted")
    expect(words).to_have_value("")
    [made] = daemon.get("/api/backups")["items"]
    expect(row).to_contain_text(made["name"])
    faultless(person, "a backup that was made")

    with person.page.expect_download() as download:
        person.page.get_by_role("link", name=f"Download {made['name']}").click()
    assert download.value.suggested_filename == made["name"]
    (tmp_path / "words").write_text(WORDS)
    (tmp_path / "others").write_text("something else")
    check = ("restore", "--check", str(download.value.path()), "--passphrase-file")
    assert "is whole" in daemon.command(*check, str(tmp_path / "words")).stdout
    assert "passphrase is wrong" in daemon.command(*check, str(tmp_path / "others")).stderr

    person.presses(f"Delete {made['name']}")
    person.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    person.sees("There is no backup in the data folder.")
    assert daemon.get("/api/backups")["items"] == []
