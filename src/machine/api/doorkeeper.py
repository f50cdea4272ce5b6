"""The login in front of every route: closed unless the path is on the public list."""

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from machine.api.asgi import address, bearer, cookie, is_visit, refuse_websocket
from machine.api.errors import problem, problem_of
from machine.api.public import is_public, may_viewer
from machine.api.rules import rule_of
from machine.api.state import ApiState
from machine.domain.errors import Forbidden, MachineError
from machine.domain.log_context import about
from machine.domain.principal import Principal, Role

WEBSOCKETS = "/ws/"


class Doorkeeper:
    """Plain ASGI: puts the principal into `scope["principal"]`, or answers 401 (a person in a browser
    is shown the way in), or 403 where a token's scopes or
    a viewer's role end.

    WebSockets under `/ws/` say hello after the handshake, so their route asks for the login itself; others are refused.
    """

    def __init__(self, app: ASGIApp, state: ApiState) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not scope["path"].startswith(WEBSOCKETS):
            response = problem(404, "There is no WebSocket at this address.", hint="Sessions are at /ws/{session_id}.")
            start = {"type": "", "status": 404, "headers": response.raw_headers}
            await refuse_websocket(receive, send, start, bytes(response.body))
            return
        if scope["type"] != "http" or is_public(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            known = await self._state.authenticator.authenticate(
                bearer=bearer(scope), cookie=cookie(scope, self._state.cookie_name), address=address(scope)
            )
        except MachineError as error:
            to_login = error.status == 401 and is_visit(scope)
            refused = RedirectResponse("/login", 303) if to_login else problem_of(error)
            await refused(scope, receive, send)
            return
        if (refusal := _refusal(known.principal, scope["method"], scope["path"])) is not None:
            await problem_of(refusal)(scope, receive, send)
            return
        scope["principal"] = known.principal
        about(user_id=known.principal.user_id)
        await self._app(scope, receive, send)


def _refusal(principal: Principal, method: str, path: str) -> Forbidden | None:
    """What keeps this principal from even reaching the route: the scopes of a token, the role of a viewer."""
    needed = rule_of(method, path)[0].scope
    if not principal.allows(needed):
        return Forbidden(f"This token's scopes do not include `{needed}`.", hint="Use a token that was made with it.")
    if principal.user.role is Role.VIEWER and not may_viewer(method, path):
        return Forbidden("A viewer may look and change nothing.", hint="Ask an administrator for more rights.")
    return None
