"""The demo model: what `machine serve --demo` answers. It plays parts for a few words and never hides that it does."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from machine.demo import drafts, parts, prompts
from machine.demo.model_request import ModelRequest
from machine.demo.parts import Turn
from machine.demo.replies import Answer, Reply, ToolUse
from machine.demo.wording import final

DEFAULT_AGENT: Final = "planning"
STRUCTURED_OUTPUT_TOOL: Final = "StructuredOutput"

_WORD: Final = re.compile(r"\bdemo:(slow|ask|permission|edit|background|fail)\b")
_CONTINUE: Final = re.compile(
    r"continue (?:from )?where (?:you|it|the) .*left off|^\s*continue[.!]?\s*$", re.IGNORECASE
)

_PARTS: Final[Mapping[str, Callable[[Turn], Answer]]] = {
    "slow": parts.slow,
    "ask": parts.ask,
    "permission": parts.permission,
    "edit": parts.edit,
    "background": parts.background,
    "fail": parts.fail,
}


class DemoModel:
    """The script of the demo. Stateless: the part it plays follows from the conversation in each request."""

    def __init__(self, *, default_agent: str = DEFAULT_AGENT) -> None:
        self._default_agent = default_agent

    def reply(self, request: ModelRequest) -> Answer:
        """Play the part the user's newest message names, or answer a plain prompt, or explain what this is."""
        if STRUCTURED_OUTPUT_TOOL in request.tools:
            return self._structured(request)
        if request.is_notification:
            return final("A command in the background has ended; the demo has nothing to add.")
        turn = turn_of(request)
        word = _WORD.search(turn.text)
        if word is not None:
            return _PARTS[word.group(1)](turn)
        return prompts.plain_answer(turn)

    def _structured(self, request: ModelRequest) -> Answer:
        drafted = drafts.drafted(request.input_schema(STRUCTURED_OUTPUT_TOOL), request.last_user_text)
        if any(call.name == STRUCTURED_OUTPUT_TOOL and not call.is_error for call in request.tool_calls):
            return final("The answer was given as structured output.")
        return Reply(
            (ToolUse(STRUCTURED_OUTPUT_TOOL, drafted or self._filled(request.input_schema(STRUCTURED_OUTPUT_TOOL))),)
        )

    def _filled(self, schema: Mapping[str, object]) -> dict[str, object]:
        """The smallest object that satisfies `schema`: the default agent wherever an agent is asked for."""
        properties = schema.get("properties")
        required = schema.get("required")
        if not isinstance(properties, dict) or not isinstance(required, list):
            return {}
        return {name: self._value(name, properties.get(name)) for name in required}

    def _value(self, name: str, schema: object) -> object:
        rules = schema if isinstance(schema, dict) else {}
        if "agent" in name:
            return self._default_agent
        if choices := rules.get("enum"):
            return choices[0]
        kind = rules.get("type")
        nothing: dict[object, object] = {"number": 0.5, "integer": 1, "boolean": False, "array": []}
        if kind == "object":
            return self._filled(rules)
        return nothing.get(kind, "Demo model: the default agent takes it.")


def turn_of(request: ModelRequest) -> Turn:
    """The turn in progress. A nudge to continue belongs to the message before it, whose part then is finished."""
    said = request.user_texts
    back = 1
    while back < len(said) and _CONTINUE.search(said[-back]):
        back += 1
    return Turn(
        request=request,
        text=said[-back] if said else "",
        calls=request.calls_since(back),
        said_before=request.assistant_text_since(back),
        resumed=back > 1,
    )
