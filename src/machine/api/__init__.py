"""HTTP and WebSocket: parse, authorise, call the engine, render. No decisions."""

from machine.api.application import create_api
from machine.api.state import ApiState

__all__ = ["ApiState", "create_api"]
