"""Tokens of programs."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from machine.api.deps import Caller, Id, Seen, State
from machine.api.errors import unseen
from machine.api.schemas import NewToken, TokenList, TokenMade
from machine.domain.errors import NotFound

router = APIRouter(prefix="/api/tokens", tags=["tokens"])


@router.get("")
async def list_tokens(state: State, seen: Seen) -> TokenList:
    """The caller's tokens, without their secrets; everybody's for an administrator."""
    return TokenList(items=list(await state.people.tokens(seen.owner)))


@router.post("", status_code=201)
async def create_token(new: NewToken, state: State, caller: Caller) -> TokenMade:
    """A token with the caller's rights. Its secret is in this answer and never again."""
    days = new.expires_in_days
    expires_at = state.clock() + timedelta(days=days) if days is not None else None
    token, secret = await state.authenticator.new_token(caller.user_id, new.name, expires_at=expires_at)
    return TokenMade(**dict(token), token=secret)


@router.delete("/{token_id}", status_code=204)
async def revoke_token(token_id: Id, state: State, seen: Seen) -> Response:
    """End a token at once; its open connections are closed."""
    if token_id not in {token.token_id for token in await state.people.tokens(seen.owner)}:
        raise NotFound(unseen("token", token_id))
    await state.authenticator.revoke_token(token_id)
    return Response(status_code=204)
