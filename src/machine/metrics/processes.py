"""What the processes of agents take."""

import psutil

from machine.domain.figures import Memory


def memory_below() -> Memory:
    """Of all processes below this one: wardens, CLIs and what they started. Blocking: it looks at the process table."""
    total = count = 0
    for process in psutil.Process().children(recursive=True):
        try:
            total += process.memory_info().rss
            count += 1
        except psutil.Error:  # it has just ended
            continue
    return Memory(bytes=total, processes=count)
