"""Conditions over a payload (JMESPath), checked when written and bounded when they are applied.

Whoever writes a condition is known, the payload is not; neither may keep the daemon busy. An expression is short, makes
no more than a bounded number of values out of one, has no function that grows text, and its steps are counted.
"""

import math
from collections.abc import Iterator
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import TreeInterpreter

MAX_CONDITION_CHARS: Final = 1000
MAX_STEPS: Final = 100_000
MAX_GROWTH: Final = 1024
"""How many times a value may be repeated by `[a, b]` and `{a: b}` in one expression, all of them together."""

FUNCTIONS: Final = frozenset(
    (
        *("abs", "avg", "ceil", "floor", "max", "max_by", "min", "min_by", "sum", "to_number"),
        *("contains", "ends_with", "starts_with", "length", "type", "not_null"),
        *("keys", "values", "map", "reverse", "sort", "sort_by"),
    )
)
"""What a condition may call: all of JMESPath but what builds new text or objects (`join`, `to_string`, `merge`)."""


class ConditionFault(ValueError):
    """A condition that cannot be used, or could not be applied to a payload; the message is for people."""


class _Counting(TreeInterpreter):
    def __init__(self) -> None:
        super().__init__()
        self._left = MAX_STEPS

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise ConditionFault(f"it takes more than {MAX_STEPS} steps on this payload")
        return super().visit(node, *args, **kwargs)


class Condition:
    """A compiled JMESPath expression. Raises ConditionFault for one that is none, or is not allowed."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_CONDITION_CHARS:
            raise ConditionFault(f"it has more than {MAX_CONDITION_CHARS} characters")
        try:
            self._tree: Any = jmespath.compile(text).parsed
            nodes = list(_nodes(self._tree))
        except (JMESPathError, ValueError) as error:
            raise ConditionFault(f"it is no JMESPath expression: {str(error).splitlines()[0]}") from None
        except RecursionError:
            raise ConditionFault("it is nested too deeply") from None
        _check(nodes)

    def holds(self, payload: Any) -> bool:
        """Whether it is true of `payload`, as JMESPath counts truth. Raises ConditionFault where it does not apply."""
        result = self.value(payload)
        return not (result is None or result is False or result in ("", [], {}))

    def value(self, payload: Any) -> Any:
        """What the expression finds in `payload`; None when there is no such thing. Raises ConditionFault."""
        try:
            return _Counting().visit(self._tree, payload)
        except ConditionFault:
            raise
        except (JMESPathError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise ConditionFault(f"it cannot be applied to this payload: {str(error)[:200]}") from None
        except RecursionError:
            raise ConditionFault("the payload is nested too deeply for it") from None


def _nodes(node: Any) -> Iterator[Any]:
    if isinstance(node, dict) and "type" in node:
        yield node
        for child in node.get("children", ()):
            yield from _nodes(child)


def _check(nodes: list[Any]) -> None:
    for node in nodes:
        if node["type"] == "function_expression" and node["value"] not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            raise ConditionFault(f"the function {node['value']} is not available; there are {known}")
    growth = math.prod(max(1, len(node["children"])) for node in nodes if node["type"].startswith("multi_select"))
    if growth > MAX_GROWTH:
        raise ConditionFault('it repeats values too often; write a list of words as `["a", "b"]` in backticks')
