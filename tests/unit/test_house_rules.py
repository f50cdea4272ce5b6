"""The rules of the house that no linter here keeps: sizes, reasons beside exceptions, no swallowed errors.

Each rule is a function from a file to its faults. It is run over `src/` and `tests/`, and over small samples that break
it, so a rule that no longer sees anything is noticed.
"""

import ast
import io
import re
import time
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType

import pytest
from blockbuster import BlockingError

import machine

ROOT = Path(__file__).resolve().parents[2]
MAX_FUNCTION_LINES = 50
MAX_FILE_LINES = 300

# A switched-off check, with its codes: `type: ignore[arg-type]`, `noqa: S105`, `mypy: ignore-errors`.
SWITCH = re.compile(r"type:\s*ignore(\[[^\]]*\])?|noqa(:\s*[A-Z]+\d+([,\s]+[A-Z]+\d+)*)?|mypy:\s*\S+", re.IGNORECASE)
REASON = re.compile(r"[^\W\d_]{2,}")
MARKS = frozenset({"skip", "skipif", "xfail"})
BROAD = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True)
class Source:
    """One Python file: its path from the root of the repository, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    def fault(self, line: int, what: str) -> str:
        return f"{self.path}:{line}: {what}"


Rule = Callable[[Source], Iterator[str]]


def long_functions(source: Source) -> Iterator[str]:
    """Functions over the limit, from `def` to the last line; what is nested counts for the outer one as well."""
    if "/migrations/" in source.path:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                yield source.fault(node.lineno, f"{node.name} has {lines} lines, {MAX_FUNCTION_LINES} is the limit")


def long_files(source: Source) -> Iterator[str]:
    """Files of the program over the limit."""
    lines = len(source.text.splitlines())
    if source.path.startswith("src/") and lines > MAX_FILE_LINES:
        yield source.fault(lines, f"the file has {lines} lines, {MAX_FILE_LINES} is the limit")


def switches_without_reason(source: Source) -> Iterator[str]:
    """Comments that switch a check off and say no more than that."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        switches = token.type == tokenize.COMMENT and SWITCH.search(token.string)
        if switches and not REASON.search(SWITCH.sub("", token.string)):
            yield source.fault(token.start[0], f"no reason beside `{token.string}`")


def marks_without_reason(source: Source) -> Iterator[str]:
    """`pytest.mark.skip` and its kin, and `pytest.skip()`, without a text that says why."""
    tree = source.tree
    explained = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and _has_reason(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _skips(node) and id(node) not in explained:
            yield source.fault(node.lineno, f"no reason given to {ast.unparse(node)}")


def _skips(node: ast.Attribute) -> bool:
    return node.attr in MARKS and ast.unparse(node.value) in {"pytest", "pytest.mark", "mark"}


def _has_reason(call: ast.Call) -> bool:
    """A text in `reason=`, or as the first argument where that is the reason (`skipif` begins with its condition)."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    texts = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
    if name in MARKS - {"skipif"}:
        texts += call.args[:1]
    return any(not (isinstance(text, ast.Constant) and not str(text.value or "").strip()) for text in texts)


def swallowed_errors(source: Source) -> Iterator[str]:
    """Bare `except:`, and every way of catching all errors to do nothing about them."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                yield source.fault(node.lineno, "bare except: name the errors that are meant")
            elif _names(node.type) & BROAD and all(_does_nothing(statement) for statement in node.body):
                yield source.fault(node.lineno, "every error is caught and nothing done about it")
        elif isinstance(node, ast.Call) and "suppress" in _names(node.func) and _any_broad(node.args):
            yield source.fault(node.lineno, "every error is suppressed")


def _any_broad(arguments: list[ast.expr]) -> bool:
    return any(_names(argument) & BROAD for argument in arguments)


def _names(node: ast.expr) -> set[str]:
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return {ast.unparse(part).split(".")[-1] for part in parts}


def _does_nothing(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass | ast.Continue) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


RULES: tuple[Rule, ...] = (long_functions, long_files, switches_without_reason, marks_without_reason, swallowed_errors)


def _sources() -> list[Source]:
    paths = sorted(path for folder in ("src", "tests") for path in (ROOT / folder).rglob("*.py"))
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in paths]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule: Rule) -> None:
    sources = _sources()
    assert {"src/machine/__init__.py", "tests/unit/test_house_rules.py"} <= {source.path for source in sources}
    faults = [fault for source in sources for fault in rule(source)]
    assert not faults, "\n" + "\n".join(faults)


