"""Tools of the machine for the model of one CLI, served by this very process.

The CLI's requests for them come over its own standard streams, so there is no port to reach, no token to steal, and no
question whose they are: they belong to the process at the other end. Importing this module imports the SDK: see
`machine.claude.cli`.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from claude_agent_sdk import McpServerConfig, SdkMcpTool, create_sdk_mcp_server
from mcp.types import ToolAnnotations

from machine.domain.version import VERSION
from machine.ports import OfferedTools

SERVER: Final = "machine"
"""The tools are called `mcp__machine__<name>`."""


def mcp_servers(tools: OfferedTools | None) -> dict[str, McpServerConfig]:
    """The option `mcp_servers` of the SDK; empty without tools."""
    if tools is None:
        return {}
    made = [
        SdkMcpTool(
            name=info.name,
            description=info.description,
            input_schema=info.input_schema,
            handler=_handler(tools, info.name),
            annotations=ToolAnnotations(read_only_hint=info.read_only, destructive_hint=info.destructive),
        )
        for info in tools.offered()
    ]
    # alwaysLoad: they are what the conversation is for; else the model is told their names alone and has to search.
    server: dict[str, Any] = {**create_sdk_mcp_server(SERVER, VERSION, made), "alwaysLoad": True}
    return {SERVER: cast("McpServerConfig", server)}


def _handler(tools: OfferedTools, name: str) -> Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]:
    async def handle(arguments: dict[str, Any]) -> dict[str, Any]:
        answer = await tools.call(name, arguments)
        return {"content": [{"type": "text", "text": answer.text}], "is_error": answer.is_error}

    return handle
