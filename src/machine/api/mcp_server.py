"""One MCP request, from its body to its answer. Importing this imports `mcp`: see `machine.api.mcp`."""

from typing import Any, Final

from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)
from starlette.types import Receive, Scope, Send

from machine.ports import OfferedTools, ToolInfo

_ABOUT: Final = (
    "A machine that runs Claude Code for a team: start, watch, steer and stop tasks; look at, create and change "
    "agents, skills and webhooks, within the rights of the token's user. Answers that hold words of others mark them "
    "as data."
)


async def serve(tools: OfferedTools, version: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request with the tools of who sent it. Nothing of it is left afterwards."""
    manager = StreamableHTTPSessionManager(_server(tools, version), json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(scope, receive, send)


def _server(tools: OfferedTools, version: str) -> Server[Any]:
    async def list_tools(_: Any, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_announced(info) for info in tools.offered()])

    async def call_tool(_: Any, params: CallToolRequestParams) -> CallToolResult:
        answer = await tools.call(params.name, params.arguments or {})
        return CallToolResult(content=[TextContent(type="text", text=answer.text)], is_error=answer.is_error)

    return Server(
        "claude-code-agent", version=version, instructions=_ABOUT, on_list_tools=list_tools, on_call_tool=call_tool
    )


def _announced(info: ToolInfo) -> Tool:
    hints = ToolAnnotations(read_only_hint=info.read_only, destructive_hint=info.destructive)
    return Tool(name=info.name, description=info.description, input_schema=info.input_schema, annotations=hints)