def _function(lines: int, head: str = "def f():") -> str:
    return f"{head}\n" + "    x = 1\n" * (lines - 1)


BAD: tuple[tuple[Rule, str], ...] = (
    (long_functions, _function(51)),
    (long_functions, _function(51, "async def f():")),
    (long_functions, "class C:\n    def outer(self):\n" + "        def inner():\n" + "            x = 1\n" * 50),
    (long_files, "x = 1\n" * 301),
    (switches_without_reason, "x = f()  # type: ignore[arg-type]\n"),
    (switches_without_reason, "x = f()  # noqa\n"),
    (switches_without_reason, "x = f()  # type: ignore  # noqa: S105, E501 -\n"),
    (switches_without_reason, "# mypy: ignore-errors\n"),
    (marks_without_reason, "@pytest.mark.skip\ndef test(): ...\n"),
    (marks_without_reason, "@pytest.mark.skip()\ndef test(): ...\n"),
    (marks_without_reason, "@pytest.mark.skipif(x, reason=' ')\ndef test(): ...\n"),
    (marks_without_reason, "@pytest.mark.skipif('x > 1')\ndef test(): ...\n"),
    (marks_without_reason, "pytestmark = pytest.mark.xfail(strict=True)\n"),
    (marks_without_reason, "def test():\n    pytest.skip()\n"),
    (swallowed_errors, "try:\n    f()\nexcept:\n    raise\n"),
    (swallowed_errors, "try:\n    f()\nexcept Exception:\n    pass\n"),
    (swallowed_errors, "try:\n    f()\nexcept (OSError, builtins.BaseException):\n    'never mind'\n"),
    (swallowed_errors, "with contextlib.suppress(Exception):\n    f()\n"),
)

GOOD: tuple[tuple[Rule, str], ...] = (
    (long_functions, _function(50)),
    (long_files, "x = 1\n" * 300),
    (switches_without_reason, "x = f()  # type: ignore[arg-type]  # the stub is wrong\ny = 'noqa'\n"),
    (switches_without_reason, "x = 'token'  # noqa: S105 - the word, not a secret\n"),
    (marks_without_reason, "@pytest.mark.skipif(x, reason='no such program')\ndef test(): ...\n"),
    (marks_without_reason, "def test():\n    pytest.skip('no such program')\n"),
    (swallowed_errors, "try:\n    f()\nexcept Exception:\n    log.exception('f')\n"),
    (swallowed_errors, "with contextlib.suppress(FileNotFoundError):\n    f()\n"),
)


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_the_rule_finds_what_breaks_it(rule: Rule, text: str) -> None:
    assert len(list(rule(Source("src/machine/sample.py", text)))) >= 1


@pytest.mark.parametrize(("rule", "text"), GOOD)
def test_the_rule_lets_good_code_pass(rule: Rule, text: str) -> None:
    assert list(rule(Source("src/machine/sample.py", text))) == []


def test_migrations_may_be_long_and_tests_may_be_long_files() -> None:
    assert list(long_functions(Source("src/machine/store/migrations/0001.py", _function(51)))) == []
    assert list(long_files(Source("tests/unit/test_sample.py", "x = 1\n" * 301))) == []


def _sleep() -> None:
    time.sleep(0.001)


def _sleep_in_machine() -> None:
    """The same code with a file name inside the package, which is what the guard goes by."""
    path = Path(machine.__path__[0]) / "sample.py"
    FunctionType(_sleep.__code__.replace(co_filename=str(path)), globals())()


async def test_code_of_the_machine_that_blocks_the_event_loop_fails() -> None:
    with pytest.raises(BlockingError, match=r"time\.sleep"):
        _sleep_in_machine()


async def test_blocking_in_a_test_itself_is_let_pass() -> None:
    _sleep()


def test_code_of_the_machine_may_block_where_no_event_loop_runs() -> None:
    _sleep_in_machine()
