"""The program's version, from the installed distribution."""

from importlib.metadata import version

VERSION = version("claude-code-agent")
