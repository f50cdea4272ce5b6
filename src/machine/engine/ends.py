"""What a run comes to that something else ended than its own work."""

from machine.domain.task import FailureReason, QueueReason, TaskStatus
from machine.engine.live_task import LiveTask, RunEnd
from machine.engine.outcome import Outcome, Parked, StillWaiting, failed, stopped


def ended_from_outside(live: LiveTask, why: RunEnd) -> Outcome:
    """What a run that was ended before its work was done comes to."""
    match why:
        case RunEnd.STOP:
            return stopped(live.task, live.stopped_by)
        case RunEnd.TIMEOUT:
            limit = live.task.limits.timeout_seconds
            return failed(FailureReason.TIMEOUT, f"The task ran for its limit of {limit:g} seconds.")
        case RunEnd.LINGER:
            return StillWaiting()
        case RunEnd.BUDGET:
            parked = live.parked or Parked(reason=QueueReason.BUDGET)
            return _parked(live, parked)
        case RunEnd.PARK:
            return _parked(live, Parked(reason=QueueReason.DRAIN, message="Its machine shuts down or is drained."))
        case RunEnd.FENCE:
            return fenced(live)


def _parked(live: LiveTask, parked: Parked) -> Outcome:
    """What waits for a person waits on, in any case."""
    return StillWaiting() if live.task.status is TaskStatus.WAITING_INPUT else parked


def fenced(live: LiveTask) -> Outcome:
    """Ended in time, before another machine takes over; if none did, it goes on here."""
    message = "Its machine was not sure any more that the task was still its own."
    return _parked(live, Parked(reason=QueueReason.LOST, message=message))
