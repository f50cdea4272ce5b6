"""A machine with REDIS_URL: it starts whether Redis is there or not, and says plainly how things stand."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.api import served
from tests.support.redis_server import RedisServer, needs_redis

from machine.app.live_room import open_live
from machine.app.redis_check import redis as check
from machine.domain.errors import MachineError
from machine.settings import read_settings

PASSWORD = "pass-word-of-redis"


def test_a_machine_without_redis_does_not_import_it() -> None:
    program = "import sys, machine.app.machine_room, machine.app.checks; sys.exit('redis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_doctor_says_whether_redis_can_be_used_and_never_the_password(tmp_path: Path) -> None:
    needs_redis()
    with RedisServer(tmp_path, "--requirepass", PASSWORD) as server:
        right, wrong = (f"{server.url}?password={word}" for word in (PASSWORD, "wrong-password"))
        [good] = check(read_settings({"REDIS_URL": right}, data_dir=tmp_path))
        [bad] = check(read_settings({"REDIS_URL": wrong}, data_dir=tmp_path))
    [gone] = check(read_settings({"REDIS_URL": right}, data_dir=tmp_path))
    assert (good.level, bad.level, gone.level) == ("ok", "problem", "problem")
    assert good.text.startswith("Redis ")
    assert "REDIS_URL" in bad.hint
    assert not any(word in f"{one}" for one in (good, bad, gone) for word in (PASSWORD, "wrong-password"))
    assert list(check(read_settings({}, data_dir=tmp_path))) == []


@pytest.mark.parametrize("url", [f"http://x:{PASSWORD}@host", f"redis://x:{PASSWORD}@host:port", "redis://h?what=1"])
async def test_a_url_that_is_none_is_refused_without_showing_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(MachineError, match="REDIS_URL cannot be understood") as refused:
        await open_live(read_settings({"REDIS_URL": url}, data_dir=tmp_path))
    assert PASSWORD not in f"{refused.value.message} {refused.value.hint}"


def test_the_password_is_known_as_a_secret_and_the_url_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "redis-url"
    file.write_text(f"rediss://me:{PASSWORD}%21@host:6380/2\n")
    settings = read_settings({"REDIS_URL_FILE": str(file)}, data_dir=tmp_path)
    assert f"{PASSWORD}!" in settings.secret_values.values()
    assert PASSWORD not in repr(settings)


async def test_a_machine_starts_without_its_redis_says_so_and_connects_when_it_comes(tmp_path: Path) -> None:
    needs_redis()
    url = f"unix://{tmp_path}/redis.sock"
    async with served(tmp_path / "data", environ={"REDIS_URL": url}) as machine, asyncio.timeout(60):

        async def codes() -> list[str]:
            return [one["code"] for one in (await machine.admin.get("/api/status")).json()["warnings"]]

        assert "redis_away" in await codes()
        with RedisServer(tmp_path):
            while "redis_away" in await codes():
                await asyncio.sleep(0.1)
