"""Skills: which there are and for whom, and making, changing and switching them."""

from fastapi import APIRouter, Request

from machine.api.definition_routes import Kind, add_routes, is_administrator
from machine.api.definition_schemas import SkillDetail, SkillList, skill_detail, skill_list
from machine.api.deps import State
from machine.api.state import ApiState
from machine.domain.definitions import Preview
from machine.domain.principal import Principal
from machine.domain.skill import SkillForm

router = APIRouter(prefix="/api/skills", tags=["skills"])


async def _detail(_: Request, state: ApiState, name: str, caller: Principal) -> SkillDetail:
    desk = state.creator.skills
    return skill_detail(await desk.standing(name), desk, whole=is_administrator(caller))


@router.get("")
async def list_skills(state: State) -> SkillList:
    """All skills, by name, and what is wrong with their files."""
    return skill_list(state.creator.skills)


add_routes(
    router,
    Kind(
        form=SkillForm,
        detail=SkillDetail,
        preview=Preview,
        desk_of=lambda state: state.creator.skills,
        draft_of=lambda state, form: state.creator.skill_draft(form),
        detail_of=_detail,
        preview_of=lambda _request, _state, seen: seen.preview,
    ),
)
