"""Sessions: connections of a dashboard or a client. Their ids are no secrets."""

from fastapi import APIRouter

from machine.api.deps import Caller, Id, Seen, State
from machine.api.schemas import SessionList, SessionMade
from machine.domain.ids import new_id
from machine.domain.session import Session

router = APIRouter(prefix="/api/sessions", tags=["sessions"])


@router.post("", status_code=201)
async def create_session(state: State, caller: Caller) -> SessionMade:
    """An id for `/ws/{session_id}`."""
    session = Session(
        session_id=new_id("session"),
        user_id=caller.user_id,
        machine_id=state.settings.machine_id,
        connected_at=state.clock(),
    )
    await state.people.add_session(session)
    return SessionMade(session_id=session.session_id)


@router.get("")
async def list_sessions(state: State, seen: Seen) -> SessionList:
    """The caller's sessions; everybody's for an administrator."""
    return SessionList(items=list(await state.people.sessions(seen.owner)))


@router.get("/{session_id}")
async def get_session(session_id: Id, seen: Seen) -> Session:
    """One session, with what its tasks cost and which of them are active."""
    return await seen.session(session_id)
