"""`.env` files: what they set, and what of it is not taken."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dotenv.parser import parse_stream

from machine.domain.errors import BadRequest
from machine.domain.variable import objection_to_name, objection_to_value

MAX_BYTES: Final = 1024 * 1024
MAX_REFUSALS: Final = 100


@dataclass(frozen=True)
class Refusal:
    """What of a file is not taken; `name` is empty for a line that sets nothing."""

    line: int
    name: str
    why: str


@dataclass(frozen=True)
class EnvFile:
    """`values` are those that can be taken; of a name that is set twice, the last."""

    values: Mapping[str, str]
    refused: tuple[Refusal, ...]


def read_env_file(content: bytes) -> EnvFile:
    """Quotes, comments and `export` as usual; nothing is expanded: `$OTHER` stays. Raises BadRequest."""
    if len(content) > MAX_BYTES:
        raise BadRequest(f"The file has more than {MAX_BYTES} bytes.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest("The file is not UTF-8 text.", hint="Save it as UTF-8, and send it again.") from error
    values: dict[str, str] = {}
    refused: list[Refusal] = []
    for found in parse_stream(io.StringIO(text)):
        name, line = found.key or "", found.original.line
        if not name and not found.error:
            continue  # a comment, or nothing at all
        if why := _objection(name, found.value, broken=found.error):
            refused.append(Refusal(line, name[:128], why))
        else:
            values[name] = found.value or ""
    return EnvFile(values, tuple(refused[:MAX_REFUSALS]))


def _objection(name: str, value: str | None, *, broken: bool) -> str | None:
    if broken:
        return "this is not NAME=value"
    if value is None:
        return "there is no value"
    return objection_to_name(name) or objection_to_value(value)
