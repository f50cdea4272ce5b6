"""What people do with schedules: create, change, pause, delete. Files written by hand go the same way at once."""

import asyncio

from machine.domain.definitions import Definition, DefinitionFault
from machine.domain.errors import Conflict
from machine.domain.principal import Principal
from machine.domain.schedule import Schedule, ScheduleForm
from machine.engine.definition_desk import DefinitionDesk
from machine.engine.keeping import Keeping
from machine.registry.config_loader import ConfigLoader
from machine.registry.schedule_files import schedule_files, with_paused
from machine.registry.schedule_registry import ScheduleRegistry
from machine.registry.uploads import Draft


class ScheduleDesk:
    """Changes are for administrators: each raises Forbidden for others, InvalidDefinition, StoreError."""

    def __init__(self, loader: ConfigLoader, schedules: ScheduleRegistry, keeping: Keeping) -> None:
        self._schedules = schedules
        self._desk: DefinitionDesk[Schedule] = DefinitionDesk(loader, schedules.shelf, keeping=keeping)

    @property
    def faults(self) -> tuple[DefinitionFault, ...]:
        """What is wrong with files under `config/schedules`."""
        return self._desk.faults

    async def create(self, form: ScheduleForm, by: Principal) -> Definition[Schedule]:
        """Put a schedule of `by` in force. Raises Conflict when the name is taken."""
        return await self._desk.save(_draft(form, owner=by.user_id), by)

    async def update(self, form: ScheduleForm, by: Principal) -> Definition[Schedule]:
        """Change one; its owner stays. One whose file is broken and was never good becomes `by`'s. Raises NotFound."""
        self._desk.check_there(form.name)
        found = self._desk.known.get(form.name)
        draft = _draft(form, owner=by.user_id if found is None else found.model.user_id)
        return await self._desk.save(draft, by, replace_it=True)

    async def pause(self, name: str, by: Principal, *, paused: bool) -> Definition[Schedule]:
        """Pause it, or let it go on: times that come meanwhile are not made up for.

        Raises NotFound, Conflict when its file is broken: what was written there would be lost.
        """
        found = self._unbroken(name)
        if found.model.paused is paused:
            self._desk.check_may_change(by)
            return found
        files = await asyncio.to_thread(with_paused, found, paused=paused)
        return await self._desk.save(Draft(name, files), by, replace_it=True)

    async def give(self, name: str, user_id: str, by: Principal) -> Definition[Schedule]:
        """Make it that person's: its tasks are theirs from now on. Raises NotFound, and Conflict as `pause` does."""
        found = self._unbroken(name)
        given = found.model.model_copy(update={"user_id": user_id})
        return await self._desk.save(Draft(name, schedule_files(given)), by, replace_it=True)

    async def delete(self, name: str, by: Principal) -> None:
        """Take it away, be it broken; its tasks stay. Raises NotFound."""
        await self._desk.delete(name, by)

    def _unbroken(self, name: str) -> Definition[Schedule]:
        """Raises NotFound, and Conflict when its file is broken: what was written there would be lost."""
        found = self._desk.get(name)
        if faults := self._schedules.faults_of(name):
            raise Conflict(f"The file of the schedule {name} is broken: {faults[0]}.", hint="Correct it first.")
        return found


def _draft(form: ScheduleForm, *, owner: str) -> Draft:
    # Not validated here: that reads time zone data, and is the desk's part.
    schedule = Schedule.model_construct(**{**dict(form), "user_id": owner})
    return Draft(form.name, schedule_files(schedule))
