"""People: which there are, making, changing and deleting them."""

from fastapi import APIRouter
from starlette.responses import Response

from machine.api.deps import Caller, Id, State
from machine.api.people_schemas import NewUser, UserList, UserPatch, UserView
from machine.ports import UserChange

router = APIRouter(prefix="/api/users", tags=["users"])


@router.get("")
async def list_users(state: State, caller: Caller) -> UserList:
    """All people, oldest first. For administrators."""
    return UserList(items=[UserView.of(user) for user in await state.accounts.users(caller)])


@router.post("", status_code=201)
async def create_user(new: NewUser, state: State, caller: Caller) -> UserView:
    """Make a person with a first password. 409 when the name is taken. For administrators."""
    user = await state.accounts.create(new.name, new.role, new.password.get_secret_value(), caller)
    return UserView.of(user)


@router.get("/{user_id}")
async def get_user(user_id: Id, state: State, caller: Caller) -> UserView:
    """One person: oneself, or anybody for administrators."""
    return UserView.of(await state.accounts.user(user_id, caller))


@router.patch("/{user_id}")
async def change_user(user_id: Id, patch: UserPatch, state: State, caller: Caller) -> UserView:
    """Change a person: one's own name, or anything for administrators. In force at once.

    409 when the name is taken, and for the last administrator who can come in.
    """
    change = UserChange(name=patch.name, role=patch.role, disabled=patch.disabled)
    password = patch.password.get_secret_value() if patch.password else None
    return UserView.of(await state.accounts.change(user_id, change, password, caller))


@router.delete("/{user_id}", status_code=204)
async def delete_user(user_id: Id, state: State, caller: Caller) -> Response:
    """Delete a person: their logins and tokens end, their tasks stay. For administrators."""
    await state.accounts.delete(user_id, caller)
    return Response(status_code=204)
