"""Between the CLI's question whether a tool may be used and the person who answers it."""

import asyncio
import logging
from typing import Any, Final

from claude_agent_sdk import PermissionResultAllow, PermissionResultDeny, PermissionUpdate, ToolPermissionContext

from machine.claude.clean import as_text
from machine.claude.network import ASKED_AS, objection_to_host
from machine.domain.approval import Answer, ApprovalKind, Decision, kind_of
from machine.domain.errors import MachineError
from machine.domain.profile import Network
from machine.ports import Ask, ToolRequest

_REFUSED: Final = "The person who was asked did not allow this. Go on without it, or ask what they want instead."
_NOT_ASKED: Final = (
    "This was refused: nobody is asked for this agent, and it was not allowed beforehand. Go on without."
)

_log = logging.getLogger(__name__)


class PermissionDesk:
    """Answers the SDK's `can_use_tool` by asking. Cancelled while it asks, it cancels the asking.

    Hosts that commands want to reach are judged by `network`, and nobody is asked. Without `asks`, all else is refused.
    """

    def __init__(self, ask: Ask, *, network: Network = "all", asks: bool = True) -> None:
        self._ask = ask
        self._network = network
        self._asks = asks

    async def __call__(
        self, tool_name: str, tool_input: dict[str, Any], context: ToolPermissionContext
    ) -> PermissionResultAllow | PermissionResultDeny:
        if tool_name == ASKED_AS:
            why = await asyncio.to_thread(objection_to_host, as_text(tool_input.get("host")), self._network)
            return PermissionResultAllow(updated_input=tool_input) if why is None else PermissionResultDeny(message=why)
        if not self._asks:
            return PermissionResultDeny(message=_NOT_ASKED)
        suggestions = _as_dicts(context.suggestions)
        request = ToolRequest(
            tool_name=tool_name,
            tool_use_id=context.tool_use_id,
            input=tool_input,
            title=context.title or context.description or context.display_name or tool_name,
            suggestions=suggestions,
        )
        try:
            answer = await self._ask(request)
        except MachineError as error:
            _log.warning("nobody could be asked about %s: %s", tool_name, error.message)
            return PermissionResultDeny(message=f"Nobody could be asked: {error.message}")
        if answer.decision is Decision.DENY:
            return PermissionResultDeny(message=answer.reason or _REFUSED)
        return PermissionResultAllow(
            updated_input=_input_of(request, answer),
            updated_permissions=_remembered(request) if answer.remember else None,
        )


def _input_of(request: ToolRequest, answer: Answer) -> dict[str, Any]:
    given = request.input if answer.input is None else answer.input
    if kind_of(request.tool_name) is not ApprovalKind.QUESTION or answer.answers is None:
        return given
    chosen = {question: ", ".join(a) if isinstance(a, list) else a for question, a in answer.answers.items()}
    return {**given, "answers": chosen}


def _remembered(request: ToolRequest) -> list[PermissionUpdate]:
    """What the CLI itself proposed for not being asked again, as far as it allows just this kind of call.

    For the running process only: what lasts is stored by the machine, and the CLI would write the rest into the
    workspace. A wider mode is taken only where the CLI proposes nothing narrower, as it does for edits.
    """
    updates = [PermissionUpdate.from_dict({**found, "destination": "session"}) for found in request.suggestions]
    rules = [update for update in updates if update.type == "addRules" and update.behavior == "allow"]
    folders = [update for update in updates if update.type == "addDirectories"]
    modes = [update for update in updates if update.type == "setMode" and update.mode == "acceptEdits"]
    return (rules or modes) + folders


def _as_dicts(suggestions: list[PermissionUpdate]) -> tuple[dict[str, Any], ...]:
    found = []
    for suggestion in suggestions:
        try:
            found.append(suggestion.to_dict())
        except ValueError as error:
            _log.info("a proposal of the CLI is left out: %s", error)
    return tuple(found)
