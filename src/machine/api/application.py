"""The application: layers in their order, then routes."""

from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from machine.api import (
    agents,
    approvals,
    attachments,
    audit,
    auth,
    backups,
    budgets,
    chat,
    costs,
    credentials,
    describe,
    disk,
    docs,
    doctor,
    env,
    health,
    invitations,
    logins,
    machines,
    metrics,
    notifications,
    pages,
    schedules,
    sessions,
    skills,
    status,
    task_events,
    task_files,
    tasks,
    tokens,
    users,
    webhook_door,
    webhooks,
    websocket,
    worker,
)
from machine.api.audited import Audited
from machine.api.bodies import Bodies
from machine.api.doorkeeper import Doorkeeper
from machine.api.errors import add_handlers
from machine.api.forwarded import BehindProxies
from machine.api.mcp import mcp_route
from machine.api.openapi import describe as describe_api
from machine.api.origins import OriginGuard
from machine.api.outermost import Outermost
from machine.api.rate_limits import RateLimits
from machine.api.state import ApiState

ROUTERS = (
    webhook_door.router,  # first: routes are tried in their order, and no other is asked for as often at once
    health.router,
    status.router,
    doctor.router,
    machines.router,
    disk.router,
    backups.router,
    metrics.router,
    tasks.router,
    task_events.router,
    task_files.router,
    chat.router,
    attachments.router,
    approvals.router,
    describe.router,
    agents.router,
    skills.router,
    costs.router,
    budgets.router,
    webhooks.router,
    webhooks.of_all,
    schedules.router,
    credentials.router,
    env.router,
    notifications.router,
    sessions.router,
    logins.router,
    tokens.router,
    users.router,
    invitations.router,
    audit.router,
    auth.router,
    docs.router,
    websocket.router,
    pages.router,
)


WORKER_ROUTERS = (health.router, metrics.router, worker.router)
"""What a process answers that only runs tasks."""


def create_api(state: ApiState, **fastapi_options: Any) -> FastAPI:
    """The API over `state`; `fastapi_options` (a lifespan) go to FastAPI.

    A request passes, from the outside in: net and headers, Host and Origin, login, rate, body, audit log,
    route.
    """
    app = FastAPI(
        title="claude-code-agent",
        version=state.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(Outermost),
            Middleware(BehindProxies, proxies=state.settings.trusted_proxies),
            Middleware(OriginGuard, settings=state.settings),
            Middleware(Doorkeeper, state=state),
            Middleware(RateLimits, state=state),
            Middleware(Bodies),
            Middleware(Audited, state=state),
        ],
        **fastapi_options,
    )
    app.state.api = state
    add_handlers(app)
    if not state.settings.serves_people:
        for router in WORKER_ROUTERS:
            app.include_router(router)
        return app
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.append(mcp_route())
    app.router.default = pages.nowhere
    describe_api(app)
    return app
