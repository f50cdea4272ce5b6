"""The machine that was measured on."""

import os
import platform
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.support.daemon import environment
from machine.claude.installation import bundled_cli


def described() -> dict[str, str]:
    """What a reader needs to compare: processor, cores, memory, kernel, Python, CLI, date."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 1e9:.0f} GB",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "Claude Code": _cli_version(),
        "load before the run": f"{os.getloadavg()[0]:.1f}",
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _cli_version() -> str:
    cli = bundled_cli()
    if cli is None:
        return "none"
    with tempfile.TemporaryDirectory() as home:
        own = environment(Path(home), CLAUDE_CONFIG_DIR=home)
        said = subprocess.run([cli, "--version"], env=own, capture_output=True, text=True, timeout=30, check=False)
    return said.stdout.split()[0] if said.stdout.split() else "unknown"
