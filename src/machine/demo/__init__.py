"""A scripted model: a server that speaks the Messages API, so that the real CLI runs with no account and no cost."""

from machine.demo.demo import DemoModel
from machine.demo.prompts import DEMO_ALLOWED_TOOLS
from machine.demo.server import ModelServer
from machine.demo.wording import MARKER, MODEL_NAME

__all__ = ["DEMO_ALLOWED_TOOLS", "MARKER", "MODEL_NAME", "DemoModel", "ModelServer"]
