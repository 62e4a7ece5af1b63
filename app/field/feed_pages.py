"""The page on which people get a calendar link of their own, and the calendar behind it."""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import Response

from app.access import viewed
from app.access.policy import Permission
from app.access.viewer import Anyone, MayOwnSessions, Viewer
from app.core.problems import Forbidden
from app.field import feeds
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
DAY_S = 86_400.0
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
SEES = (Permission.READ_DEPLOYMENTS, Permission.READ_OWN_OFFERS)


async def _page(request: Request, session: Session, viewer: Viewer, address: str = "") -> Response:
    if not any(viewer.may(one) for one in SEES):
        raise Forbidden
    is_desk = viewer.may(Permission.READ_DEPLOYMENTS)
    return render(
        request, "field/feed.html", feed=await feeds.standing(session, viewer.id), address=address, is_desk=is_desk
    )


@router.get("/calendar")
async def page(request: Request, session: Session, viewer: MayOwnSessions) -> Response:
    """Whether I have a calendar link, and how to get or end it."""
    return await _page(request, session, viewer)


@router.post("/calendar")
async def change(
    request: Request, session: Session, viewer: MayOwnSessions, verb: Annotated[str, Form()] = "make"
) -> Response:
    """Make a link, shown this once, or end it."""
    if not any(viewer.may(one) for one in SEES):
        raise Forbidden
    if verb == "end":
        await feeds.end(session, viewer.id, by=viewer.actor)
        return await _page(request, session, viewer)
    return await _page(request, session, viewer, await feeds.make(session, viewer.id, by=viewer.actor))


@router.get("/cal/{token}.ics", dependencies=[Anyone])
async def feed(token: Annotated[str, Path(max_length=200)], session: Session) -> Response:
    """What the owner of a link may see today, as a calendar. Once a day the log says that it is read."""
    link, owner = await feeds.opened(session, token)
    calendar = await feeds.read(session, owner)
    await viewed.keep(owner.id, owner.actor, "feed.viewed", str(link.id), DAY_S)
    return Response(calendar, media_type="text/calendar; charset=utf-8", headers=HEADERS)
