"""`/ws/{session_id}`: everything as it happens."""

import asyncio
import logging
import re
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from machine.api.asgi import address, bearer, cookie
from machine.api.deps import ID_PATTERN
from machine.api.state import ApiState
from machine.api.ws_connection import BROKEN, SIGNED_OUT, Closing, Connection, close
from machine.api.ws_messages import Hello, Position
from machine.auth.people import Known
from machine.domain.errors import MachineError, NotFound
from machine.domain.log_context import about
from machine.domain.principal import Scope

router = APIRouter()

_log = logging.getLogger(__name__)

NOT_YOURS: Final = 4403
TOO_MANY: Final = 4429
MAX_CONNECTIONS: Final = 500
"""Of one login or token."""
HELLO_SECONDS: Final = 10.0


@router.websocket("/ws/{session_id}")
async def session_socket(
    socket: WebSocket, session_id: str, feed_after: Annotated[Position | None, Query()] = None
) -> None:
    """Known by its cookie, its Authorization header, or the token in its first message.

    With `feed_after`, the feed goes on from after that event: what was missed first, then what is live.

    Closes: 4401 no or no longer a valid login, 4403 not your session, 4408 too slow, 4429 too many connections of
    one login or token, 4400 nonsense, 1009 too big.
    """
    state: ApiState = socket.app.state.api
    await socket.accept()
    try:
        known = await _admitted(state, socket)
        about(user_id=known.principal.user_id)
        if state.authenticator.connections(known.credential) >= MAX_CONNECTIONS:
            raise Closing(TOO_MANY, "too many connections of this login or token")
        await _check_session(state, session_id, known)
        await Connection(state, socket, session_id, known).run(feed_after)
        await state.people.end_session(session_id, state.clock())
    except Closing as end:
        await close(socket, end)
    except WebSocketDisconnect:
        return
    except MachineError as error:
        _log.warning("session %s: %s", session_id, error.message)
        await close(socket, Closing(BROKEN, "the machine cannot serve this connection now"))


async def _admitted(state: ApiState, socket: WebSocket) -> Known:
    """Who it is. A browser's cookie counts because the Origin was checked before. Raises Closing."""
    token, login = bearer(socket.scope), cookie(socket.scope, state.cookie_name)
    if token is None and login is None:
        token = await _hello(socket)
    try:
        known = await state.authenticator.authenticate(bearer=token, cookie=login, address=address(socket.scope))
    except MachineError as error:
        code = SIGNED_OUT if error.status in (401, 429) else BROKEN
        raise Closing(code, error.message[:100]) from error
    if not known.principal.allows(Scope.READ):
        raise Closing(NOT_YOURS, "this token's scopes do not include `read`")
    return known


async def _hello(socket: WebSocket) -> str:
    """The token of the first message. Raises Closing when it does not come in time or is something else."""
    try:
        async with asyncio.timeout(HELLO_SECONDS):
            message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1000)
        return Hello.model_validate_json(message.get("text") or "").token
    except TimeoutError as error:
        raise Closing(SIGNED_OUT, "no hello came") from error
    except ValidationError as error:
        raise Closing(SIGNED_OUT, 'the first message has to be {"type":"hello","token":…}') from error


async def _check_session(state: ApiState, session_id: str, known: Known) -> None:
    try:
        found = await state.people.session(session_id) if re.fullmatch(ID_PATTERN, session_id) else None
    except NotFound:
        found = None
    if found is None or found.user_id != known.principal.user_id:
        raise Closing(NOT_YOURS, "this is none of your sessions; POST /api/sessions makes one")
