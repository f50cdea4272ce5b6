"""The decisions: which agent, when, for how long, and what becomes of a task."""
