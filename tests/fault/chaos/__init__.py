"""A fleet under a random mix of all that may happen to it, and a judge of what came of it: `make chaos`."""
