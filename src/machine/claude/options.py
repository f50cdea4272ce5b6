"""How one CLI process is started: the SDK's options for a `LaunchSpec`.

Importing this module imports the SDK: see `machine.claude.cli`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from claude_agent_sdk import ClaudeAgentOptions, HookCallback, HookMatcher
from claude_agent_sdk.types import SystemPromptPreset

from machine.claude.guard import MATCHER, Guard
from machine.claude.installation import Installation, project_folder
from machine.claude.offered_tools import mcp_servers
from machine.claude.permissions import PermissionDesk
from machine.claude.sandbox import sandbox_settings
from machine.claude.wardens import CONFIG_VARIABLE, Switch, Warden
from machine.domain.profile import Network
from machine.ports import Ask, LaunchSpec, OfferedTools

LONGEST_LINE_BYTES: Final = 17 * 1024 * 1024
"""A line of 16 MiB passes; the SDK counts characters."""

SDK_VARIABLES: Final = frozenset(
    {
        "CLAUDE_CODE_ENTRYPOINT",
        "CLAUDE_AGENT_SDK_VERSION",
        "CLAUDE_CODE_SDK_READS_SESSION_STATE",
        "CLAUDE_CODE_ENABLE_SDK_FILE_CHECKPOINTING",
        "PWD",
    }
)
"""What the SDK itself tells the CLI."""

_GUARD_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class StartOptions:
    """How the CLI is started, and who answers it.

    The SDK takes them apart for a transport of ours. Told apart, it also does not warn that a rule or a mode may let a
    tool through without asking: that is what the guard is for.
    """

    command: ClaudeAgentOptions
    answers: ClaudeAgentOptions


def build_options(
    spec: LaunchSpec,
    installation: Installation,
    *,
    cli: Path,
    launcher: Path,
    warden: Warden,
    ask: Ask,
    on_stderr: Callable[[str], None],
    tools: OfferedTools | None = None,
    switch: Switch | None = None,
) -> StartOptions:
    """The options for `spec`: the launcher as `cli_path`, with the real one in its environment for the warden.

    `switch` says as which other user the CLI runs.
    `dontAsk` is kept by the desk that answers: in that mode the CLI would not even ask for hosts.
    """
    environment = installation.environment(spec.task_id, workspace=spec.cwd.name, given=spec.variables)
    keep = environment.keys() | SDK_VARIABLES
    guard = guard_for(spec, installation)
    servers = mcp_servers(tools)
    command = ClaudeAgentOptions(
        cwd=spec.cwd,
        cli_path=launcher,
        env={**environment, CONFIG_VARIABLE: warden.config(cli, keep, switch=switch)},
        system_prompt=spec.system_prompt or _prompt(spec.note),
        setting_sources=["project"],
        settings=json.dumps(_settings(spec, installation, guard)),
        session_id=None if spec.resume else spec.claude_session_id,
        resume=spec.claude_session_id if spec.resume else None,
        max_turns=spec.max_turns,
        max_budget_usd=spec.max_budget_usd,
        model=spec.agent.model,
        permission_mode="default" if spec.agent.permission_mode == "dontAsk" else spec.agent.permission_mode,
        tools=None if spec.only_tools is None else list(spec.only_tools),
        allowed_tools=[*dict.fromkeys((*spec.agent.allowed_tools, *spec.allowed_tools))],
        disallowed_tools=list(spec.agent.disallowed_tools),
        permission_prompt_tool_name="stdio",
        mcp_servers=servers,
        include_partial_messages=True,
        output_format={"type": "json_schema", "schema": spec.answer_schema} if spec.answer_schema else None,
        extra_args={} if spec.keeps_transcript else {"no-session-persistence": None},
        max_buffer_size=LONGEST_LINE_BYTES,
        stderr=on_stderr,
    )
    desk = PermissionDesk(ask, network=_network(spec), asks=spec.agent.permission_mode != "dontAsk")
    hook = HookMatcher(MATCHER, [cast("HookCallback", guard)], timeout=_GUARD_SECONDS, on_failure="block")
    answers = ClaudeAgentOptions(can_use_tool=desk, hooks={"PreToolUse": [hook]}, mcp_servers=servers)
    return StartOptions(command, answers)


def guard_for(spec: LaunchSpec, installation: Installation) -> Guard:
    """The guard of one run. Open beside the workspace: the CLI's own files of this conversation, and its plans."""
    config = installation.config_dir
    project = config / "projects" / project_folder(spec.cwd) / spec.claude_session_id
    closed = installation.closed_to(spec.closed_folders)
    home = installation.home_of(spec.cwd.name)
    scratch = installation.scratch_of(spec.cwd.name)
    open_folders = (project, config / "plans", scratch)
    return Guard(spec.cwd, home=home, closed=closed, open_folders=open_folders, network=_network(spec))


def _network(spec: LaunchSpec) -> Network:
    return "all" if spec.agent.network is None else spec.agent.network


def _prompt(note: str) -> SystemPromptPreset:
    prompt: SystemPromptPreset = {"type": "preset", "preset": "claude_code"}
    if note:
        prompt["append"] = note
    return prompt


def _settings(spec: LaunchSpec, installation: Installation, guard: Guard) -> dict[str, object]:
    settings: dict[str, object] = {"permissions": {"deny": guard.deny_rules()}, "enableAllProjectMcpServers": True}
    if installation.sandbox.active and spec.agent.sandbox:
        settings["sandbox"] = sandbox_settings(
            closed=installation.closed_to(spec.closed_folders),
            readable=(spec.cwd, installation.home_of(spec.cwd.name)),
            writable=(installation.scratch_of(spec.cwd.name),),
            secrets=installation.secrets,
            network=_network(spec),
            asks=spec.agent.permission_mode != "bypassPermissions",
        )
    return settings
