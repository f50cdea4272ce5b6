"""Agents: from files to the model, from a form or a Claude Code file to files."""

from collections.abc import Mapping
from typing import Any, Final

from machine.domain.agent import AgentFields, AgentFile, SubAgent
from machine.domain.definitions import (
    Definition,
    DefinitionFault,
    DefinitionFile,
    Files,
    InvalidDefinition,
    invalid,
)
from machine.domain.profile import TABLE, Profile
from machine.domain.routing import RoutingRule
from machine.domain.skill import split_tools
from machine.registry.inspection import (
    MCP_PATH,
    SETTINGS_PATH,
    commands_of,
    sandbox_widened,
    settings_left_out,
    settings_taken,
)
from machine.registry.skill_files import SKILL_MD, dumped, skill_head, unknown_fields
from machine.registry.yaml_text import parse_yaml, split_front_matter, text_of

AGENT_YAML: Final = "agent.yaml"
CLAUDE_MD: Final = "CLAUDE.md"
LOCAL_SETTINGS: Final = ".claude/settings.local.json"
SKILLS_FOLDER: Final = ".claude/skills/"
ROOTS: Final = (AGENT_YAML, CLAUDE_MD)

_READ_WITH_CARE: Final = (CLAUDE_MD, AGENT_YAML, MCP_PATH, SETTINGS_PATH, LOCAL_SETTINGS)
_OWN_NAMES: Final = {
    "description": "description",
    "tools": "tools",
    "disallowedTools": "disallowed_tools",
    "model": "model",
    "permissionMode": "permission_mode",
    "maxTurns": "max_turns",
    "skills": "skills",
}
"""Fields of a Claude Code file that mean the same here, and what they are called."""
_ASKING_MODES: Final = frozenset({"auto", "manual"})


def read_agent(name: str, files: Files, *, builtin: bool = False) -> Definition[SubAgent]:
    """The agent in these files. Raises InvalidDefinition with everything that is wrong."""
    missing = "is missing: an agent has agent.yaml and CLAUDE.md"
    faults = [DefinitionFault(path=path, reason=missing) for path in ROOTS if path not in files]
    faults += [DefinitionFault(path=path, reason=reason) for path in files if (reason := _misplaced(path))]
    if faults:
        raise InvalidDefinition(faults)
    read = parse_yaml(text_of(files[AGENT_YAML].content, AGENT_YAML), AGENT_YAML)
    said = read.to_model(AgentFile)
    if said.name is not None and said.name != name:
        reason = f"is {said.name}, but the folder is called {name}"
        raise invalid(AGENT_YAML, reason, line=read.line_of(("name",)), field="name")
    instructions = text_of(files[CLAUDE_MD].content, CLAUDE_MD)
    if not instructions.strip():
        raise invalid(CLAUDE_MD, "is empty: say what the agent does, and what not")
    fields = said.model_dump(include=set(AgentFields.model_fields))
    agent = SubAgent(**fields, name=name, instructions=instructions, builtin=builtin)
    warnings = unknown_fields(AGENT_YAML, said.model_extra) + _warnings(agent, files)
    return Definition(name, agent, files, tuple(warnings), builtin)


def _misplaced(path: str) -> str | None:
    """Why a file may not be called so: some file systems would take it for one that is read with care."""
    if path in (".claude", ".claude/skills"):
        return "has to be a folder"
    for known in _READ_WITH_CARE:
        if path.casefold() == known.casefold() and path != known:
            return f"has to be written {known}"
    return None


def own_skills(files: Files) -> tuple[str, ...]:
    """Names of the skills in an agent's own folder."""
    return tuple(
        sorted({path.split("/")[2] for path in files if path.startswith(SKILLS_FOLDER) and path.count("/") > 2})
    )


def agent_files(fields: Mapping[str, Any], *, before: Files | None = None) -> Files:
    """The files for a form's fields (those of `SubAgent`); with `before`, its other files and unknown fields stay."""
    kept = dict(before or {})
    known = {*AgentFile.model_fields}
    old = _old_fields(kept)
    said = {
        key: value for key, value in fields.items() if key in known and key != "name" and value not in (None, (), {})
    }
    if rules := said.get("routing"):
        said["routing"] = [{key: value for key, value in rule.items() if value} for rule in rules]
    if "claude_code" in old and "claude_code" not in said:
        said["claude_code"] = old["claude_code"]
    if code := said.get("code"):
        said["code"] = {key: value for key, value in code.items() if value is not None}
    unknown = {key: value for key, value in old.items() if key not in known}
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in {**said, **unknown}.items()}
    kept[AGENT_YAML] = DefinitionFile(dumped(plain).encode())
    kept[CLAUDE_MD] = DefinitionFile((fields["instructions"].strip() + "\n").encode())
    return dict(sorted(kept.items()))


