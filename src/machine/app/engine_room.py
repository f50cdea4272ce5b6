"""Builds the parts of the engine and joins them to their adapters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypedDict

from machine.app.brain_room import build_brain, build_routing_desk
from machine.app.disk_room import DiskRoom, build_disk
from machine.app.fleet_room import member_of
from machine.app.gate_room import build_fleet_login, build_gate
from machine.app.ground import Ground
from machine.app.moving_room import build_moving
from machine.app.runner_room import build_recovery, build_runner
from machine.app.steering_room import build_status_board, build_steering, build_work_bell
from machine.domain.clock import Clock
from machine.domain.costs import CostKind
from machine.domain.day_budget import PLAY, REAL
from machine.domain.machine import NOWHERE, MachineState
from machine.engine.approvals import Approvals
from machine.engine.audit import Audit
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.brain import MachineBrain
from machine.engine.brain_tools import BrainTools
from machine.engine.budget_answers import BudgetAnswers
from machine.engine.catching_up import CatchingUp
from machine.engine.clearing import Clearing
from machine.engine.conclusion import Conclusion
from machine.engine.corrections import Corrections
from machine.engine.day_budgets import DayBudgets
from machine.engine.disk_desk import DiskDesk
from machine.engine.dispatcher import Dispatcher
from machine.engine.idleness import Idleness
from machine.engine.intake import Intake
from machine.engine.live_task import LiveTask
from machine.engine.live_tasks import LiveTasks
from machine.engine.login_echo import FleetLogin
from machine.engine.login_gate import LoginGate
from machine.engine.moving import Moving
from machine.engine.new_tasks import NewTasks
from machine.engine.plans import Plans
from machine.engine.recovery import Recovery
from machine.engine.routing_desk import RoutingDesk
from machine.engine.slots import Slots
from machine.engine.status_board import StatusBoard
from machine.engine.steering import Steering
from machine.engine.subagent_runner import SubAgentRunner
from machine.engine.task_code import TaskCode
from machine.engine.tools.toolbox import ToolBox
from machine.engine.work_bell import WorkBell
from machine.ports import LoginSeen, Membership, TaskStore
from machine.registry.subagent_registry import SubAgentRegistry
from machine.settings import Settings


@dataclass(frozen=True)
class EngineRoom:
    """The engine, ready to be started."""

    manager: BackgroundTaskManager
    steering: Steering
    intake: Intake
    approvals: Approvals
    plans: Plans
    corrections: Callable[..., Corrections]
    """Wants a `creator` yet: what saves the rules that corrections become."""
    brain: MachineBrain
    day_budgets: DayBudgets
    gate: LoginGate
    fleet_login: FleetLogin | None
    """Unset on a machine that works alone."""
    recovery: Recovery
    membership: Membership
    idleness: Idleness
    clearing: Clearing
    status_board: StatusBoard
    new_tasks: NewTasks
    code: TaskCode
    toolbox: ToolBox
    """Filled by those who have tools to offer."""
    brain_tools: BrainTools
    routing_desk: RoutingDesk
    disk: DiskRoom
    work_bell: WorkBell | None
    """Unset on a machine that works alone."""
    freed: Callable[[], None]
    """To be called when there may be work."""


def build_engine(ground: Ground) -> EngineRoom:
    """Join the parts. Nothing runs yet. Called on the event loop."""
    settings, store, clock, agents = ground.settings, ground.tasks, ground.clock, ground.definitions.agents
    redactor, slots, live = ground.redactor, _slots(ground), LiveTasks()
    day_budgets = DayBudgets(store=ground.budgets, slots=slots, clock=clock)
    gate, fleet_login = build_gate(ground, slots), build_fleet_login(ground)
    code = TaskCode(repositories=ground.repositories, variables=ground.variables, store=store)
    moving = build_moving(ground, code)
    disk = build_disk(ground, code, moving)
    conclusion = Conclusion(store=store, gate=gate, clock=clock, redactor=redactor, changes=code.changes)
    new_tasks = _new_tasks(settings, agents, gate if settings.runs_tasks or fleet_login is None else fleet_login, clock)
    shared: _Shared = {"store": store, "live": live, "conclusion": conclusion, "clock": clock}
    plans, approvals = _approvals(ground, shared, slots, new_tasks)
    catching_up = CatchingUp(store=store, claude=ground.claude, redactor=redactor)
    toolbox, brain_tools = _brain_tools(ground)
    runner = build_runner(ground, approvals, catching_up, code, brain_tools, moving)
    recovery = build_recovery(ground, catching_up, conclusion)
    membership = member_of(settings, ground.seat, live, recovery, slots)
    dispatcher = _dispatcher(ground, shared, slots, gate, runner, day_budgets, disk.desk, membership)
    manager = _manager(ground, shared, slots, dispatcher, new_tasks)
    intake = Intake(new_tasks=new_tasks, manager=manager, agents=agents, store=store)
    steering = build_steering(ground, manager, approvals, code)
    brain = build_brain(ground, intake, manager, steering)
    return EngineRoom(
        manager=manager,
        steering=steering,
        intake=intake,
        approvals=approvals,
        plans=plans,
        corrections=partial(
            Corrections, store=store, live=live, agents=agents, new_tasks=new_tasks, manager=manager, steering=steering
        ),
        brain=brain,
        day_budgets=day_budgets,
        gate=gate,
        fleet_login=fleet_login,
        recovery=recovery,
        membership=membership,
        status_board=build_status_board(ground, slots, manager),
        clearing=_clearing(ground, live, moving),
        idleness=Idleness(**shared, idle=timedelta(seconds=settings.idle_seconds)),
        new_tasks=new_tasks,
        code=code,
        toolbox=toolbox,
        brain_tools=brain_tools,
        routing_desk=build_routing_desk(ground, live, brain, new_tasks, gate, slots, manager, membership),
        disk=disk,
        work_bell=build_work_bell(ground, slots),
        freed=slots.freed,
    )


class _Shared(TypedDict):
    """What several parts of the engine have in common."""

    store: TaskStore
    live: LiveTasks
    conclusion: Conclusion
    clock: Clock


def _slots(ground: Ground) -> Slots:
    settings = ground.settings
    counted = PLAY if settings.demo else REAL
    labels = frozenset(settings.labels) if settings.in_fleet else None
    slots = Slots(
        ground.definitions.agents,
        work_slots=settings.max_concurrent_tasks,
        counted=counted,
        labels=labels,
        moves=ground.shared is not None,
    )
    ground.definitions.loader.listen(slots.redefined)
    return slots


def _clearing(ground: Ground, live: LiveTasks, moving: Moving) -> Clearing:
    def drained() -> bool:
        machine = None if ground.seat is None else ground.seat.machine
        return machine is not None and machine.state is MachineState.DRAINING

    return Clearing(
        drained=drained,
        live=live,
        moving=moving,
        store=ground.tasks,
        snapshots=ground.snapshots,
        machine_id=ground.settings.machine_id,
    )


def _brain_tools(ground: Ground) -> tuple[ToolBox, BrainTools]:
    toolbox = ToolBox(Audit(ground.audit, ground.clock))
    return toolbox, BrainTools(toolbox, ground.people)


def _approvals(ground: Ground, shared: _Shared, slots: Slots, new_tasks: NewTasks) -> tuple[Plans, Approvals]:
    store, live, clock = shared["store"], shared["live"], shared["clock"]
    plans = Plans(
        store=store,
        live=live,
        new_tasks=new_tasks,
        conclusion=shared["conclusion"],
        redactor=ground.redactor,
        stored=slots.freed,
    )
    answers = BudgetAnswers(**shared, queued=slots.freed)
    return plans, Approvals(
        store=store,
        live=live,
        slots=slots,
        plans=plans,
        budgets=answers,
        clock=clock,
        whereabouts=ground.sharing.whereabouts if ground.sharing else None,
    )


def _dispatcher(
    ground: Ground,
    shared: _Shared,
    slots: Slots,
    gate: LoginGate,
    runner: SubAgentRunner,
    day_budgets: DayBudgets,
    disk: DiskDesk,
    membership: Membership,
) -> Dispatcher:
    new_live = partial(
        LiveTask,
        store=ground.tasks,
        slots=slots,
        clock=ground.clock,
        linger_seconds=ground.settings.linger_seconds,
        redactor=ground.redactor,
        held_back=day_budgets.held_back,
    )
    return Dispatcher(
        **shared,
        versions=ground.kept.versions,
        slots=slots,
        gate=gate,
        runner=runner,
        new_live=new_live,
        disk=disk,
        membership=membership,
    )


def _manager(
    ground: Ground, shared: _Shared, slots: Slots, dispatcher: Dispatcher, new_tasks: NewTasks
) -> BackgroundTaskManager:
    return BackgroundTaskManager(
        **shared,
        hub=ground.live.hub,
        slots=slots,
        dispatcher=dispatcher,
        new_tasks=new_tasks,
        machine_id=ground.settings.machine_id,
        whereabouts=ground.sharing.whereabouts if ground.sharing else None,
        totals=ground.sharing.totals if ground.sharing else None,
    )


def _new_tasks(settings: Settings, agents: SubAgentRegistry, login: LoginSeen, clock: Clock) -> NewTasks:
    return NewTasks(
        agents=agents,
        clock=clock,
        machine_id=NOWHERE if settings.in_fleet else settings.machine_id,
        default_agent=settings.default_agent,
        timeout_seconds=settings.task_timeout_seconds,
        cost_kind=lambda: CostKind.DEMO if settings.demo else login.cost_kind,
        asks_brain=settings.routing_by_brain,
    )
