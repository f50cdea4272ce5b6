"""The state of the computer, the data folder and all that the machine needs."""

from datetime import datetime
from typing import Protocol

from machine.domain.finding import Finding
from machine.ports.values import Value


class HealthReport(Value):
    """What `machine doctor` would say at that moment."""

    at: datetime
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is in the way of working. Warnings are not."""
        return all(finding.level != "problem" for finding in self.findings)


class Health(Protocol):
    """Looks, off the event loop; who asks again soon gets the same report."""

    async def report(self) -> HealthReport: ...
