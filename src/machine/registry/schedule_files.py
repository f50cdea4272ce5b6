"""Schedules: from a file to the model and back."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from machine.domain.definitions import Definition, DefinitionFile, DefinitionKind, Files, InvalidDefinition, invalid
from machine.domain.schedule import Schedule, ScheduleForm
from machine.registry.file_shelf import ENDING
from machine.registry.skill_files import dumped
from machine.registry.uploads import Draft, Upload, file_from
from machine.registry.yaml_text import YamlText, parse_yaml, text_of

_UNQUOTED: Final = re.compile(r"^cron:[ \t]*[*@]", re.MULTILINE)
"""To YAML it begins an alias, or nothing; what it says about that helps nobody."""


def read_schedule(name: str, files: Files, agents: Collection[str]) -> Definition[Schedule]:
    """The schedule in its one file; `agents` are those that there are. Raises InvalidDefinition. Blocking."""
    path = f"{name}{ENDING}"
    if set(files) != {path}:
        raise invalid("", f"a schedule is one file, {path}")
    read = _parsed(text_of(files[path].content, path), path)
    if read.data.get("name", name) != name:
        raise invalid(path, f"has to be {name}, as the file is called", line=read.line_of(("name",)), field="name")
    schedule = replace(read, data={**read.data, "name": name}).to_model(Schedule)
    if schedule.agent is not None and schedule.agent not in agents:
        reason = f"there is no agent {schedule.agent}, or it is disabled; there are {', '.join(sorted(agents))}"
        raise invalid(path, reason[:300], line=read.line_of(("agent",)), field="agent")
    return Definition(name, schedule, files)


def schedule_from(uploads: Sequence[Upload]) -> Draft:
    """The schedule in what was sent. Raises InvalidDefinition. Blocking."""
    return file_from(uploads, DefinitionKind.SCHEDULE, _parsed)


def schedule_files(schedule: Schedule | ScheduleForm) -> Files:
    """The file of a schedule; its name is the file's, and defaults are not in it."""
    fields = schedule.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    return {f"{schedule.name}{ENDING}": DefinitionFile(dumped(fields).encode("utf-8", "surrogatepass"))}


def with_field(found: Definition[Schedule], field: str, value: str | bool) -> Files:
    """Its file with another value of a field; whatever else people wrote there stays where that is possible."""
    return _with_line(found, field, value, dumped({field: value}).rstrip("\n"))


def without_field(found: Definition[Schedule], field: str) -> Files:
    """Its file with nothing said about a field; what else people wrote there stays as for `with_field`."""
    return _with_line(found, field, Schedule.model_fields[field].default, "")


def _with_line(found: Definition[Schedule], field: str, value: Any, line: str) -> Files:
    wanted = found.model.model_copy(update={field: value})
    path = f"{found.name}{ENDING}"
    text = text_of(found.files[path].content, path)
    changed, count = re.subn(rf"^{field}:[^\n]*\n?", f"{line}\n" if line else "", text, flags=re.MULTILINE)
    if line and not count:
        changed = f"{text.rstrip()}\n{line}\n"
    files = {path: DefinitionFile(changed.encode())}
    try:
        is_good = read_schedule(found.name, files, {wanted.agent or ""}).model == wanted
    except InvalidDefinition:  # such as `{cron: …, message: …}`, where a line more is none
        is_good = False
    return files if is_good else schedule_files(wanted)


def _parsed(text: str, path: str) -> YamlText:
    if unquoted := _UNQUOTED.search(text):
        line = text[: unquoted.start()].count("\n") + 1
        raise invalid(path, "put it in quotes, as in cron: '* * * * *'", line=line, field="cron")
    return parse_yaml(text, path)
