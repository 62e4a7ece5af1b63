"""Who is asking, and the named permissions that doors declare."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Request

from app.access import keys, sessions
from app.access.models import User
from app.access.policy import DESK_ROLES, Permission, allowed
from app.core.database import begin
from app.core.events import Actor
from app.core.problems import Forbidden, Unauthenticated


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in, or whose key is used."""

    id: int
    name: str
    email: str
    roles: frozenset[str]
    agency_id: int | None
    expert_id: int | None
    via: Literal["session", "key"]

    def may(self, permission: Permission) -> bool:
        """Whether the policy grants it."""
        return permission in allowed(self.roles)

    @property
    def actor(self) -> Actor:
        """For the log."""
        return Actor("user", self.id, self.name)

    @property
    def is_desk(self) -> bool:
        """Whether this is somebody of the desk, who sees every agency's requests."""
        return bool(self.roles & DESK_ROLES)


def viewer_of(user: User, via: Literal["session", "key"]) -> Viewer:
    """A user as a viewer."""
    return Viewer(user.id, user.name, user.email, frozenset(user.roles), user.agency_id, user.expert_id, via)


async def identify(request: Request) -> Viewer | None:
    """Who asks, if anybody we know. A key goes before a cookie.

    In a transaction of its own: that somebody was here is noted also when what they ask for fails, or only reads.
    """
    header = request.headers.get("authorization", "")
    async with begin() as session:
        if header:
            user = await keys.user_of(session, header.removeprefix("Bearer ").strip())
            viewer = viewer_of(user, "key") if user else None
        else:
            user = await sessions.user_of(session, sessions.token_of(request.cookies))
            viewer = viewer_of(user, "session") if user else None
    request.state.viewer = viewer
    return viewer


Identified = Annotated[Viewer | None, Depends(identify)]


def require(permission: Permission) -> Callable[..., Awaitable[Viewer]]:
    """A dependency that lets only viewers with `permission` through."""

    async def check(viewer: Identified) -> Viewer:
        if viewer is None:
            raise Unauthenticated
        if not viewer.may(permission):
            raise Forbidden
        return viewer

    check.permission = permission  # type: ignore[attr-defined]  # the start-up walk over all routes looks for it
    return check


async def public() -> None:
    """The mark of a door that is open to everybody."""


public.permission = "public"  # type: ignore[attr-defined]
Anyone: Any = Depends(public)
"""Declared by every route that is open to everybody; a route without any mark does not start the app."""

MayFile = Annotated[Viewer, Depends(require(Permission.FILE_REQUEST))]
MayReadRequests = Annotated[Viewer, Depends(require(Permission.READ_REQUESTS))]
MayAnswer = Annotated[Viewer, Depends(require(Permission.ANSWER_QUESTION))]
MayWithdraw = Annotated[Viewer, Depends(require(Permission.WITHDRAW_REQUEST))]
MayWorkIntake = Annotated[Viewer, Depends(require(Permission.WORK_INTAKE))]
MayLookAfter = Annotated[Viewer, Depends(require(Permission.LOOK_AFTER))]
MayRecommend = Annotated[Viewer, Depends(require(Permission.RECOMMEND))]
MayDecide = Annotated[Viewer, Depends(require(Permission.DECIDE))]
MayReadDeployments = Annotated[Viewer, Depends(require(Permission.READ_DEPLOYMENTS))]
MayWorkRoster = Annotated[Viewer, Depends(require(Permission.WORK_ROSTER))]
MayWorkOffers = Annotated[Viewer, Depends(require(Permission.WORK_OFFERS))]
MayWorkWellness = Annotated[Viewer, Depends(require(Permission.WORK_WELLNESS))]
MayReadFigures = Annotated[Viewer, Depends(require(Permission.READ_FIGURES))]
MayWorkField = Annotated[Viewer, Depends(require(Permission.WORK_FIELD))]
MayLeadTeam = Annotated[Viewer, Depends(require(Permission.LEAD_TEAM))]
MayReadExperts = Annotated[Viewer, Depends(require(Permission.READ_EXPERTS))]
MayManageExperts = Annotated[Viewer, Depends(require(Permission.MANAGE_EXPERTS))]
MayReadAgencies = Annotated[Viewer, Depends(require(Permission.READ_AGENCIES))]
MayManageAgencies = Annotated[Viewer, Depends(require(Permission.MANAGE_AGENCIES))]
MayReadOwnOffers = Annotated[Viewer, Depends(require(Permission.READ_OWN_OFFERS))]
MayAnswerOwnOffers = Annotated[Viewer, Depends(require(Permission.ANSWER_OWN_OFFERS))]
MayManageUsers = Annotated[Viewer, Depends(require(Permission.MANAGE_USERS))]
MayOwnKeys = Annotated[Viewer, Depends(require(Permission.OWN_KEYS))]
MayOwnSessions = Annotated[Viewer, Depends(require(Permission.OWN_SESSIONS))]
MayReadAlarms = Annotated[Viewer, Depends(require(Permission.READ_ALARMS))]
MayWorkAlarms = Annotated[Viewer, Depends(require(Permission.WORK_ALARMS))]
MayReadEvents = Annotated[Viewer, Depends(require(Permission.READ_EVENTS))]
MayReadDrills = Annotated[Viewer, Depends(require(Permission.READ_DRILLS))]
MayRunDrills = Annotated[Viewer, Depends(require(Permission.RUN_DRILLS))]
MayReadRules = Annotated[Viewer, Depends(require(Permission.READ_RULES))]
MayManageRules = Annotated[Viewer, Depends(require(Permission.MANAGE_RULES))]
MayReadAudit = Annotated[Viewer, Depends(require(Permission.READ_AUDIT))]
