"""The image as people run it: a published port, a volume, a read-only root file system, three capabilities."""

import asyncio
import socket
from pathlib import Path

import pytest
from tests.container.conftest import SERVE, Container, engine
from tests.support.model import ScriptedModel

from machine.demo.replies import Reply

pytestmark = pytest.mark.timeout(240)

WORDS = "correct-horse-battery"
DIGESTS = ("sh", "-c", "cd /data && find config credentials repos/checkouts -type f | sort | xargs -r sha256sum")


async def test_a_demo_task_runs_through_the_published_port(container: Container) -> None:
    await container.start()
    print(f"healthy {container.started_seconds:.1f} s after `run`")
    task = await container.completed(await container.submit("demo:edit please"))
    assert task["cost_kind"] == "demo"
    said = await container.engine("healthcheck", "run", container.name, check=False)
    assert "unhealthy" not in said
    doctor = await container.machine("doctor")
    assert "agents run as users 20000 to 29999" in doctor
    print("memory of the daemon:", await container.run_in("sh", "-c", "ps -o rss= -C machine"))


async def test_nobody_is_root_and_nothing_of_the_data_is_readable_by_others(container: Container) -> None:
    await container.start()
    task_id = await container.submit("demo:slow")
    await container.says(task_id, 3)
    rows = [row.split(None, 1) for row in (await container.run_in("ps", "-eo", "uid=,args=")).splitlines()]
    programs = {args: int(uid) for uid, args in rows if not args.startswith("ps ")}
    assert [args.split()[0] for args, uid in programs.items() if uid == 0] == ["/usr/bin/tini"]
    (daemon,) = [uid for args, uid in programs.items() if args.startswith("/opt/machine/bin/python /opt/machine")]
    (cli,) = [uid for args, uid in programs.items() if "/_bundled/claude" in args.split()[0]]
    assert daemon == 10001
    assert 20000 <= cli <= 29999
    status = await container.run_in("sh", "-c", "cat /proc/$(pgrep -o -x machine)/status")
    assert "CapPrm:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    for user in ("65534", "29999"):
        assert (await container.run_in("find", "/data", user=user)).split() == ["/data"]
        assert await container.run_in("sh", "-c", "cat /data/*/* /data/*/*/*", user=user) == ""


async def test_a_task_goes_on_after_a_restart_and_in_a_container_made_anew(container: Container) -> None:
    quick = ("--env", "MACHINE_DRAIN_SECONDS=1")
    await container.start(*quick)
    restarted = await container.submit("demo:slow")
    await container.says(restarted, 5)
    await container.engine("restart", "--time", "30", container.name)
    await container.find_port()
    await container.until_healthy()
    task = await container.completed(restarted)
    assert task["attempt"] == 2

    killed = await container.submit("demo:slow")
    await container.says(killed, 5)
    await container.engine("kill", "--signal", "KILL", container.name)
    await container.remove()
    await container.start(*quick)
    assert (await container.completed(killed))["attempt"] == 2
    assert (await container.get(f"/api/tasks/{restarted}"))["result"] == task["result"]


