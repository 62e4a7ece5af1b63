"""HTTP API: EDXL-RM messages out and in. XML on both sides; nothing is fetched, nothing half understood is taken."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from app.access.policy import Permission
from app.access.viewer import MayFile, MayReadDeployments
from app.core.problems import Invalid
from app.exchange import reading, sending, taking
from app.exchange.models import ExchangeMessage
from app.exchange.structure import Kind
from app.requests import queries
from app.requests.api import asking_agency
from app.web.render import render
from app.web.session import Session

api = APIRouter(prefix="/api/v1/edxl", tags=["exchange"])
pages = APIRouter(include_in_schema=False)
XML = "application/xml"
AgencyId = Annotated[int | None, Query(ge=1, le=2**53, description="Only for the desk: which agency asks")]


def _xml(body: bytes, status: int = 200, name: str = "") -> Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}.xml"'
    return Response(body, status, media_type=XML, headers=headers)


@api.get("/{reference}/{kind}", response_class=Response, responses={200: {"content": {XML: {}}}, 409: {}})
async def export(reference: str, kind: Kind, session: Session, viewer: MayReadDeployments) -> Response:
    """A request or its deployment as one message. 409 while there is nothing that it could say."""
    found = await queries.find(session, viewer, reference)
    body = sending.message(kind, await sending.standing(session, found))
    return _xml(body, name=f"{reference}-{kind}")


@api.post("", status_code=201, response_class=Response, responses={201: {"content": {XML: {}}}, 204: {}})
async def take(request: Request, session: Session, viewer: MayFile, agency_id: AgencyId = None) -> Response:
    """Take a message: RequestResource files a request, RequestResourceDeploymentStatus is answered, the rest is the
    desk's to see. Sent twice, it does nothing more; 204 where there is no answer to send."""
    body = await _body(request)
    read = reading.read(body)
    is_new = read.kind is Kind.REQUEST_RESOURCE
    agency = await asking_agency(session, viewer, agency_id) if is_new else None
    taken = await taking.take(session, agency, read, body, viewer)
    where = {"Location": f"/api/v1/requests/{taken.reference}"}
    if taken.answer is None:
        return Response(status_code=204, headers=where)
    return _xml(taken.answer, 201)


async def _body(request: Request) -> bytes:
    """The body, and no more of it than a message may have."""
    whole = b""
    async for part in request.stream():
        whole += part
        if len(whole) > reading.LONGEST:
            raise Invalid(errors={"message": f"The message has more than {reading.LONGEST // 1024} kB."})
    return whole


@pages.get("/desk/requests/{reference}/exchange")
async def messages(reference: str, request: Request, session: Session, viewer: MayReadDeployments) -> Response:
    """Messages of this request: those that can be saved now, and those that came."""
    found = await queries.find(session, viewer, reference)
    now = await sending.standing(session, found)
    ready = []
    for kind in sending.SENT:
        try:
            sending.message(kind, now)
        except sending.NotYet:
            continue
        ready.append(kind)
    query = select(ExchangeMessage).where(ExchangeMessage.request_id == found.id)
    came = (await session.scalars(query.order_by(ExchangeMessage.id.desc()))).all()
    return render(
        request, "exchange/messages.html", asked=found, ready=ready, came=came, later=set(sending.SENT) - set(ready),
        may_save=viewer.may(Permission.READ_DEPLOYMENTS),
    )  # fmt: skip


router = APIRouter()
router.include_router(api)
router.include_router(pages)
