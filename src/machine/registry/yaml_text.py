"""YAML that says where it went wrong: plain values only, every one with its line.

No tags, anchors or aliases, no key twice, no endless nesting: a definition is data that people read, and a short text
must not grow into a large value.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from machine.domain.definitions import MAX_TEXT_BYTES, DefinitionFault, InvalidDefinition, invalid

MAX_YAML_CHARS: Final = 64 * 1024
MAX_NESTING: Final = 16

_T = TypeVar("_T", bound=BaseModel)
_Place = tuple[str | int, ...]
_TAG: Final = "tag:yaml.org,2002:"
_CONSTRUCT: Final = yaml.constructor.SafeConstructor()


@dataclass(frozen=True)
class YamlText:
    """A mapping read from YAML, with the line of each of its values."""

    path: str
    data: Mapping[str, Any]
    lines: Mapping[_Place, int]

    def line_of(self, place: _Place) -> int | None:
        """The line of the value at `place`, or of the nearest one around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)

    def to_model(self, model: type[_T]) -> _T:
        """Raises InvalidDefinition with path, line and field of everything that does not fit."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            raise InvalidDefinition([self._fault(found) for found in error.errors(include_url=False)]) from error

    def _fault(self, found: Any) -> DefinitionFault:
        place = tuple(found["loc"])
        field = ".".join(str(part) for part in place)[:200]
        reason = str(found["msg"]).removeprefix("Value error, ")
        return DefinitionFault(path=self.path, line=self.line_of(place), field=field, reason=reason[:300])


def text_of(content: bytes, path: str) -> str:
    """The text of a file. Raises InvalidDefinition for what is too long or no text."""
    if len(content) > MAX_TEXT_BYTES:
        raise invalid(path, f"has {len(content)} bytes, the limit for a text is {MAX_TEXT_BYTES}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise invalid(path, "is not text in UTF-8", line=line) from error
    if "\0" in text:
        raise invalid(path, "holds a NUL character", line=text[: text.index("\0")].count("\n") + 1)
    return text


def parse_yaml(text: str, path: str, *, first_line: int = 1) -> YamlText:
    """A mapping with its lines; nothing at all is an empty mapping. Raises InvalidDefinition."""
    if len(text) > MAX_YAML_CHARS:
        raise invalid(path, f"has {len(text)} characters of YAML, the limit is {MAX_YAML_CHARS}")
    reader = _Reader(path, first_line)
    try:
        reader.check(text)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise invalid(path, f"is no YAML: {error.problem}", line=mark.line + first_line if mark else None) from error
    except yaml.YAMLError as error:
        raise invalid(path, f"is no YAML: {str(error).splitlines()[0][:200]}", line=first_line) from error
    if node is None:
        return YamlText(path, {}, {(): first_line})
    if not isinstance(node, yaml.MappingNode):
        raise reader.fault(node, "has to be a mapping: `field: value`")
    return YamlText(path, reader.value(node, ()), reader.lines)


class _Reader:
    def __init__(self, path: str, first_line: int) -> None:
        self.lines: dict[_Place, int] = {}
        self._path = path
        self._first_line = first_line

    def fault(self, node: Any, reason: str) -> InvalidDefinition:
        return invalid(self._path, reason, line=node.start_mark.line + self._first_line)

    def check(self, text: str) -> None:
        """Look at the events before anything is built from them."""
        depth = documents = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self.fault(event, "anchors and aliases are not taken; write the value out")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if depth > MAX_NESTING:
                raise self.fault(event, f"is nested deeper than {MAX_NESTING} levels")
            if documents > 1:
                raise self.fault(event, "holds a second document")

    def value(self, node: yaml.Node, place: _Place) -> Any:
        self.lines[place] = node.start_mark.line + self._first_line
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, place: _Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.fault(key_node, "a field's name has to be text")
            key = self._clean(key_node, str(key_node.value))
            if key in found:
                raise self.fault(key_node, f"the field {key[:100]} is there twice")
            found[key] = self.value(value_node, (*place, key))
        return found

    def _scalar(self, node: yaml.Node) -> Any:
        """A value as it was meant; what only looks like a number or a date stays the text that it is."""
        if not isinstance(node, yaml.ScalarNode):
            raise self.fault(node, "is no plain value")
        kind, text = str(node.tag).removeprefix(_TAG), str(node.value)
        try:
            match kind:
                case "null":
                    return None
                case "bool":
                    return _CONSTRUCT.construct_yaml_bool(node)
                case "int" if len(text) <= 40:
                    return int(_CONSTRUCT.construct_yaml_int(node))
                case "float" if len(text) <= 60:
                    return self._finite(node)
                case "str" | "int" | "float" | "timestamp" | "value" | "merge":
                    return self._clean(node, text)
        except (ValueError, OverflowError, KeyError):
            return self._clean(node, text)
        raise self.fault(node, f"the tag {kind[:100]} is not taken")

    def _finite(self, node: yaml.ScalarNode) -> float:
        number = float(_CONSTRUCT.construct_yaml_float(node))
        if not math.isfinite(number):
            raise self.fault(node, "a number has to be finite")
        return number

    def _clean(self, node: yaml.Node, text: str) -> str:
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise self.fault(node, "holds characters that are no text (NUL or half a surrogate pair)")
        return text


def split_front_matter(text: str, path: str) -> tuple[YamlText, str]:
    """The YAML between the `---` lines at the beginning, and the text after it. Raises InvalidDefinition."""
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].rstrip() != "---":
        raise invalid(path, "has to begin with a line `---`, then name and description, then `---`", line=1)
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            return parse_yaml("".join(lines[1:number]), path, first_line=2), "".join(lines[number + 1 :])
    raise invalid(path, "the front matter that begins with `---` does not end with one", line=len(lines))
