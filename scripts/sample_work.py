"""A demo daemon filled with what a small team would have: tasks in every state, agents, webhooks, schedules, people."""

import hashlib
import hmac
import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any, Final

from tests.support.daemon import DaemonProcess

PATIENCE_SECONDS: Final = 60.0
SECRET: Final = "only-for-these-pictures"  # noqa: S105 - of a daemon that lives as long as the pictures are taken

WISHES: Final = {
    "plan": ("Write a plan for a dark mode of the settings page", "planning"),
    "edit": ("Write the release notes into a file. demo:edit", "executor"),
    "fail": ("Clean up the old branches. demo:fail", "executor"),
    "ask": ("Set up the new button, and ask me what you need to know. demo:ask", "planning"),
    "permission": ("Greet everybody who works here. demo:permission", "executor"),
}
WORKING: Final = "Walk through the logs of last night. demo:slow"

AGENT: Final = {
    "name": "release-notes",
    "description": "Writes what changed since the last release, for people who use the program.",
    "when_to_use": "Somebody asks for release notes, a changelog or what is new.",
    "instructions": "# What you do\n\nRead the commits since the last tag. Write one line for each change that a user\n"
    "notices, newest first. Leave out what only developers see.\n",
    "tools": ["Read", "Glob", "Grep", "Bash(git log *)"],
    "max_turns": 40,
    "daily_budget_usd": 5.0,
}
SKILL: Final = {
    "name": "house-style",
    "description": "How this team writes: short sentences, active voice, no jargon.",
    "instructions": "# House style\n\nWrite short sentences. Say who does what. Give an example for each rule.\n",
    "agents": ["release-notes"],
}
WEBHOOKS: Final = (
    {
        "name": "kettle-issues",
        "provider": "github",
        "description": "Looks at new issues and comments of acme/kettle.",
        "secret": SECRET,
        "triggers": [
            {
                "name": "look",
                "events": ["issue_comment.created", "issues.opened"],
                "agent": "planning",
                "prompt": "Write a plan for {{ title }}.",
            }
        ],
    },
    {
        "name": "shop-reviews",
        "provider": "gitlab",
        "description": "Reviews new merge requests of the shop.",
        "secret": SECRET,
        "triggers": [{"events": ["merge_request.open"], "agent": "consultant", "prompt": "Review {{ title }}."}],
    },
)
SCHEDULES: Final = (
    {
        "name": "morning-news",
        "description": "What happened in the repositories since yesterday.",
        "cron": "0 8 * * 1-5",
        "timezone": "Europe/Berlin",
        "message": "Write a plan for the day: what is new, what is stuck, who waits for whom.",
        "agent": "planning",
    },
    {
        "name": "weekly-clean-up",
        "cron": "30 22 * * 0",
        "message": "List branches that nobody has touched for a month.",
        "agent": "executor",
        "paused": True,
    },
)
CHANNELS: Final = (
    {
        "name": "team-chat",
        "kind": "slack",
        "url": "https://hooks.example.com/services/T000/B000/secret",
        "occasions": ["failed", "waiting"],
    },
)
COMMENT: Final = {
    "action": "created",
    "issue": {
        "number": 12,
        "title": "The lid squeaks",
        "html_url": "https://github.com/acme/kettle/issues/12",
        "user": {"login": "zoe", "id": 7, "type": "User"},
        "labels": [{"name": "bug"}],
        "author_association": "NONE",
        "body": "It squeaks when it boils.",
    },
    "comment": {
        "id": 99,
        "html_url": "https://github.com/acme/kettle/issues/12#issuecomment-99",
        "user": {"login": "mira", "id": 5, "type": "User"},
        "author_association": "MEMBER",
        "body": "I can hear it, too.",
    },
    "repository": {"id": 31, "full_name": "acme/kettle", "private": False},
    "sender": {"login": "mira", "id": 5, "type": "User"},
}


@dataclass(frozen=True)
class Sample:
    """What was made: tasks by the word they play, and a conversation of several messages."""

    tasks: dict[str, str]
    conversation: str


def filled(daemon: DaemonProcess) -> Sample:
    """Make it all, and wait until it stands still. Raises SystemExit when that takes too long."""
    _definitions(daemon)
    tasks = {word: _asked(daemon, message, agent=agent)["task_id"] for word, (message, agent) in WISHES.items()}
    said = _asked(daemon, "Write a plan for moving the shop to the new payment service")
    _rest(daemon, {**tasks, "chat": said["task_id"]})
    more = _asked(daemon, "And how would we go back? demo:edit", conversation_id=said["conversation_id"])
    _deliver(daemon, "first")
    _rest(daemon, {"chat": more["task_id"]})
    return Sample(tasks, said["conversation_id"])


def work(daemon: DaemonProcess) -> str:
    """Begin a task that takes 20 seconds; its id."""
    return str(_asked(daemon, WORKING, agent="executor")["task_id"])


def _definitions(daemon: DaemonProcess) -> None:
    daemon.post("/api/agents", AGENT)
    daemon.post("/api/skills", SKILL)
    for path, bodies in (("webhooks", WEBHOOKS), ("schedules", SCHEDULES), ("notifications", CHANNELS)):
        for body in bodies:
            daemon.post(f"/api/{path}", body)
    _variables(daemon, "GITHUB_TOKEN=not-a-token\nSHOP_API_KEY=not-a-key\n")
    daemon.post("/api/invitations", {"name": "Mira", "role": "member"})
    daemon.post("/api/users", {"name": "Zoe", "role": "viewer", "password": SECRET})
    daemon.post("/api/tokens", {"name": "nightly build", "scopes": ["tasks"]})


def _variables(daemon: DaemonProcess, text: str) -> None:
    request = urllib.request.Request(f"{daemon.url}/api/env", data=text.encode())  # noqa: S310 - loopback only
    request.add_header("Authorization", f"Bearer {daemon.token()}")
    request.add_header("Content-Type", "text/plain")
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - loopback only
        pass


def _asked(daemon: DaemonProcess, message: str, **more: str) -> dict[str, str]:
    answer: dict[str, str] = daemon.post("/api/chat", {"message": message, **more})
    return answer


def _rest(daemon: DaemonProcess, tasks: dict[str, str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    waiting = set(tasks.values())
    while waiting and time.monotonic() < deadline:
        waiting = {task for task in waiting if _status(daemon, task) in ("queued", "running")}
        time.sleep(0.2)
    if waiting:
        raise SystemExit(f"Tasks are still at work after {PATIENCE_SECONDS} s: {sorted(waiting)}")


def _status(daemon: DaemonProcess, task: str) -> Any:
    return daemon.get(f"/api/tasks/{task}")["status"]


def _deliver(daemon: DaemonProcess, delivery: str) -> None:
    body = json.dumps(COMMENT).encode()
    request = urllib.request.Request(f"{daemon.url}/webhooks/kettle-issues", data=body)  # noqa: S310 - loopback only
    request.add_header("Content-Type", "application/json")
    request.add_header("X-GitHub-Event", "issue_comment")
    request.add_header("X-GitHub-Delivery", delivery)
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    request.add_header("X-Hub-Signature-256", f"sha256={digest}")
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - loopback only
        pass
