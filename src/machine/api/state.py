"""What the API works with, built by `machine.app`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import machine
from machine.auth import tokens
from machine.auth.accounts import Accounts
from machine.auth.attempts import FailedAttempts
from machine.auth.people import Authenticator
from machine.auth.sign_in import SignIn
from machine.domain.clock import Clock
from machine.domain.events import StoredEvent
from machine.domain.redaction import Redactor
from machine.engine.audit import Audit
from machine.engine.background_manager import BackgroundTaskManager
from machine.engine.backup_desk import BackupDesk
from machine.engine.brain import MachineBrain
from machine.engine.brain_tools import BrainTools
from machine.engine.chats import Chats
from machine.engine.corrections import Corrections
from machine.engine.day_budgets import DayBudgets
from machine.engine.disk_desk import DiskDesk
from machine.engine.entity_creator import EntityCreator
from machine.engine.intake import Intake
from machine.engine.logins import ClaudeLogins
from machine.engine.machine_warnings import MachineWarnings
from machine.engine.machines import Machines
from machine.engine.notification_desk import NotificationDesk
from machine.engine.owners import Owners
from machine.engine.plans import Plans
from machine.engine.schedules import Schedules
from machine.engine.steering import Steering
from machine.engine.variable_desk import VariableDesk
from machine.engine.webhooks import Webhooks
from machine.ports import Agents, Health, LoginSeen, Metrics, PeopleStore, Sandbox, TaskStore
from machine.settings import Settings


class PolledSubscription(Protocol):
    """A bounded queue of events that is emptied without waiting."""

    lagged: bool
    too_slow: bool

    def take(self, limit: int | None = None) -> tuple[StoredEvent, ...]: ...

    def close(self) -> None: ...


class PolledHub(Protocol):
    """A hub that says when there is something, so that one task can serve all subscriptions of a connection."""

    def subscribe_task(self, task_id: str, *, on_ready: Callable[[], None] | None = None) -> PolledSubscription: ...

    def subscribe_feed(self, *, on_ready: Callable[[], None] | None = None) -> PolledSubscription: ...


@dataclass(frozen=True)
class ApiState:
    """Everything that routes may use. One for each application."""

    settings: Settings
    version: str
    tasks: TaskStore
    people: PeopleStore
    hub: PolledHub
    manager: BackgroundTaskManager
    steering: Steering
    intake: Intake
    plans: Plans
    corrections: Corrections
    brain: MachineBrain
    chats: Chats
    brain_tools: BrainTools
    day_budgets: DayBudgets
    login: LoginSeen
    claude_logins: ClaudeLogins
    agents: Agents
    creator: EntityCreator
    webhooks: Webhooks
    disk: DiskDesk
    backups: BackupDesk
    metrics: Metrics
    schedules: Schedules
    owners: Owners
    warnings: MachineWarnings
    machines: Machines
    notifications: NotificationDesk
    variables: VariableDesk
    redactor: Redactor
    authenticator: Authenticator
    failed_signatures: FailedAttempts
    accounts: Accounts
    sign_in: SignIn
    audit: Audit
    clock: Clock
    sandbox: Sandbox
    health: Health
    dashboard_dir: Path = field(default_factory=lambda: Path(machine.__path__[0]) / "dashboard")
    """Where the built dashboard lies, if there is one: `index.html` and `assets/`."""

    @property
    def cookie_name(self) -> str:
        """Of this machine; in a fleet the same at every web process, wherever its data folder is."""
        return tokens.cookie_name("fleet" if self.settings.in_fleet else str(self.settings.data_dir))
