"""The documents name what there is: every setting, commands that exist, links that lead somewhere, every metric."""

import re
import tomllib
from pathlib import Path

import click
import pytest
from pydantic import AliasChoices

from machine.cli import cli
from machine.metrics.meter import Meter
from machine.settings import Settings

ROOT = Path(__file__).parents[2]
DOCS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
NO_VARIABLES = {"anthropic", "demo"}


def test_every_setting_stands_in_the_page_on_operating() -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        variable = str(alias.choices[0]) if isinstance(alias, AliasChoices) else name.upper()
        assert name in NO_VARIABLES or f"`{variable}`" in page, variable


def test_every_page_is_in_the_menu_of_the_site() -> None:
    pages = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"]
    named = set(re.findall(r"[\w/-]+\.md", str(pages)))
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert named == {name for name in there if not re.match(r"decisions/\d", name)}


def test_every_metric_stands_in_its_page() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    for family in Meter()._registry.collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        assert name in page or name.startswith("process_") or name == "machine_build_info", name


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_command_that_a_page_shows_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    shown = re.findall(r"(?m)(?:^    |`|\$\()machine ([a-z][a-z-]*)((?: [a-z-]+)?)", text)
    for name, argument in shown:
        assert name in cli.commands, f"machine {name}"
        command = cli.commands[name]
        if isinstance(command, click.Group) and argument.strip() and not argument.strip().startswith("-"):
            assert argument.strip() in command.commands, f"machine {name}{argument}"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_link_to_a_file_leads_to_one(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        assert re.match(r"[a-z]+:", target) or (path.parent / target).exists(), target
