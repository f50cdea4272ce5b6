"""Chat: a message to the Brain, or to an agent by name; the conversations that were had with the Brain."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from machine.api.chat_schemas import ChatTaken, ConversationDetail, ConversationList, MessageView, Rename
from machine.api.deps import Caller, Cursor, Id, Limit, Seen, State
from machine.api.schemas import ChatMessage
from machine.domain.chat import Conversation
from machine.ports import TaskFilter

router = APIRouter(prefix="/api/chat", tags=["chat"])

Words = Annotated[
    str | None,
    Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$", description="In its title, a message or an answer."),
]


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
        attachments=said.attachments,
    )
    return ChatTaken(conversation_id=started.conversation_id, task_id=started.task_id)


@router.get("")
async def list_conversations(
    state: State, seen: Seen, search: Words = None, limit: Limit = 50, cursor: Cursor = None
) -> ConversationList:
    """Conversations with the Brain, those with the newest message first."""
    words = search.strip() if search else None
    page = await state.chats.store.conversations(user_id=seen.owner, search=words or None, limit=limit, cursor=cursor)
    return ConversationList(items=list(page.items), next_cursor=page.next_cursor)


@router.get("/{conversation_id}")
async def get_conversation(
    conversation_id: Id, state: State, seen: Seen, limit: Limit = 50, cursor: Cursor = None
) -> ConversationDetail:
    """One conversation with its messages, newest first, long texts cut short; their events have the whole."""
    await seen.conversation(conversation_id)
    found = await state.chats.store.conversation(conversation_id)
    page = await state.tasks.list(TaskFilter(conversation_id=conversation_id), limit=limit, cursor=cursor)
    items = [MessageView.of(task) for task in page.items]
    return ConversationDetail(conversation=found, items=items, next_cursor=page.next_cursor)


@router.patch("/{conversation_id}")
async def rename_conversation(
    conversation_id: Id, said: Rename, state: State, caller: Caller, seen: Seen
) -> Conversation:
    """Call it something else."""
    await seen.conversation(conversation_id)
    return await state.chats.rename(conversation_id, said.title, caller)


@router.delete("/{conversation_id}", status_code=204)
async def delete_conversation(conversation_id: Id, state: State, caller: Caller, seen: Seen) -> Response:
    """Take it out of the list, and remove the files that were attached. Its tasks, with what they cost, stay.

    409 while an answer is under way. Another message in it brings it back.
    """
    await seen.conversation(conversation_id)
    await state.chats.delete(conversation_id, caller)
    return Response(status_code=204)
