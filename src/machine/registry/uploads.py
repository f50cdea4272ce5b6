"""What people send: a folder, an archive of it, an agent file, a SKILL.md, a YAML file; all end as files and a name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from machine.domain.definitions import DefinitionFile, DefinitionKind, Files, invalid
from machine.registry import agent_files, skill_files
from machine.registry.agent_files import from_claude_code
from machine.registry.archives import is_archive, unpacked
from machine.registry.file_shelf import ENDING
from machine.registry.paths import Collector, without_common_folder
from machine.registry.yaml_text import YamlText, parse_yaml, split_front_matter, text_of

_ARCHIVE_ENDINGS: Final = (".zip", ".tar", ".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it was sent. `path` is relative to the folder it was taken from, or just its name."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to become a definition. `name` is what it calls itself; it was not checked yet."""

    name: str
    files: Files
    warnings: tuple[str, ...] = ()


Take = Callable[[Sequence[Upload]], Draft]


def agent_from(uploads: Sequence[Upload]) -> Draft:
    """The agent in what was sent. Raises InvalidDefinition. Blocking."""
    files, folder = without_common_folder(_files(uploads), (*agent_files.ROOTS, ".mcp.json"))
    if any(root in files for root in agent_files.ROOTS):
        return Draft(folder, files)
    texts = [path for path in files if path.endswith(".md")]
    if skill_files.SKILL_MD in files:
        raise invalid(skill_files.SKILL_MD, "this is a skill; create it under skills")
    if len(texts) == 1 and len(files) == 1:
        made, name, warnings = from_claude_code(files[texts[0]].content, texts[0])
        return Draft(name, made, warnings)
    raise invalid("", "holds no agent: a folder with agent.yaml and CLAUDE.md, or one Claude Code agent file (.md)")


def skill_from(uploads: Sequence[Upload]) -> Draft:
    """The skill in what was sent. Raises InvalidDefinition. Blocking."""
    files, folder = without_common_folder(_files(uploads), skill_files.ROOTS)
    texts = [path for path in files if path.endswith(".md")]
    if skill_files.SKILL_MD not in files and len(files) == 1 and texts:
        files, folder = {skill_files.SKILL_MD: files[texts[0]]}, texts[0].removesuffix(".md").lower()
    if skill_files.SKILL_MD not in files:
        raise invalid(skill_files.SKILL_MD, "is missing: a skill is a folder with a SKILL.md")
    front, _ = split_front_matter(
        text_of(files[skill_files.SKILL_MD].content, skill_files.SKILL_MD), skill_files.SKILL_MD
    )
    named = front.data.get("name")
    return Draft(named if isinstance(named, str) else folder, files)


def file_from(
    uploads: Sequence[Upload], kind: DefinitionKind, parse: Callable[[str, str], YamlText] = parse_yaml
) -> Draft:
    """The definition that is one YAML file, alone or in a folder or archive. Raises InvalidDefinition. Blocking."""
    files, _ = without_common_folder(_files(uploads), ())
    if len(files) != 1:
        raise invalid("", f"send one YAML file: a {kind} is one")
    ((sent, file),) = files.items()
    stem = sent.removesuffix(ENDING).removesuffix(".yml")
    if stem == sent:
        raise invalid(_shown(sent), f"is no YAML file; a {kind} is one, called <name>{ENDING}")
    said = parse(text_of(file.content, sent), sent).data.get("name")
    name = said if isinstance(said, str) and said else stem
    return Draft(name, {f"{name}{ENDING}": DefinitionFile(file.content)})


def _files(uploads: Sequence[Upload]) -> Files:
    if not uploads:
        raise invalid("", "no file was sent")
    if len(uploads) == 1 and is_archive(uploads[0].content):
        return unpacked(uploads[0].content, _shown(uploads[0].path))
    if len(uploads) == 1 and uploads[0].path.lower().endswith(_ARCHIVE_ENDINGS):
        raise invalid(_shown(uploads[0].path), "is no archive that can be read")
    collector = Collector()
    for upload in uploads:
        collector.count()
        collector.add(upload.path, upload.content, executable=upload.content.startswith(b"#!"))
    return collector.files


def _shown(path: str) -> str:
    """A name that somebody sent, fit to be said back."""
    return "".join(letter if letter.isprintable() else "?" for letter in path)[:100]
