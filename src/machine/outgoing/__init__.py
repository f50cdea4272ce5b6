"""HTTP to other systems: the only code that sends requests of the machine's own."""

from machine.outgoing.http import HttpOutgoing

__all__ = ["HttpOutgoing"]
