"""The domain's table of transitions, as the database keeps it."""

from machine.domain.task import NEXT


def transition_trigger() -> str:
    """The trigger that refuses a change of status outside the domain's table, whoever asks for it."""
    allowed = "\n  ".join(
        f"OR (OLD.status = '{old.value}' AND NEW.status IN ({', '.join(sorted(repr(new.value) for new in after))}))"
        for old, after in NEXT.items()
        if after
    )
    return (
        "CREATE TRIGGER tasks_transition BEFORE UPDATE OF status ON tasks\n"
        "WHEN NOT (NEW.status = OLD.status\n"
        f"  {allowed})\n"
        "BEGIN SELECT RAISE(ABORT, 'illegal transition of a task'); END"
    )
