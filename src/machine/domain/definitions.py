"""Definitions: what people wrote down under `config/`, as files, as a model, and as what is wrong with it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from machine.domain.cron import Times
from machine.domain.errors import MachineError
from machine.domain.profile import Profile

MAX_FILES: Final = 1_000
MAX_BYTES: Final = 20 * 1024 * 1024
"""Of one definition: all its files together."""
MAX_DEPTH: Final = 12
MAX_PATH_CHARS: Final = 300
MAX_PART_BYTES: Final = 120
MAX_TEXT_BYTES: Final = 256 * 1024
"""Of one file that is read as text: instructions, YAML, JSON."""
MAX_FAULTS: Final = 20

Model = TypeVar("Model", bound=BaseModel)


class DefinitionKind(StrEnum):
    """What a definition defines. The value is the word that people read."""

    AGENT = "agent"
    SKILL = "skill"
    WEBHOOK = "webhook"
    SCHEDULE = "schedule"


class DefinitionFault(BaseModel):
    """What is wrong, and where: a file (relative to `config/` or to what was sent), its line from 1, the field."""

    model_config = ConfigDict(frozen=True)

    path: str
    reason: str
    line: int | None = None
    field: str = ""

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}, line {self.line}"
        return f"{place}: {self.field}: {self.reason}" if self.field else f"{place}: {self.reason}"

    def under(self, folder: str) -> "DefinitionFault":
        """The same fault, with its path seen from further outside."""
        return self.model_copy(update={"path": f"{folder}/{self.path}" if self.path else folder})


class InvalidDefinition(MachineError):
    """What was sent or read is no definition; `faults` says all that is wrong with it, at most 20 of them."""

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 422

    def __init__(self, faults: Sequence[DefinitionFault]) -> None:
        self.faults = tuple(faults[:MAX_FAULTS])
        super().__init__("; ".join(map(str, self.faults[:3])), hint="Correct what `errors` names, and send it again.")


def invalid(path: str, reason: str, *, line: int | None = None, field: str = "") -> InvalidDefinition:
    """The error for a single fault."""
    return InvalidDefinition([DefinitionFault(path=path, reason=reason, line=line, field=field)])


def invalid_fields(path: str, error: ValidationError) -> InvalidDefinition:
    """The error for fields that do not fit their model; without their values, which may be secret."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return InvalidDefinition(
        [
            DefinitionFault(path=path, field=".".join(map(str, fault["loc"])), reason=str(fault["msg"])[:300])
            for fault in found[:MAX_FAULTS]
        ]
    )


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """One file of a definition, whole."""

    content: bytes
    executable: bool = False


Files = Mapping[str, DefinitionFile]
"""Files by their path inside the definition's folder, with `/` between the parts."""


@dataclass(frozen=True)
class Definition(Generic[Model]):
    """A definition that was read and found good."""

    name: str
    model: Model
    files: Files
    warnings: tuple[str, ...] = ()
    builtin: bool = False

    @property
    def content_hash(self) -> str:
        return content_hash(self.files)


def content_hash(files: Files) -> str:
    """`sha256:…` over paths, executable marks and contents; the same for the same folder wherever it lies."""
    digest = hashlib.sha256()
    for path in sorted(files):
        file = files[path]
        mark = b"x" if file.executable else b"-"
        digest.update(path.encode() + b"\0" + mark + hashlib.sha256(file.content).digest())
    return f"sha256:{digest.hexdigest()}"


class DefinitionState(StrEnum):
    """`broken`: the newest version has faults, and the last good one, if there is any, is in force."""

    READY = "ready"
    DISABLED = "disabled"
    BROKEN = "broken"
    DELETED = "deleted"


class DefinitionChange(BaseModel):
    """A definition is another one than before."""

    model_config = ConfigDict(frozen=True)

    kind: DefinitionKind
    name: str
    state: DefinitionState
    description: str = ""
    builtin: bool = False
    faults: tuple[DefinitionFault, ...] = ()


class FileInfo(BaseModel):
    """A file as it is listed before it is taken in. `script`: it holds a program, whether marked executable or not."""

    model_config = ConfigDict(frozen=True)

    path: str
    size_bytes: int
    executable: bool = False
    script: bool = False


class Preview(BaseModel):
    """What a definition consists of and asks for: shown before it is saved, and the same for all ways of making it."""

    model_config = ConfigDict(frozen=True)

    kind: DefinitionKind
    name: str
    description: str
    profile: Profile | None = None
    """How much an agent's tasks may do at most; unset for what is no agent."""
    times: Times | None = None
    """When a schedule comes; unset for what is no schedule."""
    files: tuple[FileInfo, ...]
    tools: tuple[str, ...]
    """Tools and permission rules that it asks for."""
    scripts: tuple[str, ...]
    executables: tuple[str, ...]
    commands: tuple[str, ...]
    """What runs without a call of the model's: hooks, MCP servers, commands inside of skills."""
    content_hash: str
    warnings: tuple[str, ...]
    exists: bool = False
    """Whether a definition of that name would be replaced."""
    overrides_builtin: bool = False
