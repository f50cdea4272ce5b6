"""Chat: a message to the Brain, or to an agent by name."""

from fastapi import APIRouter

from machine.api.deps import Caller, Seen, State
from machine.api.schemas import ChatMessage, ChatTaken

router = APIRouter(prefix="/api/chat", tags=["chat"])


@router.post("", status_code=201)
async def chat(said: ChatMessage, state: State, caller: Caller, seen: Seen) -> ChatTaken:
    """Say something. The answer comes as events of the task, and as `chat.reply` in the machine's feed."""
    await seen.own_session(said.session_id)
    await seen.conversation(said.conversation_id)
    started = await state.brain.process_message(
        said.message,
        principal=caller,
        conversation_id=said.conversation_id,
        agent=said.agent,
        session_id=said.session_id,
    )
    return ChatTaken(conversation_id=started.conversation_id, task_id=started.task_id)
