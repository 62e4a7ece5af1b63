"""Accounts of people."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import passwords, sessions
from app.access.models import ApiKey, Factor, Identity, RecoveryCode, User
from app.access.policy import Role
from app.core.events import SYSTEM, Actor, record
from app.core.problems import Conflict, Invalid
from app.web.languages import N_


async def add(
    session: AsyncSession,
    *,
    email: str,
    name: str,
    roles: Sequence[str],
    password: str | None,
    agency_id: int | None = None,
    expert_id: int | None = None,
    by: Actor = SYSTEM,
) -> User:
    """Open an account.

    Raises:
        Invalid: an unknown role, a requester without an agency, an expert without an entry in the pool, a password
            that would be guessed.
        Conflict: the e-mail address has an account already.
    """
    email = email.strip().lower()
    _check_roles(roles)
    if Role.REQUESTER in roles and agency_id is None:
        raise Invalid(errors={"agency_id": "A requester belongs to an agency."})
    if Role.EXPERT in roles and expert_id is None:
        raise Invalid(errors={"expert_id": "An expert's account belongs to an expert of the pool."})
    if await session.scalar(select(User.id).where(User.email == email)):
        raise Conflict("This e-mail address has an account already.")
    user = User(
        email=email, name=name, roles=sorted(set(roles)), agency_id=agency_id, expert_id=expert_id,
        password_hash=passwords.hashed(password, email, name) if password else None,
    )  # fmt: skip
    session.add(user)
    await session.flush()
    await record(session, "user.added", user.id, by=by, roles=user.roles)
    return user


def _check_roles(roles: Sequence[str]) -> None:
    if not roles or set(roles) - {role.value for role in Role}:
        raise Invalid(errors={"roles": f"Choose from: {', '.join(Role)}."})
    if {Role.ADMIN, Role.APPROVER} <= set(roles):
        raise Invalid(errors={"roles": "An administrator does not approve."})


async def change(session: AsyncSession, user: User, *, roles: Sequence[str], is_active: bool, by: Actor) -> User:
    """Give an account other roles, close it or open it again. Who is signed in with it must sign in anew.

    Raises:
        Invalid: an unknown role, none, an administrator who approves, a role that needs an agency or an expert.
        Conflict: it is one's own account.
    """
    _check_roles(roles)
    if (Role.REQUESTER in roles and user.agency_id is None) or (Role.EXPERT in roles and user.expert_id is None):
        raise Invalid(errors={"roles": "This account belongs to no agency or expert, so it cannot act for one."})
    if by.kind == "user" and by.id == user.id:
        raise Conflict("Another administrator must do this: nobody changes their own rights.")
    before = {"roles": user.roles, "is_active": user.is_active}
    user.roles, user.is_active = sorted(set(roles)), is_active
    await session.flush()
    await sessions.sign_out_everywhere(session, user.id)
    await record(session, "user.changed", user.id, by=by, roles=user.roles, is_active=is_active, before=before)
    return user


async def change_password(session: AsyncSession, user: User, present: str, new: str, *, keep: str | None) -> None:
    """One's own password; every other session ends, that of the token `keep` goes on.

    Raises:
        Invalid: the present one is wrong, or the new one would be guessed.
    """
    if not await passwords.matches(user.password_hash, present):
        raise Invalid(errors={"present": N_("This is not your present password.")})
    user.password_hash = passwords.hashed(new, user.email, user.name)
    await sessions.sign_out_everywhere(session, user.id, but=keep)
    await record(session, "user.password_changed", user.id, by=user.actor)


async def close_of_expert(session: AsyncSession, expert_id: int, name: str, *, by: Actor) -> None:
    """Close the account of an expert who is erased, for good: no address, no name, no way to sign in."""
    for user in await session.scalars(select(User).where(User.expert_id == expert_id).with_for_update()):
        await sessions.sign_out_everywhere(session, user.id)
        for table in (Factor, RecoveryCode, Identity, ApiKey):
            await session.execute(delete(table).where(table.user_id == user.id))
        user.email, user.name, user.password_hash, user.is_active = f"erased-{user.id}@invalid", name, None, False
        await session.flush()
        await record(session, "user.changed", user.id, by=by, roles=user.roles, is_active=False, erased=True)
