"""The short list of what answers without a login. Everything else is closed, routes that are added later included."""

import re
from typing import Final

PAGES: Final = frozenset(
    {"login", "setup", "invite", "chat", "tasks", "approvals", "agents", "skills", "webhooks", "schedules"}
    | {"environment", "credentials", "costs", "sessions", "people", "machine", "machines", "more", "settings"}
)
"""First parts of page paths: each gets the same page, which holds nothing that is not public."""

_PUBLIC: Final = (
    ("GET", re.compile(r"/")),
    ("GET", re.compile(rf"/(?:{'|'.join(sorted(PAGES))})(?:/[^/]*){{0,3}}")),
    ("GET", re.compile(r"/assets/.+")),
    ("GET", re.compile(r"/(?:healthz|readyz)")),
    ("POST", re.compile(r"/webhooks/[^/]+")),
    ("POST", re.compile(r"/api/auth/(?:login|setup|invite)")),
)

WITH_TOKEN_ONLY: Final = "/mcp"  # noqa: S105 - a path, not a secret
"""Where a browser's login counts for nothing."""

WITHOUT_HOST_CHECK: Final = frozenset({"/healthz", "/readyz"})

FOR_VIEWERS: Final = (
    ("POST", re.compile(r"/api/sessions")),
    ("POST", re.compile(WITH_TOKEN_ONLY)),  # whose tools look after that themselves
    ("POST", re.compile(r"/api/auth/logout")),
    ("DELETE", re.compile(r"/api/logins/[^/]+")),
    ("DELETE", re.compile(r"/api/tokens/[^/]+")),
    ("PATCH", re.compile(r"/api/users/[^/]+")),
    ("PUT", re.compile(r"/api/auth/password")),
)
"""Writing that a viewer may do: to look, to leave, and to be called and to prove themselves as they like."""

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def is_public(method: str, path: str) -> bool:
    """Whether `method path` answers without a login. HEAD goes with GET."""
    method = "GET" if method == "HEAD" else method
    return any(method == listed and pattern.fullmatch(path) for listed, pattern in _PUBLIC)


def may_viewer(method: str, path: str) -> bool:
    """Whether somebody who may only look may do this."""
    return method in READING or any(method == listed and pattern.fullmatch(path) for listed, pattern in FOR_VIEWERS)
