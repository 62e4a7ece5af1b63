"""Who is asking, and the named permissions that doors declare."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import keys, limits, sessions
from app.access.models import User, acting
from app.access.policy import DESK_ROLES, Permission, Role, allowed
from app.core.clock import clock
from app.core.database import begin
from app.core.events import Actor
from app.core.problems import FactorMissing, FactorNeeded, Forbidden, Unauthenticated
from app.core.settings import get_settings

FACTOR_COUNTS_FOR = timedelta(minutes=15)
"""So long a second factor that was shown counts for what matters: approving, taking data away, changing rights."""


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
    scopes: frozenset[str] = frozenset()
    """Of a key: the permissions it has of its user's; none named: all."""
    has_factor: bool = False
    factor_at: datetime | None = None
    """When a second factor was shown in this session."""
    signed_in_at: datetime | None = None
    """Of a session: when it began."""
    ends_at: datetime | None = None
    """Of a key: when it ends."""

    def may(self, permission: Permission) -> bool:
        """Whether the policy grants it, and a key's scopes do not hold it back."""
        return permission in allowed(self.roles) and (not self.scopes or permission in self.scopes)

    @property
    def actor(self) -> Actor:
        """For the log."""
        return acting(self.id, self.name, self.expert_id, self.roles)

    @property
    def is_desk(self) -> bool:
        """Whether this is somebody of the desk, who sees every agency's requests."""
        return bool(self.roles & DESK_ROLES)

    @property
    def fence(self) -> int | None:
        """The agency whose rows alone the database shows; None: all. A requester without an agency sees none."""
        is_fenced = not self.is_desk and (self.agency_id is not None or Role.REQUESTER in self.roles)
        return (self.agency_id or 0) if is_fenced else None

    @property
    def must_show_factor(self) -> bool:
        """Whether what matters waits for the second factor: there is one, and it was shown too long ago."""
        is_asked = self.has_factor or (self.factor_at is not None and get_settings().require_second_factor)
        if self.via == "key" or not is_asked:
            return False
        fresh = FACTOR_COUNTS_FOR * max(clock.rate, 1.0)
        return self.factor_at is None or clock.now() - self.factor_at > fresh

    @property
    def must_sign_in_again(self) -> bool:
        """Whether a first factor waits for the password: an account in a browser left open would be anybody's."""
        if self.has_factor or self.signed_in_at is None:
            return False
        return clock.now() - self.signed_in_at > FACTOR_COUNTS_FOR * max(clock.rate, 1.0)

    @property
    def lacks_factor(self) -> bool:
        """Whether this installation asks for a second factor, and there is none."""
        is_asked = get_settings().require_second_factor and self.via == "session"
        return is_asked and not self.has_factor and self.factor_at is None


def viewer_of(user: User, via: Literal["session", "key"], **more: Any) -> Viewer:
    """A user as a viewer."""
    roles = frozenset(user.roles)
    return Viewer(user.id, user.name, user.email, roles, user.agency_id, user.expert_id, via, **more)


async def identify(request: Request) -> Viewer | None:
    """Who asks, if anybody we know. A key goes before a cookie.

    In a transaction of its own: that somebody was here is noted also when what they ask for fails, or only reads.

    Raises:
        TooOften: more than one person, key, or address without either may ask.
    """
    header = request.headers.get("authorization", "")
    async with begin() as session:
        viewer = await _of_key(session, header) if header else await _of_session(session, request)
        wait_s = await _wait_s(session, request, viewer)
    request.state.viewer = viewer
    if wait_s:
        raise limits.TooOften(retry_after=wait_s)
    return viewer


async def _of_key(session: AsyncSession, header: str) -> Viewer | None:
    found = await keys.find(session, header.removeprefix("Bearer ").strip())
    if found is None:
        return None
    return viewer_of(found.user, "key", scopes=frozenset(found.key.scopes), ends_at=found.key.expires_at)


async def _of_session(session: AsyncSession, request: Request) -> Viewer | None:
    found = await sessions.find(session, sessions.token_of(request.cookies))
    if found is None:
        return None
    row = found.session
    return viewer_of(
        found.user, "session", has_factor=found.has_factor, factor_at=row.factor_at, signed_in_at=row.created_at
    )


