"""What a client may ask for over the WebSocket that changes something: HTTP's doors, and its audit log."""

from typing import Any

from machine.api.deps import Sight
from machine.api.state import ApiState
from machine.api.ws_messages import ApprovalAnswer, ChatSay, TaskSay, TaskStop
from machine.domain.errors import Forbidden
from machine.domain.principal import Principal

Command = ChatSay | TaskSay | TaskStop | ApprovalAnswer


async def perform(
    state: ApiState, principal: Principal, session_id: str, command: Command, address: str
) -> dict[str, Any]:
    """Do it; returns the `data` of the ack. Raises MachineError."""
    if not principal.may_write:
        raise Forbidden("You may look here and change nothing.", hint="It takes a member, and a token for `tasks`.")
    seen = Sight(state, principal)
    if isinstance(command, ChatSay):
        return await _chat(state, principal, session_id, command, seen)
    if isinstance(command, ApprovalAnswer):
        return await _answer(state, principal, command, seen, address)
    task = await seen.task(command.task_id)
    if isinstance(command, TaskSay):
        taken = await state.steering.send_input(task.task_id, command.message, principal=principal)
        return {"task_id": taken.task_id}
    mode = {"mode": command.mode}
    async with state.audit.recording(principal, "task.stop", task.task_id, address=address, summary=mode):
        if command.mode == "interrupt":
            await state.steering.interrupt(task.task_id)
        else:
            await state.steering.stop(task.task_id, by=principal.user_id)
    return {"task_id": task.task_id, "status": (await state.tasks.get(task.task_id)).status}


async def _answer(
    state: ApiState, principal: Principal, command: ApprovalAnswer, seen: Sight, address: str
) -> dict[str, Any]:
    approval_id, answer = command.approval_id, command.answer
    summary = {"decision": answer.decision.value, "remember": answer.remember}
    async with state.audit.recording(principal, "approval.answer", approval_id, address=address, summary=summary):
        approval = await seen.approval(approval_id)
        answered = await state.steering.answer(approval, answer, principal)
    return {"approval_id": answered.approval_id, "status": answered.status}


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
