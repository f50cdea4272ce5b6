"""What each route that wants a login asks of it: how far a token has to reach, and what the audit log says of it.

The one table for both. A route that is not in it wants everything and is recorded under its address.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from machine.api.public import READING
from machine.domain.principal import Scope


@dataclass(frozen=True)
class Rule:
    """One route. `action` is unset for what is not recorded: `why` says why."""

    method: str
    path: str
    scope: Scope = Scope.ADMIN
    action: str = ""
    fields: tuple[str, ...] = field(default=())
    """Of the JSON body, what the log keeps: words, numbers, flags and lists of words. Never a secret."""
    made: str = ""
    """The field of the answer that names what was made."""
    why: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", self.path)
        return re.compile("".join(f"(?P<{part}>[^/]+)" if n % 2 else re.escape(part) for n, part in enumerate(parts)))


_KEPT_ITSELF: Final = "kept itself, with who did it"
_LOOKS: Final = "changes nothing"
_OF_ONESELF: Final = "opens or closes a connection"


def _reading(scope: Scope, *paths: str) -> Iterator[Rule]:
    return (Rule("GET", path, scope, why=_LOOKS) for path in paths)


def _definitions(kind: str, *fields: str, switches: tuple[str, str] = ("disable", "enable")) -> Iterator[Rule]:
    """Agents, skills, webhooks and schedules; `fields` of one that are worth keeping."""
    path = f"/api/{kind}s"
    yield Rule("POST", path, action=f"{kind}.create", fields=("name", *fields), made="name")
    yield Rule("POST", f"{path}/preview", why=_LOOKS)
    yield Rule("POST", f"{path}/describe", why=_KEPT_ITSELF)
    yield Rule("POST", f"{path}/upload", action=f"{kind}.upload", made="name")
    yield Rule("PUT", f"{path}/{{name}}", action=f"{kind}.update", fields=fields)
    for what in (*switches, "revert"):
        yield Rule("POST", f"{path}/{{name}}/{what}", action=f"{kind}.{what}")
    yield Rule("DELETE", f"{path}/{{name}}", action=f"{kind}.delete")
    yield from _reading(Scope.READ, path, f"{path}/{{name}}")
    yield from _reading(Scope.ADMIN, f"{path}/{{name}}/export")


_TASKS: Final = (
    Rule("POST", "/api/tasks", Scope.TASKS, why=_KEPT_ITSELF),
    Rule("POST", "/api/chat", Scope.TASKS, why=_KEPT_ITSELF),
    Rule("PATCH", "/api/chat/{conversation_id}", Scope.TASKS, "conversation.rename", fields=("title",)),
    Rule("DELETE", "/api/chat/{conversation_id}", Scope.TASKS, "conversation.delete"),
    Rule("POST", "/api/attachments", Scope.TASKS, why="kept with the message that comes with it"),
    Rule("POST", "/api/tasks/{task_id}/stop", Scope.TASKS, "task.stop", fields=("mode",)),
    Rule("POST", "/api/tasks/{task_id}/input", Scope.TASKS, why=_KEPT_ITSELF),
    Rule("POST", "/api/tasks/{task_id}/retry", Scope.TASKS, why=_KEPT_ITSELF),
    Rule("POST", "/api/tasks/{task_id}/push", Scope.TASKS, "task.push"),
    Rule("POST", "/api/tasks/{task_id}/reply", Scope.TASKS, "task.reply"),
    Rule("POST", "/api/tasks/{task_id}/routing", Scope.TASKS, "task.routing", fields=("agent", "restart", "make_rule")),
    Rule("POST", "/api/tasks/{task_id}/approve-plan", Scope.TASKS, "task.approve-plan"),
    Rule("POST", "/api/approvals/{approval_id}", Scope.TASKS, "approval.answer", fields=("decision", "remember")),
    Rule("POST", "/api/tasks/{task_id}/let-through", action="task.let-through"),
    *_reading(Scope.READ, "/api/tasks", "/api/tasks/{task_id}", "/api/chat", "/api/chat/{conversation_id}"),
    *_reading(Scope.READ, "/api/tasks/{task_id}/events", "/api/tasks/{task_id}/output"),
    *_reading(Scope.READ, "/api/tasks/{task_id}/diff", "/api/costs"),
    *_reading(Scope.READ, "/api/tasks/{task_id}/files", "/api/tasks/{task_id}/files/content"),
    *_reading(Scope.READ, "/api/approvals", "/api/approvals/{approval_id}"),
)

_BUDGETS: Final = (
    Rule("PUT", "/api/budgets/machine", action="budget.machine", fields=("daily_usd",)),
    Rule("PUT", "/api/budgets/users/{user_id}", action="budget.user", fields=("daily_usd",)),
    Rule("PUT", "/api/budgets/agents/{name}", action="budget.agent", fields=("daily_usd",)),
    *_reading(Scope.READ, "/api/budgets"),
)

_BACKUPS: Final = (
    Rule("POST", "/api/backups", action="backup.create", made="name"),
    Rule("GET", "/api/backups/{name}/content", action="backup.download"),
    Rule("DELETE", "/api/backups/{name}", action="backup.delete"),
    *_reading(Scope.ADMIN, "/api/backups"),
)

_WEBHOOKS: Final = (
    *_definitions("webhook", "provider", "unsigned"),
    Rule("POST", "/api/webhooks/{name}/secret", action="webhook.secret"),
    Rule("POST", "/api/webhooks/{name}/resume", action="webhook.resume"),
    Rule("POST", "/api/webhooks/{name}/owner", action="webhook.owner", fields=("user",)),
    Rule("POST", "/api/webhooks/{name}/simulate", why=_LOOKS),
    Rule("POST", "/api/webhooks/{name}/deliveries/{delivery_id}/replay", action="webhook.replay"),
    *_reading(Scope.ADMIN, "/api/webhooks/{name}/deliveries", "/api/deliveries"),
)

_SCHEDULES: Final = (
    *_definitions("schedule", "cron", "agent", switches=("pause", "resume")),
    Rule("POST", "/api/schedules/explain", why=_LOOKS),
    Rule("POST", "/api/schedules/{name}/owner", action="schedule.owner", fields=("user",)),
    Rule("POST", "/api/schedules/{name}/run", action="schedule.run", made="task_id"),
    *_reading(Scope.READ, "/api/schedules/{name}/runs"),
)

_VARIABLES: Final = (
    Rule("POST", "/api/env", action="variable.import"),
    Rule("PUT", "/api/env/{name}", action="variable.set"),
    Rule("DELETE", "/api/env/{name}", action="variable.delete"),
    *_reading(Scope.ADMIN, "/api/env"),
)

_NOTIFICATIONS: Final = (
    Rule("POST", "/api/notifications", action="channel.create", fields=("name", "kind", "occasions"), made="name"),
    Rule("PATCH", "/api/notifications/{name}", action="channel.change", fields=("occasions", "enabled")),
    Rule("DELETE", "/api/notifications/{name}", action="channel.delete"),
    Rule("POST", "/api/notifications/{name}/test", action="channel.test"),
    *_reading(Scope.ADMIN, "/api/notifications"),
)

_CREDENTIALS: Final = (
    Rule("POST", "/api/credentials/validate", why=_LOOKS),
    *(Rule("POST", f"/api/credentials/{what}", action=f"credential.{what}") for what in ("upload", "login", "logout")),
    Rule("POST", "/api/credentials/login/code", action="credential.login-code"),
    *(Rule("PUT", f"/api/credentials/{what}", action=f"credential.{what}") for what in ("api-key", "oauth-token")),
    *(Rule("DELETE", f"/api/credentials/{what}", action="credential.delete") for what in ("api-key", "oauth-token")),
    *_reading(Scope.READ, "/api/credentials"),
)

_PEOPLE: Final = (
    Rule("POST", "/api/users", action="user.create", fields=("name", "role"), made="user_id"),
    Rule("PATCH", "/api/users/{user_id}", action="user.change", fields=("name", "role", "disabled")),
    Rule("DELETE", "/api/users/{user_id}", action="user.delete"),
    Rule(
        "POST",
        "/api/invitations",
        action="invitation.create",
        fields=("name", "role", "expires_in_hours"),
        made="invitation_id",
    ),
    Rule("DELETE", "/api/invitations/{invitation_id}", action="invitation.revoke"),
    Rule("PUT", "/api/auth/password", action="password.change"),
    Rule(
        "POST",
        "/api/tokens",
        Scope.TASKS,
        "token.create",
        fields=("name", "scopes", "expires_in_days"),
        made="token_id",
    ),
    Rule("DELETE", "/api/tokens/{token_id}", action="token.revoke"),
    Rule("DELETE", "/api/logins/{login_id}", action="login.end"),
    Rule("POST", "/api/auth/logout", Scope.READ, why=_OF_ONESELF),
    Rule("POST", "/api/sessions", Scope.READ, why=_OF_ONESELF),
    *_reading(Scope.ADMIN, "/api/users", "/api/invitations", "/api/health"),
    *_reading(Scope.ADMIN, "/api/audit", "/api/audit/actions", "/api/audit/export"),
    *_reading(Scope.READ, "/api/users/{user_id}", "/api/tokens", "/api/logins", "/api/auth/me"),
    *_reading(Scope.READ, "/api/sessions", "/api/sessions/{session_id}"),
)

RULES: Final = (
    Rule("POST", "/mcp", why="its tools are recorded one by one"),
    *_TASKS,
    *_BUDGETS,
    *_BACKUPS,
    *_definitions("agent"),
    *_definitions("skill"),
    *_WEBHOOKS,
    *_SCHEDULES,
    *_VARIABLES,
    *_NOTIFICATIONS,
    *_CREDENTIALS,
    *_PEOPLE,
    *(Rule("POST", f"/api/machines/{{machine_id}}/{what}", action=f"machine.{what}") for what in ("drain", "resume")),
    *_reading(Scope.READ, "/api/machines", "/api/machines/{machine_id}"),
    *_reading(Scope.READ, "/api/status", "/openapi.json", "/docs"),
    *_reading(Scope.ADMIN, "/api/disk"),
    *_reading(Scope.METRICS, "/metrics"),
)


def rule_of(method: str, path: str) -> tuple[Rule, str]:
    """The rule of a request, and the name or id in its address. HEAD goes with GET."""
    method = "GET" if method == "HEAD" else method
    for rule in RULES:
        if rule.method == method and (match := rule.pattern.fullmatch(path)):
            return rule, "/".join(match.groups())
    return Rule(method, "", action="" if method in READING else f"{method} (unlisted)"), path
