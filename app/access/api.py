"""HTTP API: who am I, my keys, accounts."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool
from sqlalchemy import select

from app.access import keys, users
from app.access.models import User
from app.access.viewer import MayChangeKeys, MayChangeUsers, MayManageUsers, MayOwnKeys, MayOwnSessions
from app.core.database import locked
from app.web.given import Body
from app.web.idempotency import OnlyOnce
from app.web.lists import Page, Paged
from app.web.session import Session

router = APIRouter(prefix="/api/v1", tags=["access"])


class MeOut(BaseModel):
    """The one who asks."""

    name: str
    email: str
    roles: list[str]
    agency_id: int | None
    expert_id: int | None


class KeyIn(Body):
    """A key to be made."""

    name: str = Field(min_length=1, max_length=100)
    days: int | None = Field(90, ge=1, le=366, description="Valid for so many days; null: until revoked")
    scopes: list[str] = Field(
        default=[], max_length=40, description="What of your own rights the key has; none named: all of them"
    )


class KeyOut(BaseModel):
    """A key, without the key itself."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class KeyMade(KeyOut):
    """A new key, shown this once."""

    key: str


class UserIn(Body):
    """An account to be opened."""

    email: str = Field(min_length=3, max_length=200, pattern=r"^[^@\s]+@[^@\s]+$")
    name: str = Field(min_length=1, max_length=200)
    roles: list[str] = Field(min_length=1, max_length=6)
    password: str | None = Field(None, max_length=200)
    agency_id: int | None = None
    expert_id: int | None = None


class UserOut(BaseModel):
    """An account."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    email: str
    name: str
    roles: list[str]
    agency_id: int | None
    expert_id: int | None
    is_active: bool


@router.get("/me")
async def me(viewer: MayOwnSessions) -> MeOut:
    """Who the key or session belongs to, and its roles."""
    return MeOut(
        name=viewer.name, email=viewer.email, roles=sorted(viewer.roles),
        agency_id=viewer.agency_id, expert_id=viewer.expert_id,
    )  # fmt: skip


@router.get("/keys")
async def my_keys(session: Session, viewer: MayOwnKeys) -> list[KeyOut]:
    """My keys, newest first."""
    return [KeyOut.model_validate(key) for key in await keys.of_user(session, viewer.id)]


@router.post("/keys", status_code=201, response_model=KeyMade)
async def make_key(form: KeyIn, session: Session, viewer: MayChangeKeys) -> KeyMade:
    """Make a key that acts as me; one made with a key ends with that at the latest. It is shown in this answer and
    never again, so it is not kept for replays either."""
    key, secret = await keys.make(
        session, viewer.id, form.name, days=form.days, by=viewer.actor, scopes=form.scopes, within=viewer.scopes,
        until=viewer.ends_at,
    )  # fmt: skip
    return KeyMade(key=secret, **KeyOut.model_validate(key).model_dump())


@router.delete("/keys/{key_id}", status_code=204)
async def revoke_key(key_id: int, session: Session, viewer: MayOwnKeys) -> None:
    """End a key of mine."""
    await keys.revoke(session, viewer.id, key_id, by=viewer.actor)


@router.get("/users")
async def list_users(session: Session, viewer: MayManageUsers, page: Page) -> Paged[UserOut]:
    """Accounts, newest first."""
    query = select(User).order_by(User.id.desc()).limit(page.limit + 1)
    if page.before_id is not None:
        query = query.where(User.id < page.before_id)
    rows = (await session.scalars(query)).all()
    return page.paged(rows, lambda row: row.id, UserOut.model_validate)


@router.post("/users", status_code=201, response_model=UserOut)
async def add_user(form: UserIn, viewer: MayChangeUsers, session: Session, once: OnlyOnce) -> JSONResponse:
    """Open an account."""
    if (earlier := await once.earlier()) is not None:
        return earlier
    user = await users.add(session, by=viewer.actor, **form.model_dump())
    return await once.answer(201, UserOut.model_validate(user))


class UserChange(Body):
    """What an account may do from now on."""

    roles: list[str] = Field(min_length=1, max_length=6)
    is_active: StrictBool = True


@router.patch("/users/{user_id}")
async def change_user(user_id: int, form: UserChange, session: Session, viewer: MayChangeUsers) -> UserOut:
    """Change an account's roles, close it or open it again."""
    user = await locked(session, User, user_id)
    changed = await users.change(session, user, roles=form.roles, is_active=form.is_active, by=viewer.actor)
    return UserOut.model_validate(changed)
