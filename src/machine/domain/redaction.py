"""Redaction: known secret values are taken out of what is stored, logged and shown."""

import json
import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

MIN_CHARACTERS: Final = 6
"""Shorter values would take ordinary words out."""
MAX_HELD_BACK: Final = 4096
_MAX_DEPTH: Final = 50


class Redactor:
    """Replaces every known value, as it is or as JSON writes it, with `[redacted NAME]`.

    What is encoded, cut, or written with something in between is not recognised. Costs one search of a text for each
    value; nothing while there are none.
    """

    def __init__(self) -> None:
        self._sources: dict[str, Mapping[str, str]] = {}
        self._marks: tuple[tuple[str, str], ...] = ()
        self._sorted: tuple[str, ...] = ()

    def know(self, source: str, values: Mapping[str, str]) -> None:
        """Take out these values by name, from now on, in place of those that `source` gave before."""
        self._sources[source] = dict(values)
        marks: dict[str, str] = {}
        for known in self._sources.values():
            for name, value in known.items():
                if len(plain := value.strip()) >= MIN_CHARACTERS:
                    for form in (plain, json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]):
                        marks[form] = f"[redacted {name}]"
        self._marks = tuple(sorted(marks.items(), key=lambda mark: -len(mark[0])))
        self._sorted = tuple(sorted(marks))

    def text(self, text: str) -> str:
        """`text` without the values."""
        for value, mark in self._marks:
            if value in text:
                text = text.replace(value, mark)
        return text

    def data(self, data: Any, *, depth: int = 0) -> Any:
        """JSON data with every text in it redacted, keys aside; what lies deeper than 50 levels is left out."""
        if not self._marks:
            return data
        if isinstance(data, str):
            return self.text(data)
        if not isinstance(data, dict | list | tuple):
            return data
        if depth >= _MAX_DEPTH:
            return None
        if isinstance(data, dict):
            return {key: self.data(value, depth=depth + 1) for key, value in data.items()}
        return [self.data(value, depth=depth + 1) for value in data]

    def begun_in(self, text: str) -> int:
        """How many characters at the end of `text` may be the beginning of a value, so that its rest is to be awaited;
        0 for none, at most 4096."""
        if not self._sorted:
            return 0
        tail = text[-min(MAX_HELD_BACK, max(map(len, self._sorted)) - 1) :]
        for start in range(len(tail)):
            begun = tail[start:]
            place = bisect_left(self._sorted, begun)
            if place < len(self._sorted) and self._sorted[place].startswith(begun) and self._sorted[place] != begun:
                return len(begun)
        return 0


def secrets_in_url(name: str, url: str) -> dict[str, str]:
    """The URL of a server, and the password in it as it is written there and as it is meant."""
    found = {name: url}
    given = re.match(r"\w+://[^:/@]*:([^@]*)@", url)
    asked = parse_qs(urlsplit(url).query).get("password", [])
    for number, password in enumerate([*([given[1], unquote(given[1])] if given else []), *asked]):
        found[f"{name} password {number}" if number else f"{name} password"] = password
    return found if len(found) > 1 else {}
