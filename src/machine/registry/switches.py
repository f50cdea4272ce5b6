"""`config/disabled.yaml`: which definitions are switched off, those that come with the program included."""

import logging
import stat
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from machine.domain.agent import EntityName
from machine.domain.definitions import MAX_TEXT_BYTES, DefinitionFault, DefinitionFile, InvalidDefinition, invalid
from machine.registry.folders import Fingerprint, fingerprint, read_files, replace_file
from machine.registry.skill_files import dumped
from machine.registry.yaml_text import parse_yaml, text_of

FILE_NAME: Final = "disabled.yaml"
_HEAD: Final = "# Definitions that are switched off. Take a name out to switch it on again.\n"

_log = logging.getLogger(__name__)


class Disabled(BaseModel):
    """What the file says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agents: tuple[EntityName, ...] = ()
    skills: tuple[EntityName, ...] = ()
    webhooks: tuple[EntityName, ...] = ()


class Switches:
    """Reads and writes the file; a faulty one leaves everything as it was. Its methods block."""

    def __init__(self, root: Path) -> None:
        self.path = root / FILE_NAME
        self.current = Disabled()
        self.faults: tuple[DefinitionFault, ...] = ()
        self._mark: Fingerprint | None = None

    def off(self, kind: str) -> frozenset[str]:
        """Names of one kind that are switched off."""
        return frozenset(getattr(self.current, kind, ()))

    def refresh(self) -> None:
        """Read the file if it is another one than before."""
        try:
            mark = fingerprint(self.path)
            if mark == self._mark:
                return
            self.current, self.faults = self._read(), ()
            self._mark = mark
        except FileNotFoundError:
            self.current, self.faults, self._mark = Disabled(), (), None
        except (InvalidDefinition, OSError) as error:
            fault = DefinitionFault(path=FILE_NAME, reason=f"cannot be read: {error}")
            faults = error.faults if isinstance(error, InvalidDefinition) else (fault,)
            if faults != self.faults:
                _log.warning("what is switched off stays as it was: %s", "; ".join(map(str, faults)))
            self.faults = faults

    def set(self, kind: str, name: str, *, disabled: bool) -> None:
        """Switch one definition off or on. Raises OSError, and InvalidDefinition when the file is faulty."""
        self.refresh()
        if self.faults:
            raise InvalidDefinition(self.faults)
        names = self.off(kind) | {name} if disabled else self.off(kind) - {name}
        fields = {**self.current.model_dump(), kind: names}
        replace_file(self.path, (_HEAD + dumped({key: sorted(value) for key, value in fields.items()})).encode())
        self.refresh()

    def _read(self) -> Disabled:
        if not stat.S_ISREG(self.path.lstat().st_mode) or self.path.lstat().st_size > MAX_TEXT_BYTES:
            raise invalid(FILE_NAME, "is no file, or too large")
        file = read_files(self.path).get(FILE_NAME, DefinitionFile(b""))
        return parse_yaml(text_of(file.content, FILE_NAME), FILE_NAME).to_model(Disabled)
