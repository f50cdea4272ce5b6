"""Logging: structlog over the standard library, one line an event, for people or as JSON, on stderr."""

import logging
import re
import sys
from typing import Any, Final

import structlog

from machine.domain.redaction import Redactor
from machine.settings import Settings

_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Controls of terminals, other ends of lines, and what turns the direction of reading; `\\n` is seen to by itself."""


def set_up_logging(settings: Settings, redactor: Redactor) -> None:
    """Send all logs of this process to stderr in the form that the settings ask for, without what `redactor` knows."""

    def redact(_logger: Any, _method: str, event: Any) -> Any:
        return redactor.data(event)

    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
        *(() if as_json else (_on_one_line,)),  # JSON writes all that is not plain as a number
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for noisy in ("httpx2", "websockets", "claude_agent_sdk", "mcp", "alembic", "watchfiles"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for open_to_strangers in ("uvicorn", "uvicorn.error"):  # it warns of each request that it cannot read
        logging.getLogger(open_to_strangers).setLevel(logging.ERROR)


def _on_one_line(_logger: Any, _method: str, event: Any) -> Any:
    """What comes from outside must not be able to forge a second line, nor to command the terminal it is read in.

    A stack has lines of its own: they are set off from what the log itself says.
    """
    for name, value in event.items():
        if isinstance(value, str):
            told = _UNPRINTABLE.sub(lambda found: repr(found[0])[1:-1], value)
            event[name] = told.replace("\n", "\n    | " if name == "exception" else "\\n")
    return event
