"""The forms of agents and webhooks say all that their files can say, and leave the rest of the files as it is."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from tests.e2e.hands import OpenPage, Person
from tests.e2e.test_definitions import fills, sees_alert
from tests.support.daemon import DaemonProcess

BY_HAND = "description: Looks at outages\nlabels: [gpu]\nskills: [planning]\nteam: Kettles\n"


@pytest.fixture
def person(open_page: OpenPage) -> Person:
    return open_page()


def settings_of(daemon: DaemonProcess, agent: str) -> dict[str, Any]:
    return dict(daemon.get(f"/api/agents/{agent}")["settings"])


def chip(person: Person, group: str, name: str) -> Locator:
    return person.page.get_by_role("group", name=group, exact=True).get_by_role("checkbox", name=name, exact=True)


def test_an_agent_is_changed_by_its_form_and_what_the_form_does_not_know_stays_in_its_file(
    person: Person, daemon: DaemonProcess
) -> None:
    daemon.put("/api/env/SHOP_TOKEN", {"value": "a-word-that-nobody-asks-for"})
    folder = daemon.data_dir / "config/agents/on-call"
    folder.mkdir(parents=True)
    (folder / "CLAUDE.md").write_text("Find out what broke.\n")
    (folder / "agent.yaml").write_text(BY_HAND)
    person.waits(
        lambda: "on-call" in [one["name"] for one in daemon.get("/api/agents")["items"]], "the agent to be there"
    )
    person.opens("/agents/on-call/edit")
    expect(chip(person, "Skills", "planning")).to_be_checked()
    chip(person, "Skills", "execution").check()
    chip(person, "Skills", "planning").uncheck()
    fills(person, **{"Skills:_others": "planning-the-new-way", "Never": "Bash(git push:*)"})
    chip(person, "Variables", "SHOP_TOKEN").press("Space")
    fills(person, Time_limit_in_minutes="1.5", Priority="101")
    sees_alert(person, "Out of range")
    fills(person, Priority="7")
    person.page.get_by_label("Keep its commands in the sandbox, where the computer can").uncheck()
    sees_alert(person, "profile: trusted")
    person.page.get_by_label("Profile", exact=True).select_option("trusted")
    expect(person.page.get_by_role("region", name="Preview")).to_contain_text("agent.yaml")
    person.presses("Save")
    person.page.wait_for_url("**/agents/on-call")
    facts = person.page.get_by_role("region", name="Settings")
    for words in ("off: its commands reach", "gpu", "1 min 30 s", "Bash(git push:*)", "SHOP_TOKEN"):
        expect(facts).to_contain_text(words)
    said = settings_of(daemon, "on-call")
    assert (said["timeout_seconds"], said["priority"], said["sandbox"]) == (90, 7, False)
    assert (said["skills"], said["variables"]) == (["execution", "planning-the-new-way"], ["SHOP_TOKEN"])
    assert said["disallowed_tools"] == ["Bash(git push:*)"]
    assert "team: Kettles" in (folder / "agent.yaml").read_text()
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_a_trigger_is_narrowed_and_switched_off_by_its_form(person: Person, daemon: DaemonProcess) -> None:
    trigger = {"events": ["issue_comment"], "agent": "planning", "prompt": "Look.", "rate_per_minute": 7}
    secret = "a-secret-that-is-long-enough"
    daemon.post("/api/webhooks", {"name": "kettle", "provider": "github", "secret": secret, "triggers": [trigger]})
    person.opens("/webhooks/kettle/edit")
    person.button("Condition, command, when busy").press("Enter")
    fills(person, Condition="action ==")
    sees_alert(person, "it is no JMESPath expression")
    fills(person, Condition="action == 'created'", Command="/pour")
    person.page.get_by_label("When its subject is busy").select_option("Nothing is started")
    person.page.get_by_label("On: its events start tasks").uncheck()
    expect(person.page.get_by_role("region", name="Preview")).to_contain_text("kettle")
    person.presses("Save")
    person.page.wait_for_url("**/webhooks/kettle")
    triggers = person.page.get_by_role("region", name="Triggers")
    for words in ("action == 'created'", "/pour", "Nothing is started", "disabled", "Tasks a minute7"):
        expect(triggers).to_contain_text(words)
    changed = daemon.get("/api/webhooks/kettle")["triggers"][0]
    said = {"condition": "action == 'created'", "command": "/pour", "when_busy": "skip", "enabled": False}
    assert {**trigger, **said}.items() <= changed.items()
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


SHOP = "https://git.example.com/team/shop.git"


def test_the_code_of_an_agent_is_checked_while_it_is_filled_in(person: Person, daemon: DaemonProcess) -> None:
    daemon.put("/api/env/CODE_TOKEN", {"value": "a-word-that-nobody-asks-for"})
    person.opens("/agents?create=form")
    fills(person, Name="shopkeeper", Description="Looks after the shop", Instructions="Keep it open.")
    person.button("Code").press("Enter")
    fills(person, **{"Branch,_tag_or_commit": "main~3"})
    sees_alert(person, "Say of which repository.")
    fills(person, Repository=SHOP)
    sees_alert(person, "that is no branch, tag, commit")
    fills(person, **{"Branch,_tag_or_commit": "main", "Compare_with": "stable"})
    person.page.get_by_label("Credentials", exact=True).select_option("CODE_TOKEN")
    person.page.get_by_label("Profile", exact=True).select_option("untrusted")
    person.page.get_by_label("Permissions", exact=True).select_option("default")
    sees_alert(person, "its code is fetched without credentials")
    expect(person.page.get_by_label("Credentials", exact=True)).to_have_attribute("aria-invalid", "true")
    person.page.get_by_label("Profile", exact=True).select_option("standard")
    expect(person.page.get_by_role("region", name="Preview")).to_contain_text("agent.yaml")
    person.presses("Create")
    person.page.wait_for_url("**/agents/shopkeeper")
    person.sees("at main, compared with stable, with CODE_TOKEN")
    code = {"repository": SHOP, "ref": "main", "base": "stable", "credentials": "CODE_TOKEN"}
    assert settings_of(daemon, "shopkeeper")["code"] == code
    person.page.get_by_role("link", name="Edit").click()
    fills(person, Repository="", Compare_with="", **{"Branch,_tag_or_commit": ""})
    person.page.get_by_label("Credentials", exact=True).select_option("")
    person.presses("Save")
    person.page.wait_for_url("**/agents/shopkeeper")
    assert settings_of(daemon, "shopkeeper")["code"] is None
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]


def test_a_trigger_fetches_code_and_is_kept_within_limits_by_its_form(person: Person, daemon: DaemonProcess) -> None:
    trigger = {"events": ["pull_request"], "agent": "planning", "prompt": "Look."}
    secret = "a-secret-that-is-long-enough"
    daemon.post("/api/webhooks", {"name": "teapot", "provider": "github", "secret": secret, "triggers": [trigger]})
    person.opens("/webhooks/teapot/edit")
    person.page.get_by_label("Fetch the code: each task gets a clone of its own").check()
    fills(person, Repository="{{ clone }}")
    sees_alert(person, "there is no variable")
    fills(person, Repository="", **{"Branch,_tag_or_commit": "{{ base_ref }}"})
    person.button("Condition, command, when busy").press("Enter")
    fills(person, Its_subject="{{ repository }}")
    person.button("Limits").press("Enter")
    fills(person, Tasks_a_minute="0")
    sees_alert(person, "Out of range")
    fills(person, Tasks_a_minute="7", Events_of_its_own_in_a_row="0")
    expect(person.page.get_by_role("region", name="Preview")).to_contain_text("teapot")
    person.presses("Save")
    person.page.wait_for_url("**/webhooks/teapot")
    triggers = person.page.get_by_role("region", name="Triggers")
    for words in ("{{ clone_url }} at {{ base_ref }}", "{{ repository }}", "Tasks a minute7", "Events of its own0"):
        expect(triggers).to_contain_text(words)
    changed = daemon.get("/api/webhooks/teapot")["triggers"][0]
    checkout = {"repository": "{{ clone_url }}", "ref": "{{ base_ref }}", "credentials": None}
    said = {"checkout": checkout, "concurrency_key": "{{ repository }}", "rate_per_minute": 7, "max_hops": 0}
    assert {**trigger, **said}.items() <= changed.items()
    person.faults[:] = [fault for fault in person.faults if "422" not in fault]
