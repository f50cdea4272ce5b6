"""What a definition holds that acts: scripts, programs, hooks, servers, and commands hidden in its texts."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from machine.domain.definitions import DefinitionFile, FileInfo, Files, invalid
from machine.domain.profile import TABLE, Profile
from machine.registry.yaml_text import text_of

SCRIPT_ENDINGS: Final = frozenset(
    {".sh", ".bash", ".zsh", ".fish", ".py", ".rb", ".pl", ".js", ".mjs", ".cjs", ".ts", ".php", ".lua", ".ps1"}
    | {".bat", ".cmd", ".awk", ".applescript", ".jar", ".wasm", ".so", ".dylib", ".dll", ".exe"}
)
_PROGRAMS: Final = (b"#!", b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\0asm")
_INLINE: Final = re.compile(r"!`([^`\n]{1,500})`")
_MOST: Final = 100

SETTINGS_PATH: Final = ".claude/settings.json"
MCP_PATH: Final = ".mcp.json"
SETTINGS_TAKEN: Final = ("hooks", "permissions", "sandbox")
"""What of an agent's settings.json reaches the CLI. `env` and helpers for keys could send the login elsewhere."""
_NARROWING: Final = {"filesystem": ("denyRead", "denyWrite"), "network": ("deniedDomains",)}
"""What of `sandbox` takes something away and gives nothing."""
PERMISSIONS_TAKEN: Final = ("allow", "ask", "deny")


def file_infos(files: Files) -> tuple[FileInfo, ...]:
    """The files as they are listed, by path."""
    return tuple(
        FileInfo(path=path, size_bytes=len(file.content), executable=file.executable, script=is_script(path, file))
        for path, file in sorted(files.items())
    )


def is_script(path: str, file: DefinitionFile) -> bool:
    """Whether it is a program, by its mark, its ending or its first bytes."""
    ending = path[path.rfind(".") :].lower() if "." in path else ""
    return file.executable or ending in SCRIPT_ENDINGS or file.content.startswith(_PROGRAMS)


def json_object(files: Files, path: str) -> dict[str, Any]:
    """The JSON object in a file; empty when there is no such file. Raises InvalidDefinition."""
    if path not in files:
        return {}
    text = text_of(files[path].content, path)
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair could not be shown to anybody
    except json.JSONDecodeError as error:
        raise invalid(path, f"is no JSON: {error.msg}", line=error.lineno) from error
    except (RecursionError, ValueError) as error:
        raise invalid(path, "is no JSON that can be read") from error
    if not isinstance(found, dict):
        raise invalid(path, "has to be a JSON object", line=1)
    return found


def mcp_servers(files: Files) -> Mapping[str, dict[str, Any]]:
    """The servers of `.mcp.json`. Raises InvalidDefinition with the field that is wrong."""
    servers = json_object(files, MCP_PATH).get("mcpServers", {})
    if not isinstance(servers, dict):
        raise invalid(MCP_PATH, "has to be an object of servers", field="mcpServers")
    for name, server in servers.items():
        field = f"mcpServers.{name}"[:200]
        if not isinstance(server, dict):
            raise invalid(MCP_PATH, "has to be an object", field=field)
        remote = server.get("type", "stdio") in ("http", "sse", "ws")
        needed = "url" if remote else "command"
        if not isinstance(server.get(needed), str) or not server[needed].strip():
            raise invalid(MCP_PATH, f"has to name its {needed}", field=f"{field}.{needed}")
        arguments = server.get("args", [])
        if not isinstance(arguments, list) or not all(isinstance(argument, str) for argument in arguments):
            raise invalid(MCP_PATH, "has to be a list of texts", field=f"{field}.args")
    return servers


