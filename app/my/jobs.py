"""Who is erased has no codes."""

from sqlalchemy import delete

from app.core.database import begin
from app.core.events import on
from app.my.models import PhoneCode


@on("expert.erased", name="my.erased")
async def erased(subject_id: int) -> None:
    """Delete what was sent to their phones."""
    async with begin() as session:
        await session.execute(delete(PhoneCode).where(PhoneCode.expert_id == subject_id))
