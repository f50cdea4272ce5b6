"""What a client may ask for over the WebSocket that changes something: the same doors as HTTP's."""

from typing import Any

from machine.api.deps import Sight
from machine.api.state import ApiState
from machine.api.ws_messages import ApprovalAnswer, ChatSay, TaskSay, TaskStop
from machine.domain.errors import Forbidden
from machine.domain.principal import Principal

Command = ChatSay | TaskSay | TaskStop | ApprovalAnswer


async def perform(state: ApiState, principal: Principal, session_id: str, command: Command) -> dict[str, Any]:
    """Do it; returns the `data` of the ack. Raises MachineError."""
    if not principal.may_write:
        raise Forbidden("A viewer may look and change nothing.", hint="Ask an administrator for more rights.")
    seen = Sight(state, principal)
    if isinstance(command, ChatSay):
        return await _chat(state, principal, session_id, command, seen)
    if isinstance(command, ApprovalAnswer):
        approval = await seen.approval(command.approval_id)
        answered = await state.approvals.answer(approval.approval_id, command.answer, principal)
        return {"approval_id": answered.approval_id, "status": answered.status}
    task = await seen.task(command.task_id)
    if isinstance(command, TaskSay):
        taken = await state.manager.send_input(task.task_id, command.message, principal=principal)
        return {"task_id": taken.task_id}
    if command.mode == "interrupt":
        await state.manager.interrupt(task.task_id)
    else:
        await state.manager.stop(task.task_id, by=principal.user_id)
    return {"task_id": task.task_id, "status": (await state.tasks.get(task.task_id)).status}


async def _chat(state: ApiState, principal: Principal, session_id: str, said: ChatSay, seen: Sight) -> dict[str, Any]:
    await seen.conversation(said.conversation_id)
    started = await state.brain.process_message(
        said.message,
        principal=principal,
        conversation_id=said.conversation_id,
        agent=said.agent,
        session_id=session_id,
    )
    return {"conversation_id": started.conversation_id, "task_id": started.task_id}
