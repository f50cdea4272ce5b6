"""Who decides what a scripted model says."""

from collections.abc import Awaitable
from typing import Protocol

from machine.demo.model_request import ModelRequest
from machine.demo.replies import Answer


class Script(Protocol):
    """Decides the answer to a request; may take its time."""

    def reply(self, request: ModelRequest) -> Answer | Awaitable[Answer]:
        """The answer to `request`. An exception becomes a `400 invalid_request_error`, so that nobody retries."""
        ...