def settings_taken(files: Files) -> dict[str, Any]:
    """What of an agent's settings.json is put in force. Raises InvalidDefinition."""
    given = json_object(files, SETTINGS_PATH)
    taken = {key: value for key, value in given.items() if key in SETTINGS_TAKEN}
    for key, value in taken.items():
        if not isinstance(value, dict):
            raise invalid(SETTINGS_PATH, "has to be an object", field=key)
    if "permissions" in taken:
        taken["permissions"] = {k: v for k, v in taken["permissions"].items() if k in PERMISSIONS_TAKEN}
        for key, rules in taken["permissions"].items():
            if not isinstance(rules, list) or not all(isinstance(rule, str) for rule in rules):
                raise invalid(SETTINGS_PATH, "has to be a list of rules", field=f"permissions.{key}")
    return taken


def settings_within(settings: Mapping[str, Any], profile: Profile) -> dict[str, Any]:
    """What of the settings that are put in force stays so in a profile: outside of `trusted`, a sandbox is only made
    narrower by them; where nothing of the agent's own is started, nothing is allowed beforehand either."""
    if profile is Profile.TRUSTED:
        return dict(settings)
    kept = dict(settings)
    if "sandbox" in kept:
        kept["sandbox"] = _narrowing(kept["sandbox"])
    if not TABLE[profile].servers_and_hooks:
        kept.pop("hooks", None)
    if not TABLE[profile].own_rules and "permissions" in kept:
        kept["permissions"] = {key: rules for key, rules in kept["permissions"].items() if key != "allow"}
    return {key: value for key, value in kept.items() if value}


def sandbox_widened(settings: Mapping[str, Any]) -> str:
    """The first field of `sandbox` in an agent's settings that does not just make it narrower; empty without one."""
    given = settings.get("sandbox", {})
    narrow = _narrowing(given)
    for key, value in given.items():
        if key in _NARROWING and isinstance(value, dict):
            if more := [inner for inner in value if inner not in narrow.get(key, {})]:
                return f"sandbox.{key}.{more[0]}"[:200]
        elif key not in narrow and (key, value) != ("enabled", True):
            return f"sandbox.{key}"[:200]
    return ""


def _narrowing(sandbox: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        part: {key: value for key, value in sandbox[part].items() if key in keys}
        for part, keys in _NARROWING.items()
        if isinstance(sandbox.get(part), dict)
    }
    return {part: fields for part, fields in found.items() if fields}


def settings_left_out(files: Files) -> tuple[str, ...]:
    """The fields of settings.json that are kept in the file and reach no CLI."""
    given = json_object(files, SETTINGS_PATH)
    permissions = given.get("permissions")
    inner = [f"permissions.{key}" for key in permissions if key not in PERMISSIONS_TAKEN] if permissions else []
    return tuple(sorted([key for key in given if key not in SETTINGS_TAKEN] + inner))


def commands_of(files: Files) -> tuple[str, ...]:
    """What runs without being called by the model, one line each: servers, hooks, commands in skills and commands."""
    found: list[str] = []
    for name, server in mcp_servers(files).items():
        how = " ".join([server["command"], *server.get("args", [])]) if "command" in server else str(server.get("url"))
        found.append(f"{MCP_PATH}: server {name}: {how}"[:500])
    found += [f"{SETTINGS_PATH}: hook: {command}"[:500] for command in _hook_commands(settings_taken(files))]
    for path, file in sorted(files.items()):
        if path.endswith(".md") and len(file.content) <= 1024 * 1024:
            text = file.content.decode("utf-8", "replace")
            found += [f"{path}: {command}" for command in _INLINE.findall(text)]
            if path.rpartition("/")[2] != "CLAUDE.md" and re.search(r"^hooks:", text, re.MULTILINE):
                found.append(f"{path}: its front matter holds hooks")
    return tuple(found[:_MOST])


def _hook_commands(settings: Mapping[str, Any]) -> Iterator[str]:
    """Every `command` anywhere below `hooks`."""
    level: list[Any] = [settings.get("hooks", {})]
    while level:
        item = level.pop()
        if isinstance(item, dict):
            if isinstance(item.get("command"), str):
                yield item["command"]
            level.extend(item.values())
        elif isinstance(item, list):
            level.extend(item)
