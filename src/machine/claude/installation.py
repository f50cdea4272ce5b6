"""Where Claude Code is installed and what it may know: paths, folders that are closed to it, its environment."""

import importlib.util
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from machine.claude.leftovers import INSTANCE_VARIABLE, TASK_VARIABLE
from machine.claude.sandbox import private_in
from machine.ports import Sandbox
from machine.settings import Settings

CREDENTIALS_FILE: Final = ".credentials.json"
"""In the CLI's config folder: its login."""

LOGIN_VARIABLES: Final = ("ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN")
"""Each logs the CLI in; the first that is there wins over the others and over the login file."""

AGENTS_CONFIG: Final = ".claude"
"""In a workspace's HOME: the CLI's config folder, where it is not the one that all share."""

_SDK_PACKAGE: Final = "claude_agent_sdk"

PASSED_ON: Final = frozenset(
    {
        "PATH",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
        "all_proxy",
    }
)
"""What of the daemon's own environment the CLI gets; `LC_*`, too."""

ALWAYS: Final[Mapping[str, str]] = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",  # it would be kept beside the login, which is closed to the file tools
}

_NEVER_READ: Final = Path("/proc")
"""`/proc/self/environ` shows what the CLI was started with."""


def is_provider(name: str) -> bool:
    """Whether the variable of that name makes the CLI use a cloud provider, which wins over every other login."""
    return name.startswith("CLAUDE_CODE_USE_")


def bundled_cli() -> Path | None:
    """The CLI in the SDK's wheel, found without importing the SDK; None where the wheel has none. Blocking."""
    spec = importlib.util.find_spec(_SDK_PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / "_bundled" / "claude").is_file():
            return path
    return None


class Installation(BaseModel):
    """One place where the CLI runs.

    `variables` are Anthropic's own (keys, tokens, providers); `extra` is what else the CLI gets, such as
    ANTHROPIC_BASE_URL of the demo, and wins; `passed_on` is the allow-listed part of the daemon's environment.
    """

    model_config = ConfigDict(frozen=True)

    cli_path: Path | None = None
    """Unset: the bundled one."""
    config_dir: Path
    homes: Path
    """Below it every workspace has a HOME of its own: what one task writes into its `.bashrc` runs in no other."""
    keychain_home: Path | None = None
    """The person's own home, where their login lies in its keychain (macOS)."""
    run_dir: Path
    instance: str
    variables: Mapping[str, SecretStr] = Field(default_factory=dict)
    extra: Mapping[str, str] = Field(default_factory=dict)
    passed_on: Mapping[str, str] = Field(default_factory=dict)
    closed_folders: tuple[Path, ...] = ()
    """Closed to every task's file tools; a task's own workspace stays open even inside of one."""
    scratch: Path
    """Below it every workspace has a folder for temporary files and caches, which its commands may write to."""
    sandbox: Sandbox = Sandbox(state="off", message="Nobody has looked whether there is one.")
    demo: bool = False

    @classmethod
    def from_settings(
        cls, settings: Settings, environ: Mapping[str, str], *, instance: str, extra: Mapping[str, str] | None = None
    ) -> "Installation":
        """As the settings say. `instance` marks all processes of this data folder; `environ` is the daemon's own.

        The CLI's home is a folder of ours, but on macOS, where a person pointed CLAUDE_CONFIG_DIR at their own login:
        then it is theirs. In the demo no variable of Anthropic's is passed on: nobody's key goes to the scripted model.
        """
        data = settings.data_dir
        own_login = settings.claude_config_dir is not None and not settings.demo
        return cls(
            cli_path=settings.claude_cli_path,
            config_dir=settings.credentials_dir / "demo" if settings.demo else settings.cli_config_dir,
            homes=data / "homes",
            keychain_home=Path.home() if own_login and sys.platform == "darwin" else None,
            run_dir=settings.run_dir,
            instance=instance,
            variables={} if settings.demo else settings.anthropic,
            extra=extra or {},
            passed_on={k: v for k, v in environ.items() if k in PASSED_ON or k.startswith("LC_")},
            closed_folders=(
                settings.database_file.parent,
                data / "config",
                settings.credentials_dir,
                settings.run_dir,
                settings.workspaces_dir,
                settings.repos_dir,
                settings.attachments_dir,
                data / "homes",
                data / "scratch",
                settings.moving_dir,
                *((settings.shared_dir,) if settings.shared_dir else ()),
                settings.cli_config_dir,
                *private_in(Path.home()),
            ),
            scratch=data / "scratch",
            demo=settings.demo,
        )

    @property
    def secrets(self) -> frozenset[str]:
        """Names of the variables that hold logins of the CLI's own: nothing that an agent runs needs them."""
        return frozenset((*self.variables, *(name for name in self.extra if name.startswith("ANTHROPIC_"))))

    def of_workspace(self, workspace: str) -> "Installation":
        """The same with a config folder of its own for that workspace, where agents are users of their own."""
        return self.model_copy(update={"config_dir": self.home_of(workspace) / AGENTS_CONFIG})

    def home_of(self, workspace: str) -> Path:
        """HOME of what runs in the workspace of that name."""
        return self.keychain_home or self.homes / workspace

    def scratch_of(self, workspace: str) -> Path:
        """Where what runs in the workspace of that name keeps temporary files and caches."""
        return self.scratch / workspace

    def environment(
        self, task_id: str | None = None, *, workspace: str = "machine", given: Mapping[str, SecretStr] | None = None
    ) -> dict[str, str]:
        """The whole environment of a CLI, secrets included; for a task, with the marks by which it is found.

        `given` are the variables of its agent: where a name is the machine's own, that one wins.
        """
        marks = {TASK_VARIABLE: task_id, INSTANCE_VARIABLE: self.instance} if task_id is not None else {}
        return {
            **{name: value.get_secret_value() for name, value in (given or {}).items()},
            **self.passed_on,
            **{name: value.get_secret_value() for name, value in self.variables.items()},
            **ALWAYS,
            **self._places(workspace),
            "CLAUDE_CONFIG_DIR": str(self.config_dir),
            **self.extra,
            **marks,
        }

    def _places(self, workspace: str) -> dict[str, str]:
        """HOME, and what has to be written to even where HOME is read-only to commands."""
        scratch = self.scratch_of(workspace)
        caches = {"XDG_CACHE_HOME": "cache", "npm_config_cache": "npm", "CARGO_HOME": "cargo", "GOPATH": "go"}
        return {
            "HOME": str(self.home_of(workspace)),
            "CLAUDE_CODE_TMPDIR": str(scratch),
            **{name: str(scratch / folder) for name, folder in caches.items()},
        }

    def closed_to(self, more: tuple[Path, ...]) -> tuple[Path, ...]:
        """All that is closed to a task which closes `more`; the login by name, since parts of its folder are open."""
        login = self.config_dir / CREDENTIALS_FILE
        return tuple(dict.fromkeys((*self.closed_folders, self.config_dir, login, _NEVER_READ, *more)))

    def prepare(self, workspace: str = "machine") -> None:
        """Make the folders of the CLI, for their owner alone. Blocking. Raises OSError."""
        for folder in (self.run_dir, self.home_of(workspace), self.scratch_of(workspace), self.config_dir):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def project_folder(cwd: Path) -> str:
    """As the CLI names the folder of a project's transcripts."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in str(cwd))
