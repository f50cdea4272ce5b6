"""Agents: which there are, and making, changing and switching them."""

from fastapi import APIRouter, Request

from machine.api.definition_routes import Kind, add_routes, is_administrator
from machine.api.definition_schemas import AgentDetail, AgentList, agent_detail, agent_list
from machine.api.deps import State
from machine.api.state import ApiState
from machine.domain.agent import AgentForm
from machine.domain.definitions import Preview
from machine.domain.principal import Principal

router = APIRouter(prefix="/api/agents", tags=["agents"])


async def _detail(_: Request, state: ApiState, name: str, caller: Principal) -> AgentDetail:
    desk = state.creator.agents
    return agent_detail(await desk.standing(name), desk, whole=is_administrator(caller))


@router.get("")
async def list_agents(state: State) -> AgentList:
    """All agents, by name, and what is wrong with their files."""
    return agent_list(state.creator.agents)


add_routes(
    router,
    Kind(
        form=AgentForm,
        detail=AgentDetail,
        preview=Preview,
        desk_of=lambda state: state.creator.agents,
        draft_of=lambda state, form: state.creator.agent_draft(form),
        detail_of=_detail,
        preview_of=lambda _request, _state, seen: seen.preview,
    ),
)
