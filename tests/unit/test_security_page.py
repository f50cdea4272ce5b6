"""docs/security.md names for each threat the tests that prove its answer: they exist, and none of ours is left out."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEADING = "## Threats, answers and tests"
THREATS = (
    "Open doors",
    "DNS rebinding and cross-site requests",
    "Tokens in addresses",
    "Rights stated by the client",
    "Open sign-up and default secrets",
    "Guessed passwords and secrets",
    "Unsigned webhooks and confused content types",
    "Replayed deliveries",
    "Shells built from input, and options",
    "Paths that lead out",
    "Uploaded skills and agents that attack",
    "Agents that widen their own rights",
    "The environment, read out",
    "Prompt injection",
    "Bots that wake each other",
    "Orphans, and strangers killed by their number",
    "Two processes on one conversation",
    "Running for ever, and stops that stop nothing",
    "Floods and memory that grows",
    "Claude's login, renewed by several",
    "Markdown and output shown as HTML",
    "Answers and logs that tell or forge",
    "Nonsense of all kinds",
)
"""Written out a second time on purpose: a row that gets lost is missed."""


def rows() -> dict[str, list[str]]:
    """Threat → its tests, as the page has them."""
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    found = {}
    for line in page.partition(HEADING)[2].splitlines():
        if line.startswith("| **"):
            name, _, tests = (cell.strip() for cell in line.strip("| ").split(" | "))
            found[name.strip("*")] = re.findall(r"`([^`]+)`", tests)
    return found


@cache
def functions_of(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(function.name for function in functions if function.name.startswith("test_"))


def test_every_threat_has_its_row_and_every_row_its_tests() -> None:
    assert tuple(rows()) == THREATS
    assert [threat for threat, tests in rows().items() if not tests] == []


@pytest.mark.parametrize("threat", THREATS)
def test_the_tests_that_are_named_exist(threat: str) -> None:
    for named in rows()[threat]:
        file, separator, function = named.partition("::")
        assert separator, f"{named} names no test"
        assert (ROOT / "tests" / file).is_file(), f"there is no {file}"
        assert function in functions_of(ROOT / "tests" / file), f"{file} has no {function}"


def test_every_file_about_threats_stands_in_the_table() -> None:
    named = {test.partition("::")[0] for tests in rows().values() for test in tests}
    there = {str(file.relative_to(ROOT / "tests")) for file in (ROOT / "tests").rglob("test_threats_*.py")}
    assert len(there) >= 4
    assert there <= named
