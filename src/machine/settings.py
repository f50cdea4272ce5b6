"""Settings: read once at start from the environment, defaults for one person on one computer."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Final, Literal

import platformdirs
from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from machine.domain.machine import Labels
from machine.domain.redaction import secrets_in_url

ANTHROPIC_VARIABLES: Final = re.compile(
    r"^(ANTHROPIC_\w+|CLAUDE_CODE_(OAUTH_TOKEN|USE_\w+|SKIP_\w+_AUTH|MAX_\w+|API_\w+)"
    r"|(AWS|GOOGLE|CLOUD_ML|VERTEX|AZURE)_\w+)$"
)
"""Anthropic's own variables for keys, tokens and cloud providers: they go to the CLI and to nothing else."""

SECRET_FILES: Final = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")
"""Secrets that may also be given as `<NAME>_FILE`, the path of a file that holds them."""

SECRET_KEY: Final = "MACHINE_SECRET_KEY"  # noqa: S105 - the setting's name; it, too, may be given as a file
BACKUP_PASSPHRASE: Final = "MACHINE_BACKUP_PASSPHRASE"  # noqa: S105 - the same
REDIS_URL: Final = "REDIS_URL"
DATABASE_URL: Final = "DATABASE_URL"
NEVER_SHOWN: Final = frozenset({SECRET_KEY, BACKUP_PASSPHRASE, DATABASE_URL, REDIS_URL})
"""Settings whose value is repeated to nobody, not even when it is wrong."""


