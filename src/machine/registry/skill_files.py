"""Skills: from files to the model, and from a form to files."""

from collections.abc import Mapping
from typing import Any, Final

import yaml

from machine.domain.agent import SubAgent
from machine.domain.definitions import Definition, DefinitionFile, Files, InvalidDefinition, invalid
from machine.domain.skill import Skill, SkillFile, SkillHead
from machine.registry.inspection import commands_of
from machine.registry.yaml_text import YamlText, parse_yaml, split_front_matter, text_of

SKILL_MD: Final = "SKILL.md"
SKILL_YAML: Final = "skill.yaml"
ROOTS: Final = (SKILL_MD,)


def read_skill(name: str, files: Files, *, builtin: bool = False) -> Definition[Skill]:
    """The skill in these files. Raises InvalidDefinition with everything that is wrong."""
    head, body, front = skill_head(name, files, SKILL_MD)
    side_file = parse_yaml(text_of(files[SKILL_YAML].content, SKILL_YAML), SKILL_YAML) if SKILL_YAML in files else None
    side = side_file.to_model(SkillFile) if side_file else SkillFile()
    commands_of(files)
    skill = Skill(
        name=name,
        description=head.description,
        instructions=body,
        agents=side.agents,
        allowed_tools=head.allowed_tools,
        builtin=builtin,
    )
    warnings = [*unknown_fields(SKILL_MD, head.model_extra), *unknown_fields(SKILL_YAML, side.model_extra)]
    if not body.strip():
        warnings.append(f"{front.path}: there are no instructions after the front matter.")
    return Definition(name, skill, files, tuple(warnings), builtin)


def skill_head(name: str, files: Files, path: str) -> tuple[SkillHead, str, YamlText]:
    """The front matter of a SKILL.md and the text after it. Raises InvalidDefinition."""
    if path not in files:
        raise invalid(path, "is missing: a skill is a folder with a SKILL.md")
    front, body = split_front_matter(text_of(files[path].content, path), path)
    head = front.to_model(SkillHead)
    if head.name is not None and head.name != name:
        raise invalid(
            path, f"is {head.name}, but the folder is called {name}", line=front.line_of(("name",)), field="name"
        )
    return head, body, front


def skill_files(fields: Mapping[str, Any], *, before: Files | None = None) -> Files:
    """The files for a form's fields (those of `Skill`); with `before`, its other files and unknown fields stay."""
    kept = dict(before or {})
    old = _old_head(kept)
    head = {k: v for k, v in old.items() if k not in ("name", "description", "allowed-tools")}
    head = {"name": fields["name"], "description": fields["description"], **head}
    if fields.get("allowed_tools"):
        head["allowed-tools"] = list(fields["allowed_tools"])
    agents = fields.get("agents", "all")
    text = f"---\n{dumped(head)}---\n{fields['instructions'].strip()}\n"
    kept[SKILL_MD] = DefinitionFile(text.encode())
    kept[SKILL_YAML] = DefinitionFile(dumped({"agents": agents if agents == "all" else list(agents)}).encode())
    return dict(sorted(kept.items()))


def dumped(fields: Mapping[str, Any]) -> str:
    """YAML as people write it."""
    return str(yaml.safe_dump(dict(fields), sort_keys=False, allow_unicode=True, default_flow_style=False, width=110))


def unknown_fields(path: str, extra: Mapping[str, Any] | None) -> list[str]:
    """A warning that names the fields that are kept without effect on the machine."""
    if not extra:
        return []
    names = ", ".join(sorted(str(name)[:60] for name in extra)[:20])
    return [f"{path}: not known to this machine, kept as it is: {names}."]


def asked_for(agent: SubAgent) -> tuple[str, ...]:
    """Tools and rules that an agent asks for, without doubles."""
    return tuple(dict.fromkeys((*(agent.tools or ()), *agent.allowed_tools)))


def _old_head(files: Files) -> dict[str, Any]:
    if SKILL_MD not in files:
        return {}
    try:
        return dict(split_front_matter(text_of(files[SKILL_MD].content, SKILL_MD), SKILL_MD)[0].data)
    except InvalidDefinition:
        return {}  # it is being replaced, because it is broken
