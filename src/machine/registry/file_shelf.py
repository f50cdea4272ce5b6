"""A kind of definition of which each is one file: `config/<kind>/<name>.yaml`."""

from pathlib import Path
from typing import Final

from machine.domain.definitions import DefinitionFault, Files, Model, invalid
from machine.registry.folders import ConfigFolder
from machine.registry.shelf import Shelf

ENDING: Final = ".yaml"


class FileShelf(Shelf[Model]):
    """A shelf whose definitions are files. What is called otherwise is a fault that says so."""

    def place(self, name: str) -> Path:
        """The definition's file; what is no YAML file keeps its whole name."""
        return self.folder / name if "." in name else self.folder / f"{name}{ENDING}"

    def save(self, to: ConfigFolder, name: str, files: Files) -> None:
        (file,) = files.values()
        to.save_file(self.plural, self.place(name).name, file)

    def _names(self) -> list[str]:
        # What could not be a name keeps its ending, so that it meets no definition of the name without it.
        return sorted({self._name_of(entry) for entry in super()._names()})

    def _name_of(self, entry: str) -> str:
        stem = entry.removesuffix(ENDING)
        return stem if stem != entry and "." not in stem else entry if "." in entry else f"{entry}/."

    def _check_place(self, name: str) -> None:
        if not self.is_name(name):
            reason = f"is no {self.kind}: each is a file <name>{ENDING}, of lower case letters, digits, inner hyphens"
            raise invalid("", reason)
        if self.place(name).is_symlink() or not self.place(name).is_file():
            raise invalid("", "is no file, or a link")

    def _placed(self, name: str, fault: DefinitionFault) -> DefinitionFault:
        shown = self.place(name).name
        return fault.model_copy(update={"path": f"{self.plural}/{shown}"})
