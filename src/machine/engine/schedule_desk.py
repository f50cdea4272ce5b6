"""The desk for schedules: they have an owner, and say themselves that they are paused."""

import asyncio
from dataclasses import replace

from machine.domain.clock import Clock
from machine.domain.definitions import Definition, Preview
from machine.domain.errors import Conflict
from machine.domain.principal import Principal
from machine.domain.schedule import Schedule, ScheduleForm
from machine.engine.definition_desk import DefinitionDesk
from machine.engine.keeping import Keeping
from machine.registry.config_loader import ConfigLoader
from machine.registry.schedule_files import schedule_files, schedule_from, with_field, without_field
from machine.registry.schedule_registry import ScheduleRegistry
from machine.registry.uploads import Draft


class ScheduleDesk(DefinitionDesk[Schedule]):
    """Whatever a schedule was made of, its owner is set here: who made it, for as long as it is not given away."""

    def __init__(self, loader: ConfigLoader, schedules: ScheduleRegistry, keeping: Keeping, clock: Clock) -> None:
        super().__init__(loader, schedules.shelf, keeping=keeping, take=schedule_from, remarks=remarks)
        self._schedules = schedules
        self._now = clock

    async def create(self, form: ScheduleForm, by: Principal) -> Definition[Schedule]:
        """Put a schedule of `by` in force. Raises Conflict when the name is taken, and as `save` does."""
        return await self.save(draft_of(form), by)

    async def update(self, form: ScheduleForm, by: Principal) -> Definition[Schedule]:
        """Change one; its owner stays. One whose file is broken and was never good becomes `by`'s. Raises NotFound."""
        self.check_there(form.name)
        return await self.save(draft_of(form), by, replace_it=True)

    async def pause(self, name: str, by: Principal, *, paused: bool) -> Definition[Schedule]:
        """Pause it, or let it go on: times that come meanwhile are not made up for.

        Raises NotFound, Forbidden, Conflict when its file is broken: what was written there would be lost.
        """
        found = self._unbroken(name, by)
        return found if found.model.paused is paused else await self._put(found, "paused", paused, by)

    async def give(self, name: str, user_id: str, by: Principal) -> Definition[Schedule]:
        """Make it that person's: its tasks are theirs from now on. Raises as `pause` does."""
        return await self._put(self._unbroken(name, by), "user_id", user_id, by)

    async def export(self, name: str, by: Principal) -> bytes:
        """Its file as people wrote it, without its owner. Raises NotFound, Forbidden."""
        self.check_may_change(by)
        (file,) = (await asyncio.to_thread(without_field, self.get(name), "user_id")).values()
        return file.content

    def _checked(self, draft: Draft, by: Principal) -> Definition[Schedule]:
        found = super()._checked(draft, by)
        known = self.known.get(draft.name)
        owner, said = by.user_id if known is None else known.model.user_id, found.model.user_id
        if said == owner:
            return found
        owned = self._shelf.read(found.name, with_field(found, "user_id", owner))
        whose = "becomes yours" if known is None else "stays whose it is"
        left_out = (f"The owner that the file names is left out: the schedule {whose}.",) if said else ()
        return replace(owned, warnings=(*found.warnings, *left_out))

    def _preview(self, found: Definition[Schedule]) -> Preview:
        return super()._preview(found).model_copy(update={"times": found.model.times(self._now())})

    async def _put(
        self, found: Definition[Schedule], field: str, value: str | bool, by: Principal
    ) -> Definition[Schedule]:
        seen = self._keeping.mark(self._shelf, found.name)
        files = await asyncio.to_thread(with_field, found, field, value)
        await self._keeping.put(self._shelf, found.name, files, by=by.user_id, seen=seen)
        return self.get(found.name)

    def _unbroken(self, name: str, by: Principal) -> Definition[Schedule]:
        self.check_may_change(by)
        found = self.get(name)
        if faults := self._schedules.faults_of(name):
            raise Conflict(f"The file of the schedule {name} is broken: {faults[0]}.", hint="Correct it first.")
        return found


def draft_of(form: ScheduleForm) -> Draft:
    """What a form fills in, as a draft."""
    return Draft(form.name, schedule_files(form))


def remarks(schedule: Schedule) -> list[str]:
    """What should be known of it."""
    return ["It is paused: it starts nothing until it is resumed."] if schedule.paused else []