def with_field(files: Files, name: str, value: Any) -> Files:
    """An agent's files with a field of its `agent.yaml` set, or taken out for None; comments in that file are lost."""
    fields = {key: old for key, old in _old_fields(dict(files)).items() if key != name}
    if value is not None:
        fields[name] = value
    return {**files, AGENT_YAML: DefinitionFile(dumped(fields).encode())}


def with_rule(files: Files, rule: RoutingRule) -> Files:
    """An agent's files with one more rule in its `agent.yaml`, at the end; comments in that file are lost."""
    fields = _old_fields(dict(files))
    said = {name: value for name, value in rule.model_dump(mode="json").items() if value}
    fields["routing"] = [*(fields.get("routing") or []), said]
    return {**files, AGENT_YAML: DefinitionFile(dumped(fields).encode())}


def from_claude_code(content: bytes, path: str) -> tuple[Files, str, tuple[str, ...]]:
    """(files, name, warnings) of a Claude Code `.claude/agents/*.md`. Raises InvalidDefinition."""
    front, body = split_front_matter(text_of(content, path), path)
    for field in ("name", "description"):
        if not isinstance(front.data.get(field), str):
            raise invalid(path, "is missing, or no text", line=front.line_of((field,)), field=field)
    data = dict(front.data)
    name = data.pop("name")
    said = {_OWN_NAMES[key]: data.pop(key) for key in list(data) if key in _OWN_NAMES}
    warnings = []
    for key in ("tools", "disallowed_tools", "skills"):
        said[key] = split_tools(said[key]) if said.get(key) else None
    if said.get("model") == "inherit":
        del said["model"]
    if said.get("permission_mode") in _ASKING_MODES:
        data["permissionMode"] = said["permission_mode"]
        said["permission_mode"] = "default"
        warnings.append(f"{path}: permissionMode {data['permissionMode']} is taken as default: it asks.")
    said = {key: value for key, value in said.items() if value is not None}
    if data:
        said["claude_code"] = data
    files = {
        AGENT_YAML: DefinitionFile(dumped(said).encode()),
        CLAUDE_MD: DefinitionFile(body.strip().encode() + b"\n"),
    }
    return files, name, tuple(warnings)


def _warnings(agent: SubAgent, files: Files) -> list[str]:
    """What is worth knowing before this agent is switched on. Raises InvalidDefinition for parts that are wrong."""
    warnings: list[str] = []
    if agent.permission_mode == "bypassPermissions":
        warnings.append(f"{AGENT_YAML}: permission_mode bypassPermissions: it does everything without asking.")
    if not agent.sandbox:
        warnings.append(f"{AGENT_YAML}: sandbox false: its commands reach all that the machine's own user can.")
    if agent.claude_code:
        names = ", ".join(sorted(str(key)[:60] for key in agent.claude_code)[:20])
        warnings.append(f"{AGENT_YAML}: fields of Claude Code that have no effect here, kept as they are: {names}.")
    if agent.profile is not Profile.TRUSTED and (field := sandbox_widened(settings_taken(files))):
        reason = f"makes the sandbox wider, and {AGENT_YAML} has the profile {agent.profile}"
        raise invalid(SETTINGS_PATH, f"{reason}: leave it out, or write `profile: trusted` there", field=field)
    if left_out := settings_left_out(files):
        warnings.append(f"{SETTINGS_PATH}: kept, but not put in force: {', '.join(left_out)[:500]}.")
    if LOCAL_SETTINGS in files:
        warnings.append(f"{LOCAL_SETTINGS}: kept, but not put in force.")
    commands = commands_of(files)
    if commands and not TABLE[agent.profile].servers_and_hooks:
        warnings.append(f"It has the profile {agent.profile}: its servers, hooks and commands are not started.")
    elif commands:
        warnings.append(f"It runs commands or servers of its own, without being asked: {len(commands)}.")
    warnings += [
        f"{path}: kept, but not put into workspaces; only .claude/, CLAUDE.md and .mcp.json are."
        for path in files
        if not path.startswith(".claude/") and path not in (*ROOTS, MCP_PATH)
    ]
    for skill in own_skills(files):
        warnings += _skill_warnings(skill, files)
    return warnings[:50]


def _skill_warnings(name: str, files: Files) -> list[str]:
    path = f"{SKILLS_FOLDER}{name}/{SKILL_MD}"
    head, _, _ = skill_head(name, files, path)
    return unknown_fields(path, head.model_extra)


def _old_fields(files: Files) -> dict[str, Any]:
    if AGENT_YAML not in files:
        return {}
    try:
        return dict(parse_yaml(text_of(files[AGENT_YAML].content, AGENT_YAML), AGENT_YAML).data)
    except InvalidDefinition:
        return {}  # it is being replaced, because it is broken
