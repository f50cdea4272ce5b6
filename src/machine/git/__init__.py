"""The only code that runs git: mirrors of repositories, clones for tasks, and a wary look at clones.

A clone's `.git` belongs to the agent that works in it, so no git of the daemon's heeds it: see `machine.git.looking`.
"""

from machine.git.repositories import GitRepositories

__all__ = ["GitRepositories"]
