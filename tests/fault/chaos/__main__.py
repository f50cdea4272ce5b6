"""`python -m tests.fault.chaos`: ten minutes, 300 tasks, a random mix of troubles; exit code 1 for any fault."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
import time
from pathlib import Path

from tests.fault.chaos.course import Course, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--tasks", type=int, default=300)
    parser.add_argument("--seed", type=int, help="of a former course; without it one is drawn, and printed")
    parser.add_argument("--gap", type=float, default=4.0, help="seconds from one trouble to the next, about")
    parser.add_argument("--lease", type=float, default=9.0, help="seconds of a lease: more on a busy computer")
    parser.add_argument("--keep", type=Path, help="a new folder for all logs and data; without it they are removed")
    given = parser.parse_args()
    logging.getLogger("websockets").setLevel(logging.ERROR)
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    course = Course(seed, given.tasks, given.minutes * 60, gap_seconds=given.gap, lease_seconds=given.lease)
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"[{time.monotonic() - began:6.1f}] {words}", flush=True)

    say(f"seed {seed}: {course.tasks} tasks in {given.minutes:g} minutes")
    with tempfile.TemporaryDirectory(prefix="chaos-") as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        faults = asyncio.run(run(course, folder, say))
    for fault in faults:
        print(f"FAULT: {fault}")
    say(f"seed {seed}: {f'{len(faults)} faults' if faults else 'all was well'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
