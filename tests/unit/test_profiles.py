"""Profiles: what each gives, what a definition may not ask for, and which hosts a network means."""

import socket
from datetime import UTC, datetime
from typing import Any

import psutil
import pytest

from machine.claude.network import objection_to_host, objection_to_url
from machine.domain.agent import SubAgent
from machine.domain.definitions import DefinitionFile, InvalidDefinition
from machine.domain.profile import PROFILE, Profile, narrower
from machine.domain.task import Task
from machine.engine.profiles import in_profile, profile_for, rules_of, tools_of
from machine.registry.agent_files import read_agent


def the_agent(**fields: Any) -> SubAgent:
    return SubAgent(name="one", description="Does.", instructions="Do.", **fields)


def a_task(profile: Profile) -> Task:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    ids = dict.fromkeys(("task_id", "user_id", "machine_id", "conversation_id", "claude_session_id", "workspace"), "1")
    return Task(
        **ids, title="", input_message="Go.", assigned_agent="one", created_at=at, status_at=at, profile=profile
    )


def read(yaml: str, **more: str) -> SubAgent:
    files = {"agent.yaml": f"description: Does.\n{yaml}", "CLAUDE.md": "Do.", **more}
    return read_agent("one", {path: DefinitionFile(text.encode()) for path, text in files.items()}).model


def test_the_narrower_profile_counts() -> None:
    trusted, untrusted = the_agent(profile="trusted"), the_agent(profile="untrusted")
    assert profile_for(trusted, {}) is Profile.TRUSTED
    assert profile_for(trusted, {PROFILE: "standard"}) is Profile.STANDARD
    assert profile_for(trusted, {PROFILE: "untrusted"}) is Profile.UNTRUSTED
    assert profile_for(untrusted, {PROFILE: "trusted"}) is Profile.UNTRUSTED
    assert profile_for(the_agent(), {PROFILE: "trusted"}) is Profile.STANDARD
    assert narrower(Profile.TRUSTED, Profile.UNTRUSTED, Profile.STANDARD) is Profile.UNTRUSTED


def test_a_trusted_agent_is_kept_in_where_its_task_is_not_trusted() -> None:
    agent = the_agent(profile="trusted", permission_mode="bypassPermissions", sandbox=False, variables=("TOKEN",))
    assert in_profile(agent, a_task(Profile.TRUSTED)).sandbox is False
    kept = in_profile(agent, a_task(Profile.STANDARD))
    assert (kept.sandbox, kept.permission_mode, kept.network, kept.variables) == (True, "default", "all", ("TOKEN",))


def test_an_untrusted_task_looks_and_does_nothing_else() -> None:
    agent = the_agent(profile="trusted", sandbox=False, variables=("TOKEN",), allowed_tools=("Bash",))
    kept = in_profile(agent, a_task(Profile.UNTRUSTED))
    assert (kept.sandbox, kept.network, kept.variables, kept.allowed_tools) == (True, "none", (), ())
    assert {"Bash", "WebFetch", "Write", "mcp__*"} <= set(kept.disallowed_tools)
    assert tools_of(kept) == ("Read", "Glob", "Grep")
    assert rules_of(kept, ("Bash",)) == ()


def test_a_definition_that_was_narrowed_since_counts_as_it_is_now() -> None:
    agent = the_agent(profile="untrusted", variables=())
    assert in_profile(agent, a_task(Profile.TRUSTED)).profile is Profile.UNTRUSTED


@pytest.mark.parametrize("network", ["none", ("github.com",)])
def test_where_the_network_is_limited_no_rule_lets_fetching_past_the_limit(network: Any) -> None:
    agent = in_profile(the_agent(network=network, allowed_tools=("Read", "WebFetch")), a_task(Profile.STANDARD))
    assert agent.allowed_tools == ("Read",)
    assert "WebSearch" in agent.disallowed_tools
    assert ("WebFetch" in agent.disallowed_tools) == (network == "none")
    assert rules_of(agent, ("Bash", "WebFetch(domain:evil.example)")) == ("Bash",)


