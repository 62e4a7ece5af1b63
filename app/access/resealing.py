"""Secrets of authenticator apps are sealed anew after the secret key was changed, while everything runs."""

from dataclasses import dataclass, field

from sqlalchemy import select

from app.access import vault
from app.access.models import Factor
from app.core.database import begin

BATCH = 500
WHAT = "factors.secret"
"""As the commands name it, beside the sealed columns."""


@dataclass(slots=True)
class Look:
    """What the present secret key has sealed, what the one before, and the rows that neither opens."""

    newest: int = 0
    older: int = 0
    unopened: list[int] = field(default_factory=list)


def _sees(kept: str, factor_id: int, found: Look) -> None:
    try:
        vault.unseal(kept)
    except vault.Unsealable:
        found.unopened.append(factor_id)
    else:
        found.newest, found.older = found.newest + vault.is_newest(kept), found.older + (not vault.is_newest(kept))


async def look() -> Look:
    """Open the secret of every authenticator app."""
    found = Look()
    async with begin(only_reads=True) as session:
        query = select(Factor.id, Factor.secret).where(Factor.secret.is_not(None)).order_by(Factor.id)
        for factor_id, kept in await session.execute(query):
            _sees(kept or "", factor_id, found)
    return found


async def rotate() -> int:
    """Seal anew what the secret key before has sealed, in small transactions; how many that were.

    Raises:
        Unsealable: neither key opens one; whose it is must set up the app again.
    """
    changed, last = 0, 0
    while True:
        async with begin() as session:
            query = select(Factor).where(Factor.id > last, Factor.secret.is_not(None)).order_by(Factor.id)
            factors = (await session.scalars(query.limit(BATCH).with_for_update())).all()
            for factor in factors:
                if not vault.is_newest(factor.secret or ""):
                    factor.secret = vault.seal(vault.unseal(factor.secret or ""))
                    changed += 1
        if len(factors) < BATCH:
            return changed
        last = factors[-1].id
