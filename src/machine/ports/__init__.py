"""What the engine and the API need from the outside, as Protocols. Adapters are built and joined in `machine.app`."""

from machine.ports.audit import AuditFilter, AuditPage, AuditStore
from machine.ports.backups import BackupFiles
from machine.ports.budgets import BudgetStore, DayRules
from machine.ports.chats import ChatStore, ConversationPage
from machine.ports.claude import (
    Ask,
    Claude,
    ClaudeLogin,
    ClaudeSession,
    CliExit,
    LaunchSpec,
    LoginState,
    Sandbox,
    ToolRequest,
)
from machine.ports.commands import CommandStore, Duties
from machine.ports.definitions import Agents, AgentVersions, DefinitionStore, Workspaces
from machine.ports.deliveries import Accepted, DeliveryPage, DeliveryStore, Start, Terms
from machine.ports.disk import Disk, PastStore, RestingPage
from machine.ports.fleet import MachineStore, Membership, Reaped
from machine.ports.health import Health, HealthReport
from machine.ports.hub import Hub, StoredUpTo, Subscription
from machine.ports.login import (
    ClaudeAccount,
    KeptSecrets,
    LendingAccount,
    LoginSeen,
    LoginSource,
    LoginWays,
    SignIn,
    Trial,
)
from machine.ports.metrics import Metrics
from machine.ports.moving import (
    CLONE_PACK,
    SET_ASIDE,
    Belongings,
    Local,
    Packed,
    Part,
    SharedFolder,
    SnapshotStore,
    Unpacked,
)
from machine.ports.notes import Notes
from machine.ports.notifications import NotificationStore
from machine.ports.outgoing import HttpAnswer, Outgoing
from machine.ports.people import PeopleStore, UserChange, UserRow
from machine.ports.pokes import Listening, Pokes
from machine.ports.replies import ReplyStore
from machine.ports.repositories import Repositories
from machine.ports.schedules import RunPage, ScheduleStore
from machine.ports.tasks import ClaimLimits, PendingInput, TaskFilter, TaskPage, TaskStore
from machine.ports.tools import OfferedTools, ToolAnswer, ToolInfo
from machine.ports.variables import Variables

__all__ = [
    "CLONE_PACK",
    "SET_ASIDE",
    "Accepted",
    "AgentVersions",
    "Agents",
    "Ask",
    "AuditFilter",
    "AuditPage",
    "AuditStore",
    "BackupFiles",
    "Belongings",
    "BudgetStore",
    "ChatStore",
    "ClaimLimits",
    "Claude",
    "ClaudeAccount",
    "ClaudeLogin",
    "ClaudeSession",
    "CliExit",
    "CommandStore",
    "ConversationPage",
    "DayRules",
    "DefinitionStore",
    "DeliveryPage",
    "DeliveryStore",
    "Disk",
    "Duties",
    "Health",
    "HealthReport",
    "HttpAnswer",
    "Hub",
    "KeptSecrets",
    "LaunchSpec",
    "LendingAccount",
    "Listening",
    "Local",
    "LoginSeen",
    "LoginSource",
    "LoginState",
    "LoginWays",
    "MachineStore",
    "Membership",
    "Metrics",
    "Notes",
    "NotificationStore",
    "OfferedTools",
    "Outgoing",
    "Packed",
    "Part",
    "PastStore",
    "PendingInput",
    "PeopleStore",
    "Pokes",
    "Reaped",
    "ReplyStore",
    "Repositories",
    "RestingPage",
    "RunPage",
    "Sandbox",
    "ScheduleStore",
    "SharedFolder",
    "SignIn",
    "SnapshotStore",
    "Start",
    "StoredUpTo",
    "Subscription",
    "TaskFilter",
    "TaskPage",
    "TaskStore",
    "Terms",
    "ToolAnswer",
    "ToolInfo",
    "ToolRequest",
    "Trial",
    "Unpacked",
    "UserChange",
    "UserRow",
    "Variables",
    "Workspaces",
]