async def _wait_s(session: AsyncSession, request: Request, viewer: Viewer | None) -> int:
    most = get_settings().requests_per_minute
    if not most:
        return 0
    address = request.client.host if request.client else ""
    return await limits.over(session, f"{viewer.via}:{viewer.id}" if viewer else f"address:{address}", most)


Identified = Annotated[Viewer | None, Depends(identify)]


def require(permission: Permission, *, fresh: bool = False) -> Callable[..., Awaitable[Viewer]]:
    """A dependency that lets only viewers with `permission` through.

    `fresh`: whoever has a second factor must have shown it within `FACTOR_COUNTS_FOR` (reliability.md R17).
    """

    async def check(viewer: Identified) -> Viewer:
        if viewer is None:
            raise Unauthenticated
        if not viewer.may(permission):
            raise Forbidden
        if viewer.lacks_factor and permission is not Permission.OWN_SESSIONS:
            raise FactorMissing
        if fresh and viewer.must_show_factor:
            raise FactorNeeded
        return viewer

    check.permission = permission  # type: ignore[attr-defined]  # the start-up walk over all routes looks for it
    return check


async def public(request: Request) -> None:
    """The mark of a door that is open to everybody. What strangers send is counted; the carrier signs what it sends.

    Raises:
        TooOften: more was sent from this address than one may.
    """
    if request.method == "POST" and not request.url.path.startswith("/twilio/"):
        async with begin() as session:
            wait_s = await _wait_s(session, request, None)
        if wait_s:
            raise limits.TooOften(retry_after=wait_s)


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
MayDecide = Annotated[Viewer, Depends(require(Permission.DECIDE, fresh=True))]
MayReadDeployments = Annotated[Viewer, Depends(require(Permission.READ_DEPLOYMENTS))]
MayWorkRoster = Annotated[Viewer, Depends(require(Permission.WORK_ROSTER))]
MayWorkOffers = Annotated[Viewer, Depends(require(Permission.WORK_OFFERS))]
MayWorkWellness = Annotated[Viewer, Depends(require(Permission.WORK_WELLNESS))]
MayReadFigures = Annotated[Viewer, Depends(require(Permission.READ_FIGURES))]
MayWorkField = Annotated[Viewer, Depends(require(Permission.WORK_FIELD))]
MayOverride = Annotated[Viewer, Depends(require(Permission.OVERRIDE, fresh=True))]
MayLeadTeam = Annotated[Viewer, Depends(require(Permission.LEAD_TEAM))]
MayReadExperts = Annotated[Viewer, Depends(require(Permission.READ_EXPERTS))]
MayManageExperts = Annotated[Viewer, Depends(require(Permission.MANAGE_EXPERTS))]
MayReadAgencies = Annotated[Viewer, Depends(require(Permission.READ_AGENCIES))]
MayManageAgencies = Annotated[Viewer, Depends(require(Permission.MANAGE_AGENCIES))]
MayReadOwnOffers = Annotated[Viewer, Depends(require(Permission.READ_OWN_OFFERS))]
MayAnswerOwnOffers = Annotated[Viewer, Depends(require(Permission.ANSWER_OWN_OFFERS))]
MayManageUsers = Annotated[Viewer, Depends(require(Permission.MANAGE_USERS))]
MayChangeUsers = Annotated[Viewer, Depends(require(Permission.MANAGE_USERS, fresh=True))]
MayChangeKeys = Annotated[Viewer, Depends(require(Permission.OWN_KEYS, fresh=True))]
MayChangeSignIn = Annotated[Viewer, Depends(require(Permission.OWN_SESSIONS, fresh=True))]
MayExportAudit = Annotated[Viewer, Depends(require(Permission.READ_AUDIT, fresh=True))]
MayExportExperts = Annotated[Viewer, Depends(require(Permission.EXPORT_EXPERTS, fresh=True))]
MayErase = Annotated[Viewer, Depends(require(Permission.ERASE_EXPERTS, fresh=True))]
MayManageHolds = Annotated[Viewer, Depends(require(Permission.MANAGE_HOLDS, fresh=True))]
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
