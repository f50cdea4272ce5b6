"""The only code that runs git: mirrors of repositories, clones for tasks, and looking at clones without believing them.

A clone's `.git` belongs to the agent that works in it, so no git of the daemon ever reads it: see `machine.git.looking`.
"""

from machine.git.repositories import GitRepositories

__all__ = ["GitRepositories"]
