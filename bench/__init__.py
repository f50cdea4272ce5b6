"""Measurements of the running program, each beside a baseline taken in the same run: `python -m bench --help`."""
