"""Wake-ups between the parts of a fleet: "there is work", "there is a command for you"."""

from typing import Final, Protocol

WORK: Final = "work"
DEFINITIONS: Final = "definitions"
LOGIN: Final = "login"


def commands_topic(machine_id: str) -> str:
    """There is a command for this machine."""
    return f"commands:{machine_id}"


def answers_topic(process_id: str) -> str:
    """A command that this process has given was answered."""
    return f"answers:{process_id}"


class Listening(Protocol):
    """The pokes of one topic. Many that come while nobody waits are one."""

    async def wait(self, seconds: float) -> bool:
        """Wait for a poke, at most so long. True when there was one since the last time."""
        ...

    def close(self) -> None:
        """Listen no more; whoever waits is let go."""
        ...


class Pokes(Protocol):
    """Says that something has changed, never what: whoever is woken looks in the store.

    A poke may be lost, and may come without a reason; nobody may depend on one, only be quicker by it.
    """

    def poke(self, topic: str) -> None:
        """Wake all who listen to `topic`, in every process. Waits for nobody and never fails."""
        ...

    def listen(self, topic: str) -> Listening: ...
