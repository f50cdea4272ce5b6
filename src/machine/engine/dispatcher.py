"""Claims queued tasks whenever there is a slot, and owns their runs."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

from machine.domain.aio import spawn
from machine.domain.clock import Clock
from machine.domain.errors import MachineError, NotFound, StoreError
from machine.domain.log_context import about
from machine.domain.task import FailureReason, Task
from machine.engine.conclusion import Conclusion
from machine.engine.disk_desk import DiskDesk
from machine.engine.live_task import LiveTask, RunEnd
from machine.engine.live_tasks import LiveTasks
from machine.engine.login_gate import LoginGate
from machine.engine.outcome import Outcome, SetBack, failed, in_a_word
from machine.engine.slots import Slots
from machine.engine.subagent_runner import SubAgentRunner
from machine.ports import AgentVersions, Membership, TaskStore

STORE_RETRY_SECONDS: Final = 1.0
LONGEST_SLEEP_SECONDS: Final = 30.0
FULL_DISK_SECONDS: Final = 3.0

_log = logging.getLogger(__name__)


class Dispatcher:
    """From the queue to a run, and from the run to its outcome."""

    def __init__(
        self,
        *,
        store: TaskStore,
        versions: AgentVersions,
        slots: Slots,
        gate: LoginGate,
        live: LiveTasks,
        runner: SubAgentRunner,
        conclusion: Conclusion,
        clock: Clock,
        new_live: Callable[[Task], LiveTask],
        disk: DiskDesk,
        membership: Membership,
    ) -> None:
        self.draining = False
        self.worked = asyncio.Event()
        """Set after every look at the queue."""
        self._store = store
        self._versions = versions
        self._slots = slots
        self._gate = gate
        self._live = live
        self._runner = runner
        self._conclusion = conclusion
        self._now = clock
        self._new_live = new_live
        self._disk = disk
        self._membership = membership

    @property
    def held_back(self) -> str:
        """Why nothing is started now; empty: it is."""
        return self._disk.held_back

    async def run(self) -> None:
        """Dispatch for as long as the machine runs. A store that fails for a while delays, and ends nothing."""
        while True:
            try:
                await self._slots.serve_line(lambda: not self.draining)
                await self._claim_all()
            except StoreError as error:
                _log.error("cannot claim tasks: %s %s", error.message, error.hint)
                await asyncio.sleep(STORE_RETRY_SECONDS)
                continue
            except Exception:  # whatever it was: a machine that dispatches nothing and looks well is worse
                _log.exception("a look at the queue failed")
                await asyncio.sleep(STORE_RETRY_SECONDS)
                continue
            self.worked.set()
            with contextlib.suppress(TimeoutError):  # the time of a parked task may come with nobody ringing
                async with asyncio.timeout(FULL_DISK_SECONDS if self._disk.held_back else LONGEST_SLEEP_SECONDS):
                    await self._slots.changed()

    async def _claim_all(self) -> None:
        await self._versions.renew()  # the limits of a claim are those of the agents
        # The disk first: that it fills up has to be told also while nobody is logged in.
        while not self.draining and self._membership.may_claim and await self._disk.has_room() and self._gate.open:
            task = await self._store.claim(self._slots.limits(), self._now())
            if task is None:
                return
            live, former = self._new_live(task), self._live.get(task.task_id)
            self._live.add(live)
            spawn(self._carry(live, former), name=f"run of {task.task_id}")

    async def _carry(self, live: LiveTask, former: LiveTask | None) -> None:
        """One run from its claim to its stored outcome. The slot is free only after both. A `former` run of the task
        that is not over is ended first: two CLIs must not work in one conversation."""
        about(task_id=live.task_id, user_id=live.task.user_id)
        if former is not None:
            former.end(RunEnd.FENCE)
            await former.done.wait()
        _log.info("%s begins, agent %s, attempt %d", live.task_id, live.task.assigned_agent, live.task.attempt)
        try:
            outcome = await self._outcome_of(live)
            await self._conclusion.of(live, outcome)
            _log.info("%s %s", live.task_id, in_a_word(outcome))
        except Exception as error:
            _log.exception("the outcome of %s could not be stored", live.task_id)
            await self._conclusion.of(live, failed(FailureReason.INTERNAL, f"{type(error).__name__}: {error}"))
        finally:
            self._live.remove(live)
            live.over()
            self._slots.freed()

    async def _outcome_of(self, live: LiveTask) -> Outcome:
        try:
            task, agent = await self._versions.of(live.task)
        except NotFound as error:
            return failed(FailureReason.BAD_REQUEST, error.message)
        except StoreError as error:
            return SetBack(message=error.message)
        except MachineError as error:
            return failed(FailureReason.INTERNAL, error.message)
        live.task = live.task.model_copy(update={"definitions_version": task.definitions_version})
        return await self._runner.run(live, agent)
