"""The environment of the daemon's process, which every child would inherit."""

import os
from collections.abc import MutableMapping
from typing import Final

PROCESS_VARIABLES: Final = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM"),
        *("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "VIRTUAL_ENV", "PYTHONPATH"),
        *("XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
        *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    )
)
"""What stays in the process's own environment after start; `LC_*` stays too."""


def cut_down(environ: MutableMapping[str, str]) -> None:
    """Remove everything from the process's environment that is not on the allow-list, so that no child inherits it."""
    for name in list(environ):
        if name not in PROCESS_VARIABLES and not name.startswith("LC_"):
            del environ[name]


def cut_down_process() -> None:
    """`cut_down` for this process. What the kernel shows under /proc keeps the start's bytes; see the documents."""
    cut_down(os.environ)
