"""Logins: browsers that are signed in."""

from fastapi import APIRouter
from starlette.responses import Response

from machine.api.deps import Caller, Id, Seen, State
from machine.api.errors import unseen
from machine.api.schemas import LoginList, LoginView
from machine.domain.errors import NotFound

router = APIRouter(prefix="/api/logins", tags=["logins"])


@router.get("")
async def list_logins(state: State, caller: Caller, seen: Seen) -> LoginList:
    """The caller's logins; everybody's for an administrator."""
    now = state.clock()
    found = (login for login in await state.people.logins(seen.owner) if login.expires_at > now)
    return LoginList(
        items=[LoginView(**dict(login), current=login.login_id == caller.credential_id) for login in found]
    )


@router.delete("/{login_id}", status_code=204)
async def end_login(login_id: Id, state: State, seen: Seen) -> Response:
    """Sign a browser out at once; its open connections are closed."""
    if login_id not in {login.login_id for login in await state.people.logins(seen.owner)}:
        raise NotFound(unseen("login", login_id))
    await state.authenticator.end_login(login_id)
    return Response(status_code=204)
