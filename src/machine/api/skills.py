"""Skills: which there are and for whom, and making, changing and switching them."""

from fastapi import APIRouter

from machine.api.definition_routes import Administrator, Name, add_routes, is_administrator, refusals
from machine.api.definition_schemas import SkillDetail, SkillList, skill_detail, skill_list
from machine.api.deps import Caller, State
from machine.api.state import ApiState
from machine.domain.definitions import Preview, invalid
from machine.domain.principal import Principal
from machine.domain.skill import SkillForm

router = APIRouter(prefix="/api/skills", tags=["skills"])


async def _detail(state: ApiState, name: str, caller: Principal) -> SkillDetail:
    desk = state.creator.skills
    return skill_detail(await desk.standing(name), desk, whole=is_administrator(caller))


@router.get("")
async def list_skills(state: State) -> SkillList:
    """All skills, by name, and what is wrong with their files."""
    return skill_list(state.creator.skills)


@router.post("", status_code=201)
async def create_skill(form: SkillForm, state: State, by: Administrator) -> SkillDetail:
    """A new skill for the Brain, for agents by name, or for all; live at once. 409 when the name is taken."""
    with refusals():
        await state.creator.create_skill(form, by)
    return await _detail(state, form.name, by)


@router.post("/preview")
async def preview_skill(form: SkillForm, state: State, by: Administrator) -> Preview:
    """What would be saved, and nothing is."""
    with refusals():
        return await state.creator.preview_skill(form, by)


@router.get("/{name}")
async def get_skill(name: Name, state: State, caller: Caller) -> SkillDetail:
    """One skill, as it is in force."""
    return await _detail(state, name, caller)


@router.put("/{name}")
async def update_skill(name: Name, form: SkillForm, state: State, by: Administrator) -> SkillDetail:
    """Change a skill; its other files stay. One that comes with the program is overridden by what is sent."""
    with refusals():
        if form.name != name:
            raise invalid("", f"is {form.name}, but the skill is called {name}", field="name")
        state.creator.skills.check_there(name)
        await state.creator.create_skill(form, by, replace_it=True)
    return await _detail(state, name, by)


add_routes(router, lambda state: state.creator.skills, _detail, SkillDetail)
