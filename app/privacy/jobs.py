"""Once a day what was kept long enough goes."""

from datetime import timedelta

from app.core.jobs import every
from app.privacy import purging


@every(timedelta(days=1), name="privacy.purge")
async def purge() -> None:
    """Every rule of the schedule."""
    await purging.purge()
