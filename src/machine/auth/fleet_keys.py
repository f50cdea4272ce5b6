"""Which keys the machines of a fleet have: what one of them seals, all have to open."""

from collections.abc import Sequence

from machine.ports import MachineStore


class FleetKeys:
    """As last looked at. A new key seals nothing while a machine that is there has said that it has only older ones."""

    def __init__(self, machines: MachineStore, machine_id: str) -> None:
        self._machines = machines
        self._machine_id = machine_id
        self._others: tuple[tuple[str, ...] | None, ...] = (None,)

    async def look(self) -> None:
        """Raises StoreError."""
        there = [one for one in await self._machines.present() if one.machine_id != self._machine_id]
        self._others = tuple(one.facts.keys for one in there)

    def sealing(self, marks: Sequence[str]) -> int:
        """Which of one's own keys, by their marks, seals: the first that all others have; where there is none, the
        first. Those who have no key, or have not said, are not asked."""
        known = [keys for keys in self._others if keys]
        return next((number for number, mark in enumerate(marks) if all(mark in keys for keys in known)), 0)

    def all_have(self, mark: str) -> bool:
        """Whether what others can open by now may be sealed anew with this key. Who has not said what it has may lack
        it; who has no key opens nothing in any case."""
        return all(keys is not None and (not keys or mark in keys) for keys in self._others)
