"""Schedules: from a file to the model and back."""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from machine.domain.definitions import Definition, DefinitionFile, Files, InvalidDefinition, invalid
from machine.domain.schedule import Schedule
from machine.registry.file_shelf import ENDING
from machine.registry.skill_files import dumped
from machine.registry.yaml_text import parse_yaml, text_of

_UNQUOTED: Final = re.compile(r"^cron:[ \t]*[*@]", re.MULTILINE)
"""To YAML it begins an alias, or nothing; what it says about that helps nobody."""
_PAUSED: Final = re.compile(r"^paused:[^\n]*$", re.MULTILINE)


def read_schedule(name: str, files: Files, agents: Collection[str]) -> Definition[Schedule]:
    """The schedule in its one file; `agents` are those that there are. Raises InvalidDefinition. Blocking."""
    path = f"{name}{ENDING}"
    text = text_of(files[path].content, path)
    if unquoted := _UNQUOTED.search(text):
        line = text[: unquoted.start()].count("\n") + 1
        raise invalid(path, "put it in quotes, as in cron: '* * * * *'", line=line, field="cron")
    read = parse_yaml(text, path)
    if read.data.get("name", name) != name:
        raise invalid(path, f"has to be {name}, as the file is called", line=read.line_of(("name",)), field="name")
    schedule = replace(read, data={**read.data, "name": name}).to_model(Schedule)
    if schedule.agent is not None and schedule.agent not in agents:
        reason = f"there is no agent {schedule.agent}, or it is disabled; there are {', '.join(sorted(agents))}"
        raise invalid(path, reason[:300], line=read.line_of(("agent",)), field="agent")
    return Definition(name, schedule, files)


def schedule_files(schedule: Schedule) -> Files:
    """The file of a schedule; its name is the file's, and defaults are not in it."""
    fields = schedule.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    return {f"{schedule.name}{ENDING}": DefinitionFile(dumped(fields).encode("utf-8", "surrogatepass"))}


def with_paused(found: Definition[Schedule], *, paused: bool) -> Files:
    """Its file, which says now whether it is paused; whatever else people wrote there stays where that is possible."""
    wanted = found.model.model_copy(update={"paused": paused})
    path = f"{found.name}{ENDING}"
    text = text_of(found.files[path].content, path)
    line = f"paused: {str(paused).lower()}"
    changed, count = _PAUSED.subn(line, text)
    if not count:
        changed = f"{text.rstrip()}\n{line}\n"
    files = {path: DefinitionFile(changed.encode())}
    try:
        is_good = read_schedule(found.name, files, {wanted.agent or ""}).model == wanted
    except InvalidDefinition:  # such as `{cron: …, message: …}`, where a line more is none
        is_good = False
    return files if is_good else schedule_files(wanted)
