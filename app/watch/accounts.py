"""What the desk should see of accounts: somebody was given a new way to sign in."""

from sqlalchemy import select

from app.access import resets
from app.access.models import AccountReset
from app.core.database import begin
from app.core.events import on
from app.watch import alarms

KIND = "user.reset"


def _key(user_id: int) -> str:
    return f"{KIND}:{user_id}"


@on("user.reset_given", name="watch.reset_given")
async def reset_given(subject_id: int) -> None:
    """Two people can let themselves in as a third: everybody else hears of it, and somebody calls the owner."""
    async with begin() as session:
        query = select(AccountReset).where(AccountReset.user_id == subject_id, AccountReset.given_at.is_not(None))
        reset = await session.scalar(query.order_by(AccountReset.id.desc()).limit(1))
        if reset is None:
            return
        (one,) = await resets.named(session, [reset])
        both = {one.asked_by, one.given_by}
        await alarms.sound(
            session, KIND, _key(subject_id), subject_id=subject_id,
            says=f"{' and '.join(sorted(both))} gave {one.user.name} a new way to sign in.",
            action=f"Call {one.user.name} on the number you know. If they did not ask for it, have the account closed.",
        )  # fmt: skip


@on("user.reset_stopped", name="watch.reset_stopped")
async def reset_stopped(subject_id: int) -> None:
    """It was stopped before it was used: nobody has to call."""
    async with begin() as session:
        await alarms.settle_key(session, _key(subject_id))
