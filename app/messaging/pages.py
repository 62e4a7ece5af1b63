"""The board's button that releases held texts."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayWorkAlarms
from app.core.database import locked
from app.messaging import holds
from app.messaging.models import SendingHold
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@router.post("/desk/sending/{hold_id}/release")
async def release(hold_id: int, session: Session, viewer: MayWorkAlarms) -> Response:
    """Release what is held."""
    await holds.release(session, await locked(session, SendingHold, hold_id), by=viewer.actor)
    return RedirectResponse("/desk", 303)
