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
        tasks = Tasks(database, machine_id, clock, in_fleet=in_fleet)
        self.create = tasks.create
        self.get = tasks.get
        self.list = tasks.list
        self.in_status = tasks.in_status
        self.replaced = tasks.replaced
        self.counts = tasks.counts
        self.parked = tasks.parked
        self.oldest_queued = tasks.oldest_queued
        self.move = tasks.move
        self.adopt = tasks.adopt

        claims = Claims(database, machine_id, clock, in_fleet=in_fleet)
        self.claim = claims.claim
        self.take_slot = claims.take_slot
        self.release_parked = claims.release_parked

        routings = Routings(database, machine_id, clock, in_fleet=in_fleet)
        self.awaiting_routing = routings.awaiting
        self.leave_routing = routings.leave
        self.route = routings.route

        plans = Plans(database, clock)
        self.hand_over = plans.hand_over
        self.carry_out = plans.carry_out
        self.decide = Decisions(database, clock).decide

        log = EventLog(database, clock)
        self.append = log.append
        self.events = log.events
        self.outputs = log.outputs
        self.publish = log.publish
        self.feed = log.feed
        self.feed_range = log.feed_range
        self.stored_up_to = log.stored_up_to

        inputs = Inputs(database, clock)
        self.add_input = inputs.add
        self.inputs = inputs.list
        self.mark_sent = inputs.mark_sent

        self.costs = Costs(database).items

        approvals = Approvals(database, clock)
        self.approval = approvals.get
        self.approvals = approvals.list
        self.save_approval = approvals.save
        self.permission_rules = approvals.rules
        self.add_permission_rules = approvals.add_rules
