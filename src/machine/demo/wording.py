"""The sentences by which the demo says what it is."""

from typing import Final

from machine.demo.replies import Reply, Text

MARKER: Final = "Demo model: no real model was asked."
MODEL_NAME: Final = "demo-model"

_WORD_DELAY_SECONDS: Final = 0.02


def final(text: str) -> Reply:
    """The last answer of a turn: what happened, and the marker."""
    return Reply((Text(f"{text}\n\n{MARKER}", _WORD_DELAY_SECONDS),))
