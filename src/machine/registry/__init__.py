"""Definitions: the agents and skills there are, live from their files, and the folders in which tasks run."""
