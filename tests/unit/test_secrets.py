"""Variables at rest: sealed under a key, bound to their names, and never lost to a wrong key."""

import asyncio
import stat
from collections.abc import Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr

from machine.auth.secret_key import KeyUnusable
from machine.auth.secrets import Secrets, open_secrets
from machine.domain.clock import utc_now
from machine.domain.errors import BadRequest, NotFound
from machine.domain.redaction import Redactor
from machine.domain.variable import MAX_VALUE_BYTES, MAX_VARIABLES, objection_to_name
from machine.settings import read_settings

VALUE = "correct-horse-battery-staple"
KEY, OTHER_KEY = "k" * 32, "o" * 32


async def opened(data: Path, key: str | None = None) -> Secrets:
    given, key_file = SecretStr(key) if key is not None else None, data / "credentials" / "secret.key"
    return await asyncio.to_thread(
        open_secrets, data / "config" / "env", key=given, key_file=key_file, clock=utc_now, redactor=Redactor()
    )


def files_in(data: Path) -> dict[str, tuple[int, bytes]]:
    """Mode and content by name; the content of a folder is empty."""
    return {
        path.name: (stat.S_IMODE(path.stat().st_mode), b"" if path.is_dir() else path.read_bytes())
        for path in data.rglob("*")
    }


def sealed(data: Path, name: str) -> Path:
    return data / "config" / "env" / f"{name}.sealed"


async def stored(data: Path, values: Mapping[str, str], key: str | None = None) -> Secrets:
    secrets = await opened(data, key)
    await secrets.set(values, by="user_1")
    return secrets


async def test_a_value_is_found_again_after_a_restart_and_stands_readable_in_no_file(tmp_path: Path) -> None:
    await stored(tmp_path, {"TOKEN": VALUE})
    again = await opened(tmp_path)
    assert await again.values_of(["TOKEN", "NEVER_SET"]) == {"TOKEN": VALUE}
    assert [(known.name, known.set_by, known.problem) for known in again.all()] == [("TOKEN", "user_1", "")]
    assert not [name for name, (_, content) in files_in(tmp_path).items() if VALUE.encode() in content]


async def test_files_are_for_their_owner_alone_and_no_draft_is_left(tmp_path: Path) -> None:
    (tmp_path / "config" / "env").mkdir(parents=True, mode=0o755)
    await stored(tmp_path, {"TOKEN": VALUE})
    modes = {name: mode for name, (mode, _) in files_in(tmp_path).items() if name != "config"}
    assert modes == {"env": 0o700, "TOKEN.sealed": 0o600, "credentials": 0o700, "secret.key": 0o600}


async def test_a_wrong_key_gives_no_value_and_overwrites_nothing_until_the_right_one_is_back(tmp_path: Path) -> None:
    await stored(tmp_path, {"TOKEN": VALUE}, KEY)
    before = sealed(tmp_path, "TOKEN").read_bytes()
    wrong = await opened(tmp_path, OTHER_KEY)
    assert wrong.trouble is not None
    assert "another key" in wrong.trouble.message
    assert await wrong.values_of(["TOKEN"]) == {}
    assert wrong.all()[0].problem
    for name in ("TOKEN", "NEW"):
        with pytest.raises(KeyUnusable):
            await wrong.set({name: "x"}, by="user_1")
    assert sealed(tmp_path, "TOKEN").read_bytes() == before
    assert await (await opened(tmp_path, KEY)).values_of(["TOKEN"]) == {"TOKEN": VALUE}


async def test_a_lost_key_file_is_not_replaced_by_a_new_key(tmp_path: Path) -> None:
    await stored(tmp_path, {"TOKEN": VALUE})
    key_file = tmp_path / "credentials" / "secret.key"
    key_file.unlink()
    lost = await opened(tmp_path)
    assert lost.trouble is not None
    assert "is missing" in lost.trouble.message
    assert not key_file.exists()
    await lost.delete("TOKEN")
    assert await (await stored(tmp_path, {"TOKEN": "new one"})).values_of(["TOKEN"]) == {"TOKEN": "new one"}


@pytest.mark.parametrize("key", ["short", f"{KEY},short", ",", ",".join([KEY] * 11)])
async def test_a_key_that_is_too_weak_is_refused_without_being_shown(tmp_path: Path, key: str) -> None:
    trouble = (await opened(tmp_path, key)).trouble
    assert isinstance(trouble, KeyUnusable)
    assert "short" not in trouble.message + trouble.hint


