"""Tokens of programs."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from machine.api.deps import Caller, Id, Seen, State
from machine.api.errors import unseen
from machine.api.people_schemas import NewToken
from machine.api.schemas import TokenList, TokenMade
from machine.domain.errors import Forbidden, NotFound
from machine.domain.principal import SCOPE_OF_ROLE, Principal, Scope

router = APIRouter(prefix="/api/tokens", tags=["tokens"])


@router.get("")
async def list_tokens(state: State, seen: Seen) -> TokenList:
    """The caller's tokens, without their secrets; everybody's for an administrator."""
    return TokenList(items=list(await state.people.tokens(seen.owner)))


@router.post("", status_code=201)
async def create_token(new: NewToken, state: State, caller: Caller) -> TokenMade:
    """A token that reaches no further and lasts no longer than the caller's own. Its secret is in this answer only."""
    scopes = tuple(dict.fromkeys(new.scopes)) if new.scopes else _default(caller)
    if not all(caller.allows(scope) for scope in scopes):
        raise Forbidden("A token cannot make one that reaches further than itself.", hint="Ask for fewer scopes.")
    days = new.expires_in_days
    ends = (state.clock() + timedelta(days=days) if days is not None else None, caller.expires_at)
    token, secret = await state.authenticator.new_token(
        caller.user_id, new.name, expires_at=min((end for end in ends if end), default=None), scopes=scopes
    )
    return TokenMade(**dict(token), token=secret)


def _default(caller: Principal) -> tuple[Scope, ...]:
    usual = SCOPE_OF_ROLE[caller.user.role]
    return (usual,) if caller.allows(usual) else caller.scopes


@router.delete("/{token_id}", status_code=204)
async def revoke_token(token_id: Id, state: State, seen: Seen) -> Response:
    """End a token at once; its open connections are closed."""
    if token_id not in {token.token_id for token in await state.people.tokens(seen.owner)}:
        raise NotFound(unseen("token", token_id))
    await state.authenticator.revoke_token(token_id)
    return Response(status_code=204)