class Settings(BaseSettings):
    """All settings. Variables are named in `docs`; times are in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, validate_default=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given, and nothing behind its back: `read_settings` reads the environment it is handed."""
        return (init_settings,)

    machine_id: str = Field("machine-001", pattern=r"^[A-Za-z0-9._-]{1,64}$")
    role: Literal["all", "web", "worker"] = Field("all", validation_alias=AliasChoices("MACHINE_ROLE", "role"))
    """What this process does: everything, only what people and other systems ask for, or only tasks."""
    data_dir: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("claude-code-agent", appauthor=False)),
        validation_alias=AliasChoices("MACHINE_DATA_DIR", "data_dir"),
    )
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    max_concurrent_tasks: int = Field(5, ge=1, le=1000)
    default_agent: str = "planning"
    task_timeout_seconds: float = Field(3600, gt=0)
    routing_by_brain: bool = Field(True, validation_alias=AliasChoices("MACHINE_ROUTING_BY_BRAIN", "routing_by_brain"))
    """Whether the Brain is asked for the agent of a task that no rule decides; otherwise the default one takes it."""
    database_url: SecretStr | None = Field(None, repr=False)
    """Of PostgreSQL, with its password; unset: SQLite in the data folder."""
    redis_url: SecretStr | None = Field(None, repr=False)
    """Where events and wake-ups of a fleet go; it may hold a password."""
    lease_seconds: float = Field(
        30, ge=1, le=600, validation_alias=AliasChoices("MACHINE_LEASE_SECONDS", "lease_seconds")
    )
    """In a fleet: after how long a machine that is heard of no more counts as lost. The same on all."""
    labels: Annotated[Labels, NoDecode] = Field((), validation_alias=AliasChoices("MACHINE_LABELS", "labels"))
    """In a fleet: what this machine has that agents may ask for."""
    public_url: str | None = None
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    """Proxies whose `X-Forwarded-For` is believed."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    claude_cli_path: Path | None = None
    claude_config_dir: Path | None = None
    drain_seconds: float = Field(30, ge=0, validation_alias=AliasChoices("MACHINE_DRAIN_SECONDS", "drain_seconds"))
    linger_seconds: float = Field(600, gt=0, validation_alias=AliasChoices("MACHINE_LINGER_SECONDS", "linger_seconds"))
    """How long a CLI is kept while its task waits for a person."""
    idle_seconds: float = Field(1800, gt=0, validation_alias=AliasChoices("MACHINE_IDLE_SECONDS", "idle_seconds"))
    """How long an open conversation is kept that nobody continues."""
    sandbox: Literal["auto", "required", "off"] = Field(
        "auto", validation_alias=AliasChoices("MACHINE_SANDBOX", "sandbox")
    )
    """Keep commands of agents in: where the computer can do it, as a condition of starting at all, or not."""
    requests_per_second: float = Field(
        100, ge=1, validation_alias=AliasChoices("MACHINE_REQUESTS_PER_SECOND", "requests_per_second")
    )
    """Of one login, one token, or one address that is not signed in; twenty times as many at once."""
    agent_users: Annotated[tuple[int, int] | None, NoDecode] = Field(
        None, validation_alias=AliasChoices("MACHINE_AGENT_USERS", "agent_users")
    )
    """First and last of the users that agents run as, one for each workspace; unset: they run as the daemon's own."""
    steward: Path | None = Field(None, validation_alias=AliasChoices("MACHINE_STEWARD", "steward"))
    """The socket of who can switch to them; the steward itself sets this."""
    secret_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("MACHINE_SECRET_KEY", "secret_key"), repr=False
    )
    """The key of the variables, or several with commas between, the newest first; unset: a key file."""
    keep_events_days: float = Field(
        90, ge=0, validation_alias=AliasChoices("MACHINE_KEEP_EVENTS_DAYS", "keep_events_days")
    )
    """How long the output of ended tasks is kept; 0, here and below: for ever."""
    keep_tasks_days: float = Field(
        365, ge=0, validation_alias=AliasChoices("MACHINE_KEEP_TASKS_DAYS", "keep_tasks_days")
    )
    keep_deliveries_days: float = Field(
        30, ge=0, validation_alias=AliasChoices("MACHINE_KEEP_DELIVERIES_DAYS", "keep_deliveries_days")
    )
    keep_workspaces_days: float = Field(
        30, ge=0, validation_alias=AliasChoices("MACHINE_KEEP_WORKSPACES_DAYS", "keep_workspaces_days")
    )
    """How long the folders of ended conversations are kept; those with work that is nowhere else stay."""
    keep_set_aside_days: float = Field(
        30, ge=0, validation_alias=AliasChoices("MACHINE_KEEP_SET_ASIDE_DAYS", "keep_set_aside_days")
    )
    """How long `before-restore-*` is kept, which a restore made of what was there; what has workspaces in it stays."""
    min_free_mb: int = Field(500, ge=0, validation_alias=AliasChoices("MACHINE_MIN_FREE_MB", "min_free_mb"))
    """With less space on the disk of the data folder, no task is started; 0: they are in any case."""
    backup_hours: float = Field(0, ge=0, le=8760, validation_alias=AliasChoices("MACHINE_BACKUP_HOURS", "backup_hours"))
    """How often the daemon makes a backup by itself, into `backups/` of the data folder; 0: never."""
    backup_keep: int = Field(7, ge=1, le=1000, validation_alias=AliasChoices("MACHINE_BACKUP_KEEP", "backup_keep"))
    """How many of these are kept."""
    backup_passphrase: SecretStr | None = Field(
        None, min_length=8, validation_alias=AliasChoices(BACKUP_PASSPHRASE, "backup_passphrase"), repr=False
    )
    """With it, the daemon's own backups are encrypted."""
    shared_dir: Path | None = Field(None, validation_alias=AliasChoices("MACHINE_SHARED_DIR", "shared_dir"))
    """A folder that all machines see, for what conversations take along to another one; unset: they stay."""
    snapshot_max_mb: int = Field(
        500, ge=1, le=100_000, validation_alias=AliasChoices("MACHINE_SNAPSHOT_MAX_MB", "snapshot_max_mb")
    )
    """How large the files of a conversation may be that are to be taken along."""
    demo: bool = False
    anthropic: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Anthropic's own variables as found in the environment."""

    @field_validator("allowed_hosts", "labels", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: SecretStr | None) -> SecretStr | None:
        url = value.get_secret_value().strip() if value else ""
        if not url:
            return None
        if not url.startswith(("postgresql://", "postgres://")):
            raise ValueError("has to begin with postgresql:// (unset: SQLite in the data folder)")
        return SecretStr(url)

    @field_validator("log_level", "log_format", "sandbox", "role", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("agent_users", mode="before")
    @classmethod
    def _range(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        first, dash, last = value.strip().partition("-")
        if not value.strip():
            return None
        if not (dash and first.isdecimal() and last.isdecimal() and 0 < int(first) <= int(last)):
            raise ValueError("has to be FIRST-LAST, two numbers of users such as 20000-29999")
        return int(first), int(last)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("shared_dir")
    @classmethod
    def _absolute_or_unset(cls, value: Path | None) -> Path | None:
        return None if value is None or not value.parts else value.expanduser().absolute()

    @property
    def runs_tasks(self) -> bool:
        return self.role != "web"

    @property
    def serves_people(self) -> bool:
        return self.role != "worker"

    @property
    def secret_values(self) -> dict[str, str]:
        """The settings that nobody may read anywhere, by name."""
        given = {name: value for name, value in self.anthropic.items() if name in SECRET_FILES}
        if self.secret_key is not None:
            given[SECRET_KEY] = self.secret_key
        if self.backup_passphrase is not None:
            given[BACKUP_PASSPHRASE] = self.backup_passphrase
        plain = {name: value.get_secret_value() for name, value in given.items()}
        for name, url in ((DATABASE_URL, self.database_url), (REDIS_URL, self.redis_url)):
            if url is not None:
                plain |= secrets_in_url(name, url.get_secret_value())
        return plain

    @property
    def database(self) -> Path | SecretStr:
        """Where the database is: the file of SQLite, or the URL of PostgreSQL."""
        return self.database_url or self.database_file

    @property
    def in_fleet(self) -> bool:
        """Whether other machines may work on the same database."""
        return self.database_url is not None

    @property
    def database_file(self) -> Path:
        """Where SQLite has it, or would have it."""
        return self.data_dir / "db" / "machine.db"

    @property
    def workspaces_dir(self) -> Path:
        return self.data_dir / "workspaces"

    @property
    def repos_dir(self) -> Path:
        return self.data_dir / "repos"

    @property
    def attachments_dir(self) -> Path:
        return self.data_dir / "attachments"

    @property
    def moving_dir(self) -> Path:
        return self.data_dir / "moving"

    @property
    def run_dir(self) -> Path:
        return self.data_dir / "run"

    @property
    def backups_dir(self) -> Path:
        return self.data_dir / "backups"

    @property
    def credentials_dir(self) -> Path:
        return self.data_dir / "credentials"

    @property
    def variables_dir(self) -> Path:
        return self.data_dir / "config" / "env"

    @property
    def secret_key_file(self) -> Path:
        return self.credentials_dir / "secret.key"

    @property
    def cli_config_dir(self) -> Path:
        return self.claude_config_dir or self.credentials_dir / "claude"


def read_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """Settings from `environ`; `overrides` (the command line's) win.

    Raises pydantic.ValidationError, and OSError for a secret's file that cannot be read.
    """
    anthropic = {name: SecretStr(value) for name, value in environ.items() if value and ANTHROPIC_VARIABLES.match(name)}
    for name in SECRET_FILES:
        if path := environ.get(f"{name}_FILE"):
            anthropic.pop(f"{name}_FILE", None)
            anthropic[name] = SecretStr(_text_of(path))
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): value for name, value in environ.items()}
    found = source()
    for name in (SECRET_KEY, BACKUP_PASSPHRASE):
        if path := environ.get(f"{name}_FILE"):
            found[name] = _text_of(path)
    for name in (DATABASE_URL, REDIS_URL):
        if path := environ.get(f"{name}_FILE"):
            found[name.lower()] = _text_of(path)
    for name, value in overrides.items():
        if value is not None:
            alias = Settings.model_fields[name].validation_alias
            found.pop(str(alias.choices[0]) if isinstance(alias, AliasChoices) else name, None)
            found[name] = value
    return Settings(anthropic=anthropic, **found)


def _text_of(path: str) -> str:
    return Path(path).expanduser().read_text(encoding="utf-8").strip()
