"""Agents: which there are, and making, changing and switching them."""

from fastapi import APIRouter

from machine.api.definition_routes import Administrator, Name, add_routes, is_administrator, refusals
from machine.api.definition_schemas import AgentDetail, AgentList, agent_detail, agent_list
from machine.api.deps import Caller, State
from machine.api.state import ApiState
from machine.domain.agent import AgentForm
from machine.domain.definitions import Preview, invalid
from machine.domain.principal import Principal

router = APIRouter(prefix="/api/agents", tags=["agents"])


async def _detail(state: ApiState, name: str, caller: Principal) -> AgentDetail:
    desk = state.creator.agents
    return agent_detail(await desk.standing(name), desk, whole=is_administrator(caller))


@router.get("")
async def list_agents(state: State) -> AgentList:
    """All agents, by name, and what is wrong with their files."""
    return agent_list(state.creator.agents)


@router.post("", status_code=201)
async def create_agent(form: AgentForm, state: State, by: Administrator) -> AgentDetail:
    """A new agent, live at once. 409 when the name is taken."""
    with refusals():
        await state.creator.create_agent(form, by)
    return await _detail(state, form.name, by)


@router.post("/preview")
async def preview_agent(form: AgentForm, state: State, by: Administrator) -> Preview:
    """What would be saved, and nothing is."""
    with refusals():
        return await state.creator.preview_agent(form, by)


@router.get("/{name}")
async def get_agent(name: Name, state: State, caller: Caller) -> AgentDetail:
    """One agent, as it is in force."""
    return await _detail(state, name, caller)


@router.put("/{name}")
async def update_agent(name: Name, form: AgentForm, state: State, by: Administrator) -> AgentDetail:
    """Change an agent; its other files stay. One that comes with the program is overridden by what is sent."""
    with refusals():
        if form.name != name:
            raise invalid("", f"is {form.name}, but the agent is called {name}", field="name")
        state.creator.agents.check_there(name)
        await state.creator.create_agent(form, by, replace_it=True)
    return await _detail(state, name, by)


add_routes(router, lambda state: state.creator.agents, _detail, AgentDetail)
