"""A forgotten password, or a lost second factor: a new way to sign in, given by two people, used once.

Whoever could let somebody in alone could let themselves in as that person. Therefore one administrator asks and
another gives the code; only the second sees it, and neither may be the account's owner (the database refuses it). Where
there is but one administrator, whoever runs the service gives it on the command line. The desk hears of every code as
an alarm, the owner reads of it at their account, and who is still signed in can stop it there.

The code takes away only what was lost: with a forgotten password the second factor is still asked for, with a lost
factor the password is.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import factors, passwords, sessions
from app.access.models import AccountReset, Factor, RecoveryCode, User
from app.core.clock import clock
from app.core.database import locked
from app.core.events import SYSTEM, Actor, Event, record
from app.core.ids import digest
from app.core.problems import Conflict, Invalid, NotFound
from app.web.languages import N_

WAITS = timedelta(hours=24)
"""So long an administrator's question waits for the second one."""
LIVES = timedelta(hours=1)
"""So long a code counts once it is given."""
SETTLES = timedelta(days=7)
"""So long two accounts are no two people after one made the other: or an administrator opens a second, and is two."""
SHOWN = timedelta(days=30)
"""So long the owner reads of it at their account."""
LENGTH = 12
WRONG = N_("We do not know this code with this e-mail address, or its hour is over. Check both, or call the desk.")
WRONG_PASSWORD = N_("This is not your password.")


class SamePerson(Conflict):
    """Another administrator gives the code: nobody lets somebody in alone."""


class MadeByTheOther(SamePerson):
    """Less than a week ago one of you opened or changed the other's account, so you do not count as two people."""


REFUSALS = {"ck_account_resets_two_people": SamePerson}
"""What the database says, in words."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A reset with the names that belong to it."""

    reset: AccountReset
    user: User
    asked_by: str
    given_by: str


def _pace() -> float:
    return max(clock.rate, 1.0)


def is_open(reset: AccountReset) -> bool:
    """Whether it waits for the second administrator, or its code can still be used."""
    if reset.used_at is not None or reset.stopped_at is not None:
        return False
    return clock.now() <= good_until(reset)


def good_until(reset: AccountReset) -> datetime:
    """Until when it waits for the second administrator, or its code counts."""
    since, lasts = (reset.asked_at, WAITS) if reset.given_at is None else (reset.given_at, LIVES)
    return since + lasts * _pace()


async def ask(
    session: AsyncSession, user: User, lost_password: bool, lost_factor: bool, reason: str, *, by: Actor
) -> AccountReset:
    """An administrator asks another to give somebody a new way to sign in ("user.reset_asked").

    Args:
        session: the transaction; the account is locked by the caller.
        user: whose account.
        lost_password: they may choose a new password.
        lost_factor: their second factors and recovery codes go.
        reason: how one knows that it is them, for the second administrator and the log.
        by: the administrator, or SYSTEM for the command line.

    Raises:
        Invalid: nothing is lost, no such factor, or no reason.
        Conflict: it is one's own account, or a closed one.
    """
    errors = {}
    if not (lost_password or lost_factor):
        errors["lost"] = "Choose what was lost: the password, the second factor, or both."
    elif lost_factor and not await factors.has_any(session, user.id):
        errors["lost"] = "This account has no second factor."
    if not reason.strip():
        errors["reason"] = "Say how you know that it is them, in a sentence. It stands in the log."
    if errors:
        raise Invalid(errors=errors)
    if by.kind == "user" and by.id == user.id:
        raise Conflict("Another administrator must do this: nobody resets their own account.")
    if not user.is_active:
        raise Conflict("This account is closed. Open it again first.")
    await _end_earlier(session, user.id, by)
    reset = AccountReset(
        user_id=user.id, asked_at=clock.now(), asked_by_id=by.id, reason=reason.strip(), lost_password=lost_password,
        lost_factor=lost_factor,
    )  # fmt: skip
    session.add(reset)
    await session.flush()
    await record(
        session, "user.reset_asked", user.id, by=by, lost_password=lost_password, lost_factor=lost_factor,
        reason=reset.reason,
    )  # fmt: skip
    return reset


async def _end_earlier(session: AsyncSession, user_id: int, by: Actor) -> None:
    """Of one account one reset counts: the latest."""
    for earlier in await session.scalars(_unfinished(user_id).with_for_update()):
        earlier.stopped_at, earlier.stopped_by_id = clock.now(), by.id
    await session.flush()


def _unfinished(user_id: int) -> Select[AccountReset]:
    return select(AccountReset).where(
        AccountReset.user_id == user_id, AccountReset.used_at.is_(None), AccountReset.stopped_at.is_(None)
    )


async def give(session: AsyncSession, reset: AccountReset, *, by: Actor) -> str:
    """The second person gives the code; it is returned this once and kept as a digest ("user.reset_given").

    The reset is locked by the caller.

    Raises:
        SamePerson: whoever asked, or whose account it is; `MadeByTheOther`: or one made the other of late.
        Conflict: it is given, stopped or too old.
    """
    if by.kind == "user" and by.id in (reset.asked_by_id, reset.user_id):
        raise SamePerson
    if by.kind == "user" and await _made(session, {by.id, reset.asked_by_id}):
        raise MadeByTheOther
    if reset.given_at is not None or not is_open(reset):
        raise Conflict("This was given, taken back, or waited longer than a day. Ask anew.")
    code = "".join(secrets.choice(factors.LETTERS) for _ in range(LENGTH))
    reset.given_at, reset.given_by_id, reset.code_digest = clock.now(), by.id, _digest(reset.user_id, code)
    await session.flush()
    await record(session, "user.reset_given", reset.user_id, by=by, reset=reset.id)
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


