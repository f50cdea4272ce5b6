"""`.env` files: what is taken of them, and what is refused with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine.domain.errors import BadRequest
from machine.domain.variable import objection_to_name, objection_to_value
from machine.engine.env_file import MAX_BYTES, read_env_file


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("A=1\nB=two words # a comment\n", {"A": "1", "B": "two words"}),
        ("# a comment\n\nexport A='x y'\r\nB=\"a\\nb\"\r\n", {"A": "x y", "B": "a\nb"}),
        ("A=$HOME/${B}\n", {"A": "$HOME/${B}"}),
        ("A=1\nA=2\n", {"A": "2"}),
        ("\ufeffA=1", {"A": "1"}),
        ('KEY="-----BEGIN-----\nabc\n-----END-----"\n', {"KEY": "-----BEGIN-----\nabc\n-----END-----"}),
        ("URL=postgres://u:p#x@host/db?a=b", {"URL": "postgres://u:p#x@host/db?a=b"}),
        ("", {}),
    ],
)
def test_a_file_is_read_as_people_write_them(text: str, values: dict[str, str]) -> None:
    read = read_env_file(text.encode())
    assert read.values == values
    assert read.refused == ()


def test_what_is_not_taken_is_named_with_its_line_and_its_reason_and_without_its_value() -> None:
    text = "GOOD=1\nPATH=/hidden\nlower=hidden\nANTHROPIC_API_KEY=hidden\nEMPTY=\nALONE\n=hidden\nLAST=2\n"
    read = read_env_file(text.encode())
    assert read.values == {"GOOD": "1", "LAST": "2"}
    assert [(one.line, one.name) for one in read.refused] == [
        (2, "PATH"),
        (3, "lower"),
        (4, "ANTHROPIC_API_KEY"),
        (5, "EMPTY"),
        (6, "ALONE"),
        (7, ""),
    ]
    assert all(one.why for one in read.refused)
    assert "hidden" not in str(read.refused)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (MAX_BYTES + 1)])
def test_what_is_no_text_or_too_large_is_refused(content: bytes) -> None:
    with pytest.raises(BadRequest):
        read_env_file(content)


@given(st.binary(max_size=200))
def test_whatever_is_sent_only_good_variables_come_out(content: bytes) -> None:
    try:
        read = read_env_file(content)
    except BadRequest:
        return
    for name, value in read.values.items():
        assert objection_to_name(name) is None
        assert objection_to_value(value) is None


_NAMES = st.from_regex(r"\A[A-Z][A-Z0-9_]{0,20}\Z").filter(lambda name: objection_to_name(name) is None)
_VALUES = st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), min_size=1, max_size=50)


@given(st.dictionaries(_NAMES, _VALUES, max_size=8))
def test_what_is_written_in_single_quotes_comes_back_as_it_was(values: dict[str, str]) -> None:
    def quoted(value: str) -> str:
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"

    text = "".join(f"{name}={quoted(value)}\n" for name, value in values.items())
    assert read_env_file(text.encode()).values == values
