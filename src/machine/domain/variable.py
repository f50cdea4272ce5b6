"""Variables: named secrets that people give to agents, webhooks and repositories."""

import re
from datetime import datetime
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

VARIABLE_PATTERN: Final = r"^[A-Z][A-Z0-9_]{0,127}$"
MAX_VALUE_BYTES: Final = 64 * 1024
MAX_VARIABLES: Final = 500

VariableName = Annotated[str, StringConstraints(pattern=VARIABLE_PATTERN)]

_NAME: Final = re.compile(VARIABLE_PATTERN.removesuffix("$") + r"\Z")
_RESERVED: Final = re.compile(
    r"(ANTHROPIC|CLAUDE|MACHINE|LD|DYLD|LC|XDG|BASH|NODE|SSL_CERT)_.*|PYTHON.*"
    r"|PATH|HOME|USER|LOGNAME|SHELL|SHELLOPTS|BASHOPTS|ENV|IFS|PS4|PWD|OLDPWD|TMPDIR|TERM|LANG|LANGUAGE|TZ"
    r"|(HTTP|HTTPS|ALL|NO)_PROXY|REQUESTS_CA_BUNDLE|DISABLE_AUTOUPDATER"
)
"""What the machine, the CLI or their loaders read themselves."""


class Variable(BaseModel):
    """What may be known of a variable: everything but its value."""

    model_config = ConfigDict(frozen=True)

    name: str
    set_at: datetime
    set_by: str = ""
    """The user's id."""
    made_for: str = ""
    """The webhook that it was made for, and goes with; empty: a person named it."""
    problem: str = ""
    """Why its value cannot be read; empty when it can."""


def objection_to_name(name: str) -> str | None:
    """Why no variable may be called this; None when one may."""
    if not _NAME.match(name):
        return "a name is made of A to Z, 0 to 9 and _, begins with a letter and has at most 128 characters"
    if _RESERVED.fullmatch(name):
        return "this name belongs to the machine, to Claude Code or to the system; choose another one"
    return None


def objection_to_value(value: str) -> str | None:
    """Why a value cannot be kept and given to a program; None when it can."""
    if not value:
        return "the value is empty; delete the variable instead"
    if "\0" in value:
        return "the value holds a NUL character, which no environment can hold"
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        return "the value is not valid Unicode text"
    return f"the value has more than {MAX_VALUE_BYTES} bytes" if size > MAX_VALUE_BYTES else None
