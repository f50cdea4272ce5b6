"""`SqlTaskStore`: the port `TaskStore`, put together from one part per aggregate."""

from machine.domain.clock import Clock, utc_now
from machine.store.approvals import Approvals
from machine.store.claims import Claims
from machine.store.costs import Costs
from machine.store.database import Database
from machine.store.decisions import Decisions
from machine.store.event_log import EventLog
from machine.store.inputs import Inputs
from machine.store.plans import Plans
from machine.store.routings import Routings
from machine.store.tasks import Tasks


class SqlTaskStore:
    """Each method is that of the part that knows the aggregate; `machine.ports.TaskStore` says what each promises.

    `in_fleet`: other machines work on this database, too.
    """

    def __init__(self, database: Database, *, machine_id: str, clock: Clock = utc_now, in_fleet: bool = False) -> None:
        self._join_tasks(Tasks(database, machine_id, clock, in_fleet=in_fleet))
        self._join_queue(
            Claims(database, machine_id, clock, in_fleet=in_fleet),
            Routings(database, machine_id, clock, in_fleet=in_fleet),
        )
        self._join_log(EventLog(database, clock))
        self._join_people(Inputs(database, clock), Approvals(database, clock))
        self._join_plans(Plans(database, clock), Decisions(database, clock))
        self.costs = Costs(database).items

    def _join_tasks(self, tasks: Tasks) -> None:
        self.create = tasks.create
        self.get = tasks.get
        self.list = tasks.list
        self.in_status, self.idle = tasks.in_status, tasks.idle
        self.replaced = tasks.replaced
        self.counts = tasks.counts
        self.parked = tasks.parked
        self.oldest_queued = tasks.oldest_queued
        self.move = tasks.move
        self.adopt = tasks.adopt

    def _join_queue(self, claims: Claims, routings: Routings) -> None:
        self.claim = claims.claim
        self.take_slot = claims.take_slot
        self.release_parked = claims.release_parked
        self.awaiting_routing = routings.awaiting
        self.leave_routing = routings.leave
        self.route = routings.route

    def _join_log(self, log: EventLog) -> None:
        self.append = log.append
        self.events = log.events
        self.outputs = log.outputs
        self.publish = log.publish
        self.feed = log.feed
        self.feed_range = log.feed_range
        self.stored_up_to = log.stored_up_to

    def _join_people(self, inputs: Inputs, approvals: Approvals) -> None:
        self.add_input = inputs.add
        self.inputs = inputs.list
        self.mark_sent = inputs.mark_sent
        self.approval = approvals.get
        self.approvals = approvals.list
        self.save_approval = approvals.save
        self.permission_rules = approvals.rules
        self.add_permission_rules = approvals.add_rules

    def _join_plans(self, plans: Plans, decisions: Decisions) -> None:
        self.hand_over = plans.hand_over
        self.carry_out = plans.carry_out
        self.decide = decisions.decide
