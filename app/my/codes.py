"""Codes that prove whose phone it is: eight digits, ten minutes, once, five tries, one browser (reliability.md R15)."""

import hmac
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.ids import digest
from app.core.problems import TooMany
from app.experts.models import Expert
from app.messaging import outbox, sealed, texts
from app.my.models import PhoneCode, Purpose
from app.web.languages import N_

GOOD_FOR = timedelta(minutes=10)
"""On the wall's clock: under an accelerated one, longer by the same factor."""
TRIES = 5
TOO_MANY = N_("We have texted several codes to this phone. Wait 10 minutes, or call the desk.")
LIMITS = ((timedelta(minutes=10), 3), (timedelta(days=1), 10))
"""So many codes go to one number within such a time."""


class Checked(StrEnum):
    """What became of a code that was typed."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"
    """None is waited for: it was used, its time or its tries are over, or another browser asked for it."""


async def send(
    session: AsyncSession, expert: Expert, number: str, *, purpose: Purpose, about: str, browser: str, by: Actor
) -> PhoneCode:
    """Text a code to a number.

    Args:
        session: the transaction.
        expert: who asks.
        number: E.164.
        purpose: what it will be good for.
        about: what it is about, within its purpose.
        browser: the secret of the browser that asks.
        by: for the log.

    Raises:
        TooMany: this number has been sent too many.
    """
    now = clock.now()
    for span, most in LIMITS:
        sent = select(func.count()).where(PhoneCode.number == number, PhoneCode.made_at > now - span)
        if (await session.scalar(sent) or 0) >= most:
            raise TooMany(TOO_MANY)
    code = PhoneCode(
        expert_id=expert.id, number=number, purpose=purpose, about=about, browser_digest=digest(browser),
        made_at=now, expires_at=now + GOOD_FOR * max(clock.rate, 1.0), tries=0,
    )  # fmt: skip
    session.add(code)
    await session.flush()
    words = texts.phone_code(sealed.code_mark(code.id), expert.preferred_language)
    await outbox.post(session, words, to=number, topic="", expert_id=expert.id, valid_until=code.expires_at, priority=2)
    await record(session, "code.sent", code.id, by=by, purpose=purpose)
    return code


async def waited_for(session: AsyncSession, expert_id: int, purpose: Purpose, browser: str) -> PhoneCode | None:
    """The code this browser waits for."""
    return await session.scalar(
        select(PhoneCode)
        .where(
            PhoneCode.expert_id == expert_id, PhoneCode.purpose == purpose, PhoneCode.used_at.is_(None),
            PhoneCode.browser_digest == digest(browser), PhoneCode.expires_at > clock.now(), PhoneCode.tries < TRIES,
        )
        .order_by(PhoneCode.id.desc())
        .limit(1)
    )  # fmt: skip


async def check(
    session: AsyncSession, expert_id: int, purpose: Purpose, browser: str, typed: str
) -> tuple[Checked, PhoneCode | None]:
    """Check what was typed; a wrong try is kept, which is why this is a return value and no exception."""
    waiting = await waited_for(session, expert_id, purpose, browser)
    if waiting is None:
        return Checked.OVER, None
    code = await session.scalar(
        select(PhoneCode)
        .where(PhoneCode.id == waiting.id, PhoneCode.used_at.is_(None), PhoneCode.tries < TRIES)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if code is None:
        return Checked.OVER, None
    digits = "".join(c for c in typed if c.isdigit())
    if not hmac.compare_digest(digits.encode(), sealed.code(code.id).encode()):
        code.tries += 1
        return (Checked.WRONG if code.tries < TRIES else Checked.OVER), code
    code.used_at = clock.now()
    return Checked.RIGHT, code
