"""What routes ask for in their signatures."""

import contextlib
from collections.abc import Iterator
from typing import Annotated, TypeVar, cast

from fastapi import Depends, Path, Query, Request

from machine.api.errors import unseen
from machine.api.state import ApiState
from machine.domain.approval import Approval
from machine.domain.errors import NotFound, NotSignedIn
from machine.domain.principal import Principal, Role
from machine.domain.session import Session
from machine.domain.task import Task
from machine.ports import TaskFilter

_Owned = TypeVar("_Owned", Task, Approval, Session)

ID_PATTERN = r"^[A-Za-z0-9_-]{1,80}$"


# These are coroutines though they wait for nothing: FastAPI runs plain functions in a thread, a hop for each request.


async def _state(request: Request) -> ApiState:
    return cast(ApiState, request.app.state.api)


async def _principal(request: Request) -> Principal:
    """Who asks, as the login middleware found out."""
    principal = request.scope.get("principal")
    if not isinstance(principal, Principal):
        raise NotSignedIn("You are not signed in.")
    return principal


State = Annotated[ApiState, Depends(_state)]
Caller = Annotated[Principal, Depends(_principal)]
Id = Annotated[str, Path(pattern=ID_PATTERN)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=500, pattern=r"^[\x20-\x7e]+$", description="`next_cursor` of before.")]


class Sight:
    """The caller's view of what there is: what they may not see does not exist."""

    def __init__(self, state: ApiState, principal: Principal) -> None:
        self._state = state
        self._principal = principal

    @property
    def owner(self) -> str | None:
        """The user to filter lists by; None for an administrator, who sees everybody's."""
        return None if self._principal.user.role is Role.ADMINISTRATOR else self._principal.user_id

    async def task(self, task_id: str) -> Task:
        """Raises NotFound."""
        with _hidden("task", task_id):
            task = await self._state.tasks.get(task_id)
        return self._own("task", task_id, task)

    async def approval(self, approval_id: str) -> Approval:
        """Raises NotFound."""
        with _hidden("approval", approval_id):
            approval = await self._state.tasks.approval(approval_id)
        return self._own("approval", approval_id, approval)

    async def session(self, session_id: str) -> Session:
        """Raises NotFound."""
        with _hidden("session", session_id):
            session = await self._state.people.session(session_id)
        return self._own("session", session_id, session)

    async def own_session(self, session_id: str | None) -> None:
        """Check the session that a task is to belong to. Raises NotFound."""
        if session_id is None:
            return
        with _hidden("session", session_id):
            session = await self._state.people.session(session_id)
        if session.user_id != self._principal.user_id:
            raise NotFound(unseen("session", session_id))

    async def conversation(self, conversation_id: str | None) -> None:
        """Check the conversation that a message is for. Raises NotFound."""
        if conversation_id is None:
            return
        page = await self._state.tasks.list(TaskFilter(conversation_id=conversation_id), limit=1)
        if not page.items or not self._principal.sees(page.items[0].user_id):
            raise NotFound(unseen("conversation", conversation_id))

    def _own(self, kind: str, object_id: str, found: _Owned) -> _Owned:
        if not self._principal.sees(found.user_id):
            raise NotFound(unseen(kind, object_id))
        return found


@contextlib.contextmanager
def _hidden(kind: str, object_id: str) -> Iterator[None]:
    """One sentence for what is not there and what is another's, whatever the store says."""
    try:
        yield
    except NotFound as error:
        raise NotFound(unseen(kind, object_id)) from error


async def _sight(state: State, caller: Caller) -> Sight:
    return Sight(state, caller)


Seen = Annotated[Sight, Depends(_sight)]
