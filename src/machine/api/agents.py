"""Agents: which there are."""

from fastapi import APIRouter

from machine.api.deps import State
from machine.api.schemas import AgentList, AgentView

router = APIRouter(prefix="/api/agents", tags=["agents"])


@router.get("")
async def list_agents(state: State) -> AgentList:
    """All agents, by name."""
    return AgentList(items=[AgentView.of(agent) for agent in state.agents.all()])
