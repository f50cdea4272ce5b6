"""What waits for a person's answer."""

from fastapi import APIRouter

from machine.api.deps import Caller, Id, Seen, State
from machine.api.schemas import ApprovalList
from machine.api.tasks import Name
from machine.domain.approval import Answer, Approval, ApprovalStatus

router = APIRouter(prefix="/api/approvals", tags=["approvals"])


@router.get("")
async def list_approvals(
    state: State, seen: Seen, status: ApprovalStatus | None = None, task_id: Name = None
) -> ApprovalList:
    """Those in `status`, of one task or of all that the caller sees; with neither, those that are pending."""
    if status is None and task_id is None:
        status = ApprovalStatus.PENDING
    found = await state.tasks.approvals(status=status, task_id=task_id, user_id=seen.owner)
    return ApprovalList(items=list(found))


@router.get("/{approval_id}")
async def get_approval(approval_id: Id, seen: Seen) -> Approval:
    """One approval."""
    return await seen.approval(approval_id)


@router.post("/{approval_id}")
async def answer_approval(approval_id: Id, answer: Answer, state: State, caller: Caller, seen: Seen) -> Approval:
    """Answer it. 409 when it is not pending any more."""
    approval = await seen.approval(approval_id)
    return await state.steering.answer(approval, answer, caller)
