"""The one place that builds adapters and joins parts: the daemon, and the data folder worked on without it."""

from machine.app.daemon import serve
from machine.app.offline import Offline, offline

__all__ = ["Offline", "offline", "serve"]