async def _made(session: AsyncSession, both: set[int | None]) -> bool:
    """Whether one of two administrators opened or changed the other's account within `SETTLES`."""
    lately = select(Event.id).where(
        Event.kind.in_(["user.added", "user.changed"]), Event.actor_kind == "user", Event.actor_id.in_(both),
        Event.subject_id.in_(both), Event.at > clock.now() - SETTLES,
    )  # fmt: skip
    return await session.scalar(lately.limit(1)) is not None


async def give_alone(
    session: AsyncSession, user: User, lost_password: bool, lost_factor: bool, reason: str
) -> str:  # fmt: skip
    """Both steps by whoever runs the service, who could change the database anyway. Raises as `ask`."""
    return await give(session, await ask(session, user, lost_password, lost_factor, reason, by=SYSTEM), by=SYSTEM)


def _digest(user_id: int, code: str) -> str:
    plain = "".join(code.lower().split()).replace("-", "")
    return digest(f"reset:{user_id}:{plain}")


async def stop(session: AsyncSession, reset: AccountReset, *, by: Actor) -> None:
    """It was not asked for by the owner, or is not needed any more ("user.reset_stopped"). The reset is locked.

    Raises:
        Conflict: it is over.
    """
    if not is_open(reset):
        raise Conflict("This is over already.")
    reset.stopped_at, reset.stopped_by_id = clock.now(), by.id
    await session.flush()
    await record(session, "user.reset_stopped", reset.user_id, by=by, reset=reset.id)


async def known(session: AsyncSession, email: str, code: str) -> tuple[AccountReset, User] | None:
    """The reset that a code opens, with its account, both locked; None: no such code, account, or its hour is over."""
    user_id = await session.scalar(select(User.id).where(User.email == email.strip().lower(), User.is_active))
    # The same question for an address that has no account, so that it takes as long.
    query = select(AccountReset.id).where(AccountReset.code_digest == _digest(user_id or 0, code))
    reset_id = await session.scalar(query)
    if user_id is None or reset_id is None:
        return None
    reset, user = await _locked(session, reset_id, user_id)
    return (reset, user) if user.is_active and is_open(reset) else None


async def _locked(session: AsyncSession, reset_id: int, user_id: int) -> tuple[AccountReset, User]:
    """Lock in one order, the account first: so does whoever asks for another one, which ends this."""
    user = await locked(session, User, user_id)
    return await locked(session, AccountReset, reset_id), user


async def use(session: AsyncSession, reset: AccountReset, user: User, password: str) -> None:
    """The owner uses the code: a new password, or the factors go; every session ends ("user.reset_used").

    Reset and account are locked.

    Args:
        session: the transaction.
        reset: open and given.
        user: whose account it is.
        password: the new one, or the present one where only the factor is lost.

    Raises:
        Invalid: the new one would be guessed, or the present one wrong.
    """
    if reset.lost_password:
        user.password_hash = passwords.hashed(password, user.email, user.name)
    elif not await passwords.matches(user.password_hash, password):
        raise Invalid(errors={"password": WRONG_PASSWORD})
    if reset.lost_factor:
        for table in (Factor, RecoveryCode):
            await session.execute(delete(table).where(table.user_id == user.id))
    reset.used_at = clock.now()
    await session.flush()
    await sessions.sign_out_everywhere(session, user.id)
    await record(
        session, "user.reset_used", user.id, by=user.actor, lost_password=reset.lost_password,
        lost_factor=reset.lost_factor,
    )  # fmt: skip


async def waiting(session: AsyncSession) -> list[Asked]:
    """What waits for a second administrator, or for its owner, the oldest first."""
    query = select(AccountReset).where(AccountReset.used_at.is_(None), AccountReset.stopped_at.is_(None))
    rows = await session.scalars(query.order_by(AccountReset.id))
    return await named(session, [row for row in rows if is_open(row)])


async def of_user(session: AsyncSession, user_id: int) -> list[Asked]:
    """What the owner should know of: under way, or used in the last weeks; the latest first."""
    since = clock.now() - SHOWN
    query = select(AccountReset).where(
        AccountReset.user_id == user_id, or_(AccountReset.used_at > since, AccountReset.used_at.is_(None)),
        AccountReset.stopped_at.is_(None),
    )  # fmt: skip
    rows = await session.scalars(query.order_by(AccountReset.id.desc()))
    return await named(session, [row for row in rows if row.used_at is not None or is_open(row)])


async def named(session: AsyncSession, rows: Sequence[AccountReset]) -> list[Asked]:
    """Resets with the names that belong to them."""
    ids = {one for row in rows for one in (row.user_id, row.asked_by_id, row.given_by_id) if one is not None}
    people = {user.id: user for user in await session.scalars(select(User).where(User.id.in_(ids)))} if ids else {}

    def name(user_id: int | None) -> str:
        return people[user_id].name if user_id is not None else "Whoever runs the service"

    return [Asked(row, people[row.user_id], name(row.asked_by_id), name(row.given_by_id)) for row in rows]


async def find(session: AsyncSession, reset_id: int, *, of: int | None = None) -> AccountReset:
    """A reset, locked after its account; `of`: only one of this account.

    Raises:
        NotFound: no such reset.
    """
    user_id = await session.scalar(select(AccountReset.user_id).where(AccountReset.id == reset_id))
    if user_id is None or of not in (None, user_id):
        raise NotFound
    return (await _locked(session, reset_id, user_id))[0]


async def is_alone(session: AsyncSession) -> bool:
    """Whether there are not two administrators, so that nobody could give a code on the pages."""
    admins = select(func.count()).select_from(User).where(User.is_active, User.roles.contains(["admin"]))
    return (await session.scalar(admins) or 0) < 2
