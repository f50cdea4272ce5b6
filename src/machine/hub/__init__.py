"""Fan-out of stored events to whoever listens."""

from machine.hub.channel import NoLink
from machine.hub.event_hub import EventHub
from machine.hub.pokes import LocalPokes
from machine.hub.shared_hub import SharedHub
from machine.hub.subscription import BoundedSubscription

__all__ = ["BoundedSubscription", "EventHub", "LocalPokes", "NoLink", "SharedHub"]