async def test_a_key_file_with_nothing_in_it_is_said_to_hold_no_key(tmp_path: Path) -> None:
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "secret.key").touch()
    trouble = (await opened(tmp_path)).trouble
    assert trouble is not None
    assert "holds no key" in trouble.message


async def test_swapped_files_are_told_from_each_other(tmp_path: Path) -> None:
    await stored(tmp_path, {"FIRST": "first value", "SECOND": "second value", "THIRD": "third value"})
    first, second = sealed(tmp_path, "FIRST"), sealed(tmp_path, "SECOND")
    first_content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(first_content)
    swapped = await opened(tmp_path)
    assert await swapped.values_of(["FIRST", "SECOND", "THIRD"]) == {"THIRD": "third value"}
    assert swapped.trouble is None
    assert {known.name for known in swapped.all() if "another variable" in known.problem} == {"FIRST", "SECOND"}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"sealed": 3}', b"\xff\x00", b'{"sealed":"x","set_at":[]}'])
async def test_a_damaged_file_costs_its_own_variable_only(tmp_path: Path, content: bytes) -> None:
    await stored(tmp_path, {"GOOD": VALUE, "DAMAGED": VALUE})
    sealed(tmp_path, "DAMAGED").write_bytes(content)
    secrets = await opened(tmp_path)
    assert await secrets.values_of(["GOOD", "DAMAGED"]) == {"GOOD": VALUE}
    await secrets.set({"DAMAGED": "whole again"}, by="user_1")
    assert await (await opened(tmp_path)).values_of(["DAMAGED"]) == {"DAMAGED": "whole again"}


async def test_a_new_key_before_the_old_one_seals_everything_anew(tmp_path: Path) -> None:
    await stored(tmp_path, {"TOKEN": VALUE}, KEY)
    assert (await opened(tmp_path, f"{OTHER_KEY}, {KEY}")).trouble is None
    assert await (await opened(tmp_path, OTHER_KEY)).values_of(["TOKEN"]) == {"TOKEN": VALUE}


async def test_a_deleted_variable_is_gone_from_the_disk(tmp_path: Path) -> None:
    secrets = await stored(tmp_path, {"TOKEN": VALUE})
    await secrets.delete("TOKEN")
    assert secrets.all() == (await opened(tmp_path)).all() == ()
    with pytest.raises(NotFound):
        await secrets.delete("TOKEN")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "x") for name in ("lower", "1X", "", "A-B", "A\n", "../A", "A" * 129)),
        *((name, "x") for name in ("PATH", "LD_PRELOAD", "ANTHROPIC_API_KEY", "CLAUDE_CONFIG_DIR", "PYTHONPATH")),
        *((name, "x") for name in ("MACHINE_SECRET_KEY", "NODE_OPTIONS", "BASH_ENV", "HOME", "HTTPS_PROXY")),
        *(
            ("OK", value)
            for value in ("", "a\0b", "\ud800", "x" * (MAX_VALUE_BYTES + 1), "ä" * (MAX_VALUE_BYTES // 2 + 1))
        ),
    ],
)
async def test_one_bad_variable_among_good_ones_is_refused_before_any_is_written(
    tmp_path: Path, name: str, value: str
) -> None:
    secrets = await opened(tmp_path)
    with pytest.raises(BadRequest):
        await secrets.set({"GOOD": "x", name: value}, by="user_1")
    assert secrets.all() == ()
    assert files_in(tmp_path / "config" / "env") == {}


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "AWS_REGION", "A", "PATHS", "HOMEPAGE", "A" * 128])
def test_names_that_only_look_like_the_machines_own_are_taken(name: str) -> None:
    assert objection_to_name(name) is None


async def test_there_is_a_limit_to_their_number_but_not_to_setting_them_again(tmp_path: Path) -> None:
    secrets = await stored(tmp_path, {f"V{number}": "x" for number in range(MAX_VARIABLES)})
    with pytest.raises(BadRequest, match="at most"):
        await secrets.set({"ONE_MORE": "x"}, by="user_1")
    await secrets.set({"V0": "y"}, by="user_1")
    assert await secrets.values_of(["V0"]) == {"V0": "y"}


def test_the_key_is_read_from_a_file_and_shown_nowhere(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    settings = read_settings({"MACHINE_SECRET_KEY_FILE": str(tmp_path / "key"), "MACHINE_DATA_DIR": str(tmp_path)})
    assert settings.secret_key == SecretStr(KEY)
    assert KEY not in repr(settings) + settings.model_dump_json()
