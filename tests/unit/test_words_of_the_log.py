"""The page of the audit log has words for everything that is recorded."""

import re
from pathlib import Path

import pytest

from machine.api.rules import RULES

WORDS = (Path(__file__).parents[2] / "dashboard/src/settings/audit-words.ts").read_text()
BY_THEMSELVES = {"login.link", "login.password", "login.setup", "login.invitation", "login-link.create"}
RECORDED = {rule.action for rule in RULES if rule.action} | BY_THEMSELVES


def keys_of(table: str) -> set[str]:
    found = re.search(rf"const {table}: [^=]*= {{(.*?)^}};", WORDS, re.DOTALL | re.MULTILINE)
    assert found, table
    return set(re.findall(r'^  "?([\w.-]+)"?:', found.group(1), re.MULTILINE))


@pytest.mark.parametrize("action", sorted(RECORDED))
def test_an_action_of_the_log_is_told_in_words(action: str) -> None:
    thing, _, deed = action.partition(".")
    assert action in keys_of("ACTIONS") or (thing in keys_of("THINGS") and deed in keys_of("DEEDS"))
