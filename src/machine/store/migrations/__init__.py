"""How the database came to its present form. Applied by `machine.store.opening`; there is no alembic.ini.

Each version says in `state_oldest_program` which is the oldest program that can work on what it leaves behind.
"""