@pytest.mark.parametrize(
    ("asked", "line", "words"),
    [
        ("sandbox: false\n", 2, "lets its commands out of the sandbox. Leave it out, or write `profile: trusted`"),
        ("permission_mode: bypassPermissions\n", 2, "asks nobody. Leave it out, or write `profile: trusted`"),
        ("profile: untrusted\nsandbox: false\n", 3, "`profile: trusted`"),
        (
            "profile: untrusted\nvariables: [TOKEN]\n",
            3,
            "gets no variables. Leave it out, or write `profile: standard`",
        ),
        ("profile: untrusted\nnetwork: all\n", 3, "it reaches no network"),
        ("profile: untrusted\ntools: [Read, Bash]\n", 3, "Bash: it has Read, Glob, Grep and no others"),
        ("profile: untrusted\nallowed_tools: ['mcp__post__send']\n", 3, "mcp__post__send"),
        (
            "profile: untrusted\ncode: {repository: 'https://a.example/b', credentials: TOKEN}\n",
            3,
            "without credentials",
        ),
        ("network: ['http://a b']\n", None, "network"),
        ("profile: root\n", 2, "profile"),
    ],
)
def test_a_definition_that_asks_for_more_than_its_profile_is_refused(asked: str, line: int | None, words: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        read(asked)
    fault = refused.value.faults[0]
    assert words in str(fault)
    assert line is None or fault.line == line


@pytest.mark.parametrize(
    "asked",
    [
        "profile: trusted\nsandbox: false\npermission_mode: bypassPermissions\n",
        "sandbox: true\nnetwork: [github.com, '*.npmjs.org', 'api.example.com:443']\n",
        "profile: untrusted\nnetwork: none\ntools: [Read]\n",
        "variables: [TOKEN]\nnetwork: none\n",
    ],
)
def test_a_definition_within_its_profile_is_taken(asked: str) -> None:
    assert read(asked).name == "one"


@pytest.mark.parametrize(
    ("sandbox", "field"),
    [
        ('{"excludedCommands": ["curl"]}', "sandbox.excludedCommands"),
        ('{"enabled": false}', "sandbox.enabled"),
        ('{"network": {"allowedDomains": ["*"]}}', "sandbox.network.allowedDomains"),
        ('{"filesystem": {"allowWrite": ["/"]}}', "sandbox.filesystem.allowWrite"),
    ],
)
def test_settings_that_widen_the_sandbox_need_trust(sandbox: str, field: str) -> None:
    settings = {".claude/settings.json": f'{{"sandbox": {sandbox}}}'}
    with pytest.raises(InvalidDefinition, match=r"makes the sandbox wider.*profile: trusted") as refused:
        read("", **settings)
    assert refused.value.faults[0].field == field
    assert read("profile: trusted\n", **settings).profile is Profile.TRUSTED


def test_settings_that_narrow_the_sandbox_need_none() -> None:
    settings = (
        '{"sandbox": {"enabled": true, "filesystem": {"denyRead": ["/x"]}, "network": {"deniedDomains": ["a.b"]}}}'
    )
    assert read("", **{".claude/settings.json": settings}).name == "one"


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.8.8.8", "127.1", "0x7f000001", "2130706433"),
        *("0.0.0.0", "::1", "[::1]", "::ffff:127.0.0.1", "169.254.169.254", "fe80::1", "100.100.100.200", "224.0.0.1"),  # noqa: S104 - to be refused
    ],
)
def test_everything_is_everything_but_this_computer(host: str) -> None:
    assert "this computer itself" in str(objection_to_host(host, "all"))


def test_the_addresses_of_its_interfaces_are_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are at one moment: those of containers come and go."""
    interfaces = psutil.net_if_addrs()
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: interfaces)
    here = [one.address for all_ in interfaces.values() for one in all_ if one.family == socket.AF_INET]
    assert here
    for host in here:
        assert "this computer itself" in str(objection_to_host(host, "all"))


@pytest.mark.parametrize("host", ["github.com", "10.1.2.3", "8.8.8.8", "2606:4700::1111", "localhost.example"])
def test_everything_else_is_reached(host: str) -> None:
    assert objection_to_host(host, "all") is None
    assert "reaches no network" in str(objection_to_host(host, "none"))


@pytest.mark.parametrize(
    ("url", "reached"),
    [
        ("https://github.com/a", True),
        ("github.com/a", True),
        ("https://GitHub.com./a", True),
        ("https://github.com.evil.example/", False),
        ("https://github.com@evil.example/", False),
        ("https://registry.npmjs.org/x", True),
        ("https://npmjs.org/x", False),
        ("https://api.example.com/", True),
        ("http://api.example.com/", False),
        ("https://[broken/", False),
        ("", False),
    ],
)
def test_a_list_means_just_its_names(url: str, reached: bool) -> None:
    assert (objection_to_url(url, ("github.com", "*.npmjs.org", "api.example.com:443")) is None) is reached
