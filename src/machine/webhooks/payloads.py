"""Reading bodies: what they may be, and how to look into them when anything may be missing or of another kind."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from machine.webhooks.headers import Headers

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
MAX_TEXT_CHARS: Final = 65_536
MAX_LINE_CHARS: Final = 1_000
MAX_FORM_FIELDS: Final = 1_000
MAX_MARKS: Final = 2_000_000
"""Brackets, braces and commas in one body: 25 MB of nothing but `[],` would take 600 MB and seven seconds."""
MAX_LABELS: Final = 100

_UNCLEAN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NOT_A_WORD: Final = re.compile(r"[^A-Za-z0-9_:/.-]")


class Unreadable(ValueError):
    """A body that cannot be read. `status` is 415 for its type, 422 for what it holds; the message is for people."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def media_type(headers: Headers) -> str:
    """The media type of the body in small letters, without parameters; empty when there is none."""
    return headers.get("content-type").partition(";")[0].strip().lower()


def require_media_type(headers: Headers, allowed: tuple[str, ...], raw_body: bytes) -> None:
    """Raises Unreadable (415) unless the body is of an allowed type; an empty body may have none."""
    found = media_type(headers)
    if found in allowed or (not found and not raw_body):
        return
    if JSON in allowed and re.fullmatch(r"application/[a-z0-9.-]{1,80}\+json", found):
        return
    raise Unreadable(415, f"Send it as {' or '.join(allowed)}, not as {found or 'something without a content type'}.")


def parse_json(text: bytes | str) -> Any:
    """What it says. Raises Unreadable (422): no JSON, numbers that are none, endless nesting, not UTF-8."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if raw.count(b"[") + raw.count(b"{") + raw.count(b",") > MAX_MARKS:
        raise Unreadable(422, "The JSON holds too many values.")
    try:
        return json.loads(text, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Unreadable(422, "The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Unreadable(
            422, f"The body is no JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError as error:
        raise Unreadable(422, f"The body is no JSON that can be used: {str(error)[:100]}.") from None
    except RecursionError:
        raise Unreadable(422, "The JSON is nested too deeply.") from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def parse_form(raw_body: bytes) -> dict[str, str]:
    """The fields of a form; the first of several with one name. Raises Unreadable (422)."""
    try:
        pairs = parse_qsl(raw_body.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_FORM_FIELDS)
    except UnicodeDecodeError:
        raise Unreadable(422, "The form is not UTF-8.") from None
    except ValueError:
        raise Unreadable(422, f"The form has more than {MAX_FORM_FIELDS} fields.") from None
    return dict(reversed(pairs))


def look(value: Any, *path: str) -> Any:
    """What stands under these keys; None as soon as there is no such thing."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def word(value: Any, *path: str, limit: int = MAX_LINE_CHARS) -> str:
    """A text or a number under these keys as one clean, bounded line; empty for anything else."""
    return " ".join(text(value, *path, limit=limit).split())


def text(value: Any, *path: str, limit: int = MAX_TEXT_CHARS) -> str:
    """A text or a number under these keys, clean and bounded; empty for anything else."""
    found = look(value, *path)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    if isinstance(found, int):
        return str(found) if abs(found) < 10**30 else ""
    return clean(found[:limit])


def clean(found: str) -> str:
    """Without control characters and lone surrogates, which neither databases nor terminals take."""
    return _UNCLEAN.sub("\ufffd", found)


def identifier(value: Any, *path: str) -> str:
    """A word for events and actions, of letters, digits and `_ : / . -` only, at most 100 characters."""
    return _NOT_A_WORD.sub("_", word(value, *path, limit=100))


def names(values: Any, *keys: str) -> tuple[str, ...]:
    """The labels in a list of texts, or of objects that have their name under one of `keys`."""
    if not isinstance(values, list):
        return ()
    found = (
        word(item) or next((name for key in keys if (name := word(item, key))), "") for item in values[:MAX_LABELS]
    )
    return tuple(name for name in found if name)


def web(value: Any, *path: str) -> str:
    """An http(s) address under these keys; empty for anything else."""
    found = word(value, *path)
    return found if found.startswith(("https://", "http://")) and " " not in found else ""