async def test_a_backup_made_amid_work_and_restored_into_fresh_volumes_is_the_same_machine(
    container: Container, tmp_path: Path
) -> None:
    await container.start()
    task = await container.completed(await container.submit("demo:edit please"))
    events, files = await container.events(task["task_id"]), await container.files(task["task_id"])
    assert files
    busy = await container.submit("demo:slow")
    await container.says(busy, 5)
    asked = ("--with-workspaces", "--passphrase-file", "/tmp/words")
    make = (
        f"echo {WORDS} > /tmp/words; mkdir -p /data/repos/checkouts; echo '{{}}' > /data/repos/checkouts/task_none.json"
    )
    await container.run_in("sh", "-c", make, user="machine")
    await container.machine("backup", "--output", "/data/backups/today", *asked)
    kept = await container.run_in(*DIGESTS, user="machine")
    assert {"credentials", "repos"} <= {line.split()[1].partition("/")[0] for line in kept.splitlines()}
    await container.engine("cp", f"{container.name}:/data/backups/today", str(tmp_path / "today"))
    await container.remove()

    readable(tmp_path, words=WORDS)
    fresh, place = Container(), ("--volume", f"{tmp_path}:/backup:ro")
    restore = ("machine", "restore", "/backup/today", "--passphrase-file", "/backup/words")
    try:
        assert "is whole" in await fresh.once(*restore, "--check", options=place)
        assert "/data is as it was" in await fresh.once(*restore, options=place)
        assert await fresh.once(*DIGESTS) == kept
        await fresh.start()
        assert await fresh.get(f"/api/tasks/{task['task_id']}") == task
        assert await fresh.events(task["task_id"]) == events
        assert await fresh.files(task["task_id"]) == files
        assert (await fresh.completed(busy))["attempt"] == 2
        follow_up = await fresh.post(f"/api/tasks/{task['task_id']}/input", message="demo:edit once more")
        await fresh.completed(follow_up["task_id"])
    finally:
        await fresh.close()


def readable(folder: Path, **files: str) -> None:
    """For the user of the container, too; with these files in it."""
    for name, content in files.items():
        (folder / name).write_text(content)
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o644)


async def test_an_agent_reaches_nothing_of_the_machine(container: Container) -> None:
    """The real CLI, told to look everywhere, on the host's network where the scripted model is."""
    model = ScriptedModel("Done.")
    with socket.create_server(("127.0.0.1", 0)) as free:
        container.port = free.getsockname()[1]
    definition = "description: Runs.\nallowed_tools: [Bash]\nprofile: trusted\nsandbox: false\n"
    async with model.serve() as url:
        environment = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "dummy", "HOST": "127.0.0.1"}
        environment |= {"PORT": str(container.port), "MACHINE_SANDBOX": "off"}
        given = [part for name, value in environment.items() for part in ("--env", f"{name}={value}")]
        await container.start("--network", "host", *given, command=SERVE, publish=False)
        make = f"mkdir -p /data/config/agents/free && printf '%s' '{definition}' > /data/config/agents/free/agent.yaml"
        await container.run_in("sh", "-c", f"{make} && echo Run. > /data/config/agents/free/CLAUDE.md", user="machine")
        await asyncio.sleep(2)
        first = "echo hidden > note; echo ran"
        look = (
            "(cat /data/db/* /data/credentials/* /data/credentials/*/* /data/run/* /data/config/*/*/* ; ls -R /data;"
            " cat /data/workspaces/*/note /proc/1/environ /proc/*/environ; kill -9 1 6 7;"
            " bwrap --ro-bind / / cat /data/db/machine.db ) 2>/dev/null"
            " | grep -a -c -e hidden -e SQLite -e description:; echo looked; id -u;"
            " touch /opt/machine/x /etc/x /data/x 2>&1 | wc -l"
        )
        model.on("first", Reply.tool("Bash", {"command": first}), "Done.")
        model.on("second", Reply.tool("Bash", {"command": look}), "Done.")
        assert "ran" in await _ran(container, "first")
        said = (await _ran(container, "second")).split()
    assert said[:2] == ["0", "looked"]
    assert 20000 <= int(said[-2]) <= 29999
    assert said[-1] == "3"


async def _ran(container: Container, wish: str) -> str:
    task_id = await container.submit(wish, agent="free")
    await container.completed(task_id)
    return await container.outputs(task_id, "tool_result")


async def test_it_runs_as_any_other_user_with_no_capability(container: Container) -> None:
    for volume in container.volumes.values():
        await container.engine("volume", "create", volume)
    await container.start("--user", "10001", "--cap-drop", "ALL")
    await container.completed(await container.submit("demo:edit please"))
    assert "agents run as user 10001" in await container.machine("doctor")


def test_the_image_says_what_it_is() -> None:
    import os

    said = engine("image", "inspect", "--format", "{{json .Config.Labels}}", os.environ["MACHINE_IMAGE"])
    assert '"org.opencontainers.image.title":"claude-code-agent"' in said
