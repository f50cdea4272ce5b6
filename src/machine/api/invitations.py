"""Invitations: one-time links by which somebody becomes a user."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from machine.api.deps import Caller, Id, State
from machine.api.people_schemas import InvitationList, InvitationMade, NewInvitation
from machine.auth.tokens import invitation_url

router = APIRouter(prefix="/api/invitations", tags=["users"])


@router.post("", status_code=201)
async def create_invitation(new: NewInvitation, request: Request, state: State, caller: Caller) -> InvitationMade:
    """A link for one person. It is in this answer and never again. For administrators."""
    lifetime = timedelta(hours=new.expires_in_hours)
    invitation, secret = await state.accounts.invite(new.name, new.role, lifetime, caller)
    base = state.settings.public_url or str(request.base_url)
    return InvitationMade(**dict(invitation), link=invitation_url(base, secret))


@router.get("")
async def list_invitations(state: State, caller: Caller) -> InvitationList:
    """The newest 1,000, used and revoked ones too, without their links. For administrators."""
    return InvitationList(items=list(await state.accounts.invitations(caller)))


@router.delete("/{invitation_id}", status_code=204)
async def revoke_invitation(invitation_id: Id, state: State, caller: Caller) -> Response:
    """Make a link useless that was not used yet. For administrators."""
    await state.accounts.revoke_invitation(invitation_id, caller)
    return Response(status_code=204)
