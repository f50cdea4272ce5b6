"""Definitions: the agents there are, and the folders in which their tasks run."""
