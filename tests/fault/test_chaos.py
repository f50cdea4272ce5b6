"""The short form of `make chaos`: the same program, a minute of it."""

import secrets
from pathlib import Path

import pytest
from tests.fault.chaos.course import Course, run
from tests.support.postgres import binaries
from tests.support.redis_server import needs_redis


@pytest.mark.timeout(900)
async def test_whatever_happens_to_a_fleet_every_task_ends_once_and_every_event_is_there_once(tmp_path: Path) -> None:
    needs_redis()
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed here: `scripts/bootstrap --dev` does it where it can")
    course = Course(seed=secrets.randbelow(10**6), tasks=40, seconds=60)
    print(f"python -m tests.fault.chaos --seed {course.seed} --minutes 1 --tasks 40")
    assert await run(course, tmp_path, print) == []
