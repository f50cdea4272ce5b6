"""Which addresses and names are taken, and what becomes of them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from machine.domain.agent import AgentForm
from machine.domain.code import CodeSource, branch_of
from machine.domain.definitions import DefinitionFile, InvalidDefinition
from machine.domain.git_address import address_of, checked_ref, mirror_name
from machine.domain.ids import new_id
from machine.git.access import agent_environment, without
from machine.registry.agent_files import agent_files, read_agent
from machine.webhooks.replies import task_in


@pytest.mark.parametrize(
    ("text", "scheme", "host", "path"),
    [
        ("https://github.com/acme/shop.git", "https", "github.com", "/acme/shop.git"),
        ("https://Git.Example.com:8443/a/b", "https", "git.example.com:8443", "/a/b"),
        ("http://127.0.0.1:3000/x", "http", "127.0.0.1:3000", "/x"),
        ("http://[::1]:3000/x", "http", "[::1]:3000", "/x"),
        ("git://example.com/x.git", "git", "example.com", "/x.git"),
        ("ssh://git@example.com:2222/x.git", "ssh", "example.com:2222", "/x.git"),
        ("git@github.com:acme/shop.git", "ssh", "github.com", "acme/shop.git"),
    ],
)
def test_addresses_of_servers_are_taken(text: str, scheme: str, host: str, path: str) -> None:
    found = address_of(text)
    assert (found.text, found.scheme, found.host, found.path) == (text, scheme, host, path)


@pytest.mark.parametrize(
    "text",
    [
        *("", "/etc", "./x", "../x", "C:\\x", "file:///etc", "ext::sh -c touch% /tmp/x", "ext://x/y"),
        *("--upload-pack=touch /tmp/x", "-u", "https://", "https://host", "https://host/", "ssh://-oProxyCommand=x/y"),
        *("git@-oProxyCommand=x:y", "git@host:-x", "git@host:", "git@host::x", "host:path", "a b@host:x"),
        *("https://host/a\nb", "https://host/a b", "https://host/\x00", "https://ho st/x", "https://host:99999/x"),
        *("https://host/x?y=1", "https://host/x#y", "fd::17", "transport::https://host/x", "https://host/\ud800"),
        *("javascript://host/x", "http://[::1/x", "https://host/\\x", "ssh://-x@host/y", "https://" + "a" * 3000),
    ],
)
def test_what_is_no_address_of_a_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"repositor|address"):
        address_of(text)


@pytest.mark.parametrize("text", ["https://ann:s3cret@host/x", "https://s3cret@host/x", "ssh://git:s3cret@host/x"])
def test_a_password_in_an_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="variable") as caught:
        address_of(text)
    assert "s3cret" not in str(caught.value)


@given(st.text(max_size=60))
def test_whatever_is_taken_is_no_option_no_program_and_no_path(text: str) -> None:
    try:
        found = address_of(text)
    except ValueError:
        return
    assert not text.startswith(("-", "/", ".", "~"))
    assert "::" not in text.partition("://")[0]
    assert found.scheme in {"https", "http", "ssh", "git"}
    assert found.host
    assert not any(letter.isspace() for letter in text)


@pytest.mark.parametrize(
    "name", ["main", "v1.0", "feature/a-b_c", "refs/pull/7/head", "refs/merge-requests/3/head", "0123abcd", "größe"]
)
def test_names_of_refs_are_taken(name: str) -> None:
    assert checked_ref(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "-x", "--upload-pack=x", "a..b", "a b", "a~1", "a^{tree}", "a:b", "@{-1}", "a@{1}", "@", "a?", "a*"),
        *("/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.", "a\\b", "a\nb", "a\x7f", "[a]", "a" * 501),
    ],
)
def test_what_git_would_read_more_into_is_no_ref(name: str) -> None:
    with pytest.raises(ValueError, match="branch"):
        checked_ref(name)


@given(st.text(alphabet=string.printable, max_size=30))
def test_a_ref_that_is_taken_writes_no_option_and_no_expression(name: str) -> None:
    try:
        checked_ref(name)
    except ValueError:
        return
    assert not name.startswith("-")
    assert ".." not in name
    assert not set(name) & set("~^:?*[\\ \t\n")


@given(st.from_regex(r"https://[a-z]{1,20}\.com/[A-Za-z0-9._/-]{1,80}", fullmatch=True))
def test_a_mirror_is_one_plain_folder(text: str) -> None:
    try:
        name = mirror_name(address_of(text), None)
    except ValueError:
        return
    assert "/" not in name
    assert not name.startswith((".", "-"))
    assert len(name) < 120


def test_a_mirror_is_that_of_its_address_and_its_credentials() -> None:
    address = address_of("https://Example.com/a/shop.git")
    assert mirror_name(address, None) == mirror_name(address_of("https://example.com/a/shop.git/"), None)
    others = {
        mirror_name(address_of(text), None)
        for text in ("https://example.com/b/shop.git", "http://example.com/a/shop.git")
    }
    assert len({mirror_name(address, None), mirror_name(address, "A"), mirror_name(address, "B"), *others}) == 5


def test_a_code_source_says_what_is_wrong_with_it() -> None:
    with pytest.raises(ValidationError, match="cannot be reached by file"):
        CodeSource(repository="file:///etc/passwd")
    with pytest.raises(ValidationError, match="no branch"):
        CodeSource(repository="https://host/x", ref="--exec=x")


def test_a_tasks_branch_names_the_task_for_webhooks() -> None:
    task_id = new_id("task")
    assert task_in(branch_of(task_id)) == task_id
    assert checked_ref(branch_of(task_id))


def test_an_agents_git_gets_the_value_in_one_variable_and_for_one_server() -> None:
    made = agent_environment(address_of("https://host:8443/x.git"), SecretStr("ann:s3cret"))
    plain = {name: value.get_secret_value() for name, value in made.items()}
    assert plain["GIT_CONFIG_KEY_1"] == "credential.https://host:8443.helper"
    assert [name for name, value in plain.items() if "s3cret" in value] == ["MACHINE_GIT_PASSWORD"]
    assert plain["MACHINE_GIT_USERNAME"] == "ann"
    assert agent_environment(address_of("git@host:x"), SecretStr("-----BEGIN KEY")) == {}
    assert agent_environment(address_of("https://host/x"), None) == {}


def test_a_secret_that_a_server_repeats_is_taken_out() -> None:
    said = without("remote: token ghp_abcdef of x-access-token is bad", SecretStr("ghp_abcdef\n"))
    assert said == "remote: token … of x-access-token is bad"


def test_an_agents_code_stands_in_its_file_without_what_is_not_said() -> None:
    code = CodeSource(repository="https://host/x.git", credentials="TOKEN")
    form = AgentForm(name="x", description="d", instructions="i", code=code)
    files = agent_files(form.model_dump(mode="json"))
    assert b"ref" not in files["agent.yaml"].content
    assert read_agent("x", files).model.code == code


def test_a_fault_in_an_agents_code_says_where_it_stands() -> None:
    text = b"description: d\ncode:\n  repository: /etc\n"
    files = {"agent.yaml": DefinitionFile(text), "CLAUDE.md": DefinitionFile(b"i")}
    with pytest.raises(InvalidDefinition) as caught:
        read_agent("x", files)
    fault = caught.value.faults[0]
    assert (fault.line, fault.field) == (3, "code.repository")
    assert "https://" in fault.reason
