"""Templates of webhooks: a small part of Jinja, checked when written and bounded when rendered.

What a template may contain is a list: text, values, filters of a short list, conditions and loops. There are no calls,
no arithmetic, no assignments and no attributes of Python's objects, so there is nothing to break out with; the sandbox
stands behind that as a second wall. Steps and output are counted.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, meta, nodes, pass_context
from jinja2 import Template as JinjaTemplate
from jinja2.filters import do_default
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_TEMPLATE_CHARS: Final = 20_000
MAX_STEPS: Final = 2_000
MAX_OUTPUT_CHARS: Final = 100_000
MAX_LOOP_DEPTH: Final = 2

VARIABLES: Final = frozenset(
    (
        *("webhook", "event", "action", "title", "text", "url", "actor", "labels", "number", "command", "arguments"),
        *("repository", "clone_url", "ref", "checkout_ref", "base_ref", "sha", "fields", "payload", "subject"),
    )
)
_LOOP_VALUES: Final = frozenset({"index", "index0", "first", "last", "length"})
_TESTS: Final = frozenset({"defined", "undefined", "none", "string", "number", "mapping", "sequence", "in", "eq", "ne"})
_NODES: Final = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.CondExpr),
    *(nodes.Name, nodes.Const, nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Neg, nodes.Tuple, nodes.List),
    *(nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Keyword),
)
_RUN: Final = "_run"
_RENDER_FAULTS: Final = (
    *(TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError),
)

Say = Callable[[Any], str]
"""How a value stands in the output."""


class TemplateFault(ValueError):
    """A template that cannot be used, or could not be rendered; the message is for people."""


class _Run:
    """One rendering: how values are said, and how many steps are left."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self._left = MAX_STEPS

    def step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TemplateFault(f"it takes more than {MAX_STEPS} steps")


class _Environment(ImmutableSandboxedEnvironment):
    """Knows data only: keys of objects, items of lists, and a loop's counters."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Undefined):
            return obj
        if isinstance(obj, LoopContext) and argument in _LOOP_VALUES:
            return getattr(obj, argument)
        if isinstance(obj, dict) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        if isinstance(obj, list | str) and isinstance(argument, int | slice):
            try:
                return obj[argument]
            except IndexError:
                return self.undefined(hint=f"there is no item {argument}")
        return self.undefined(hint=f"there is no {str(argument)[:100]!r} in it")


class Template:
    """A compiled template. Raises TemplateFault for one that is none, or holds what is not allowed."""

    def __init__(self, source: str) -> None:
        if len(source) > MAX_TEMPLATE_CHARS:
            raise TemplateFault(f"it has more than {MAX_TEMPLATE_CHARS} characters")
        environment = _environment()
        try:
            tree = environment.parse(source)
            _check(tree, 0)
            self.names = frozenset(meta.find_undeclared_variables(tree))
            self._template = JinjaTemplate.from_code(environment, environment.compile(tree), {})
        except TemplateFault:
            raise
        except TemplateError as error:
            raise TemplateFault(f"line {getattr(error, 'lineno', None) or 1}: {error.message}") from None
        except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
            raise TemplateFault("it is nested too deeply, or holds a number that is too large") from None
        if unknown := sorted(self.names - VARIABLES):
            raise TemplateFault(f"there is no variable {unknown[0]!r}; there are {', '.join(sorted(VARIABLES))}")

    def render(self, values: Mapping[str, Any], say: Say, *, max_chars: int = MAX_OUTPUT_CHARS) -> str:
        """The text with `values` in it, each as `say` says it. Raises TemplateFault: undefined, too long, too slow.

        `values` are plain data of bounded size; what they hold is never taken for a template.
        """
        pieces: list[str] = []
        left = max_chars
        try:
            for piece in self._template.generate({**values, _RUN: _Run(say)}):
                pieces.append(piece)
                left -= len(piece)
                if left < 0:
                    raise TemplateFault(f"its output has more than {max_chars} characters")
        except TemplateFault:
            raise
        except _RENDER_FAULTS as error:
            raise TemplateFault(f"it cannot be rendered for this payload: {str(error)[:200]}") from None
        return "".join(pieces)


def _check(node: nodes.Node, depth: int) -> None:
    """Let through what is on the lists, and count every loop's rounds."""
    if not isinstance(node, _NODES):
        raise TemplateFault(f"line {node.lineno}: {type(node).__name__.lower()} is not available in templates")
    if isinstance(node, nodes.For):
        depth += 1
        if node.recursive or depth > MAX_LOOP_DEPTH:
            raise TemplateFault(f"line {node.lineno}: loops are at most {MAX_LOOP_DEPTH} deep and not recursive")
    if isinstance(node, nodes.Name) and (node.name.startswith("_") or node.name == "self"):
        raise TemplateFault(f"line {node.lineno}: the name {node.name[:50]} is not available")
    for kind, known in ((nodes.Filter, _FILTERS), (nodes.Test, _TESTS)):
        if isinstance(node, kind) and node.name not in known:
            raise TemplateFault(f"line {node.lineno}: there is no {node.name!r}; there are {', '.join(sorted(known))}")
    for child in node.iter_child_nodes():
        _check(child, depth)
    if isinstance(node, nodes.For):
        node.iter = nodes.Filter(node.iter, _RUN, [], [], None, None, lineno=node.lineno)


@pass_context
def _rounds(context: Context, value: Any) -> Any:
    run = context[_RUN]
    for item in value.items() if isinstance(value, dict) else value:
        run.step()
        yield item


@pass_context
def _finalize(context: Context, value: Any) -> str:
    if isinstance(value, Undefined):
        return str(value)  # raises, and says what is missing
    said: str = context[_RUN].say(value)
    return said


def _counted(function: Callable[..., Any]) -> Callable[..., Any]:
    @pass_context
    def filtered(context: Context, *args: Any, **kwargs: Any) -> Any:
        context[_RUN].step()
        return function(*args, **kwargs)

    return filtered


def _text(value: Any) -> str:
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError(f"expected a text, found {type(value).__name__}")


def _truncate(value: Any, length: int = 200) -> str:
    text = _text(value)
    return text if len(text) <= length else text[:length] + "…"


_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "default": do_default,
    "join": lambda value, separator=", ": _text(separator)[:20].join(_text(item) for item in value),
    "first": lambda value: next(iter(value), ""),
    "last": lambda value: value[-1] if value else "",
    "length": len,
    "lower": lambda value: _text(value).lower(),
    "upper": lambda value: _text(value).upper(),
    "trim": lambda value: _text(value).strip(),
    "truncate": _truncate,
}


def _environment() -> _Environment:
    environment = _Environment(
        undefined=StrictUndefined, finalize=_finalize, autoescape=False, keep_trailing_newline=True, cache_size=0
    )
    environment.globals.clear()
    tests = {name: test for name, test in environment.tests.items() if name in _TESTS}
    environment.tests.clear()
    environment.tests.update(tests)
    environment.filters.clear()
    environment.filters.update({name: _counted(function) for name, function in _FILTERS.items()})
    environment.filters[_RUN] = _rounds
    return environment
