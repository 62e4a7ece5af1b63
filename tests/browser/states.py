"""Every page there is: its address, who opens it, and the state of the service that it needs."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import psycopg

from app.core.settings import get_settings
from app.messaging import sealed
from app.seed.filling import DEMO_PASSWORD
from tests.browser.house import ORDER, House, wait_for

DESK = ("intake", "recommender", "approver")
PAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "start": ("/sign-in", ("nobody",)),
    "reset": ("/sign-in/reset", ("nobody",)),
    "board": ("/desk", DESK),
    "call": ("/desk/new", ("intake",)),
    "request-new": ("/desk/requests/{new}", ("intake",)),
    "request-recommended": ("/desk/requests/{recommended}", ("approver",)),
    "request-proposed": ("/desk/requests/{proposed}", ("recommender",)),
    "request-asked": ("/desk/requests/{asked}", ("recommender",)),
    "seat": ("/desk/requests/{proposed}/seats/1", ("recommender",)),
    "ask": ("/desk/requests/{asked}/seats/1/ask?find=an", ("recommender",)),
    "versions": ("/desk/requests/{proposed}/versions", ("recommender", "approver")),
    "answers": ("/desk/requests/{asked}/answers", ("recommender",)),
    "roster-paper": ("/desk/requests/{ordered}/print", ("recommender",)),
    "road-unordered": ("/desk/requests/{confirmed}/road", ("recommender",)),
    "road": ("/desk/requests/{ordered}/road", ("recommender", "approver")),
    "stay": ("/desk/requests/{ordered}/stay", ("recommender", "approver")),
    "stay-none": ("/desk/requests/{confirmed}/stay", ("recommender",)),
    "overrides": ("/desk/requests/{ordered}/overrides", ("approver", "recommender")),
    "exchange": ("/desk/requests/{ordered}/exchange", ("recommender",)),
    "surveys": ("/desk/requests/{ordered}/surveys", ("recommender",)),
    "calendar": ("/calendar", ("leader", "recommender")),
    "expenses": ("/desk/requests/{ordered}/road/expenses/{member}", ("recommender",)),
    "order-paper": ("/desk/requests/{ordered}/road/order", ("recommender",)),
    "replies": ("/desk/replies", ("recommender",)),
    "timeline": ("/desk/timeline", DESK),
    "map": ("/desk/map", DESK),
    "readiness": ("/desk/experts/readiness", DESK),
    "foresight": ("/desk/foresight", ("intake", "admin")),
    "foresight-demand": ("/desk/foresight/demand", ("intake", "admin")),
    "foresight-recruiting": ("/desk/foresight/recruiting", ("intake", "admin")),
    "what-if": ("/desk/foresight/what-if", ("admin", "intake")),
    "what-if-one": ("/desk/foresight/what-if/{comparison}", ("admin", "intake")),
    "experts": ("/desk/experts", (*DESK, "admin")),
    "expert-file": ("/desk/experts/{leader}", (*DESK, "admin")),
    "expert-new": ("/desk/experts/new", ("admin",)),
    "expert-data": ("/desk/experts/{leader}/data", ("admin",)),
    "expert-edit": ("/desk/experts/{leader}/edit", ("admin",)),
    "figures": ("/desk/figures", (*DESK, "auditor")),
    "figure": ("/desk/figures/received", (*DESK, "auditor")),
    "handover": ("/desk/handover", DESK),
    "people": ("/desk/people", ("admin",)),
    "status": ("/desk/status", DESK),
    "drills": ("/desk/drills", DESK),
    "drill": ("/desk/drills/{drill}", DESK),
    "papers": ("/desk/papers", ("admin",)),
    "lessons": ("/desk/lessons", DESK),
    "lessons-none": ("/desk/lessons?q=nobody-wrote-this", DESK),
    "kept": ("/desk/kept", ("auditor", "admin")),
    "texts-tried": ("/desk/settings?phone=202-555-0199&site=assistance.rrt.example.gov", DESK),
    "settings": ("/desk/settings", DESK),
    "settings-changed": ("/desk/settings", ("admin",)),
    "after": ("/desk/requests/{ordered}/after", DESK),
    "after-released": ("/desk/requests/{released}/after", DESK),
    "surveys-released": ("/desk/requests/{released}/surveys", ("recommender",)),
    "road-released": ("/desk/requests/{released}/road", ("recommender", "approver")),
    "survey-expert": ("{survey_expert}", ("nobody",)),
    "survey-agency": ("{survey_agency}", ("nobody",)),
    "survey-early": ("{survey_early}", ("nobody",)),
    "account": ("/account", (*DESK, "chief", "expert")),
    "audit": ("/desk/audit", ("auditor", "admin")),
    "wellness": ("/wellness", ("wellness",)),
    "agency": ("/agency", ("chief",)),
    "agency-start": ("/request", ("nobody", "chief")),
    "agency-what": ("/request/{form}/what", ("chief",)),
    "agency-where": ("/request/{form}/where", ("chief",)),
    "agency-help": ("/request/{form}/help", ("chief",)),
    "agency-reach": ("/request/{form}/reach", ("chief",)),
    "agency-check": ("/request/{form}/check", ("chief",)),
    "agency-more": ("/request/{form}/incident", ("chief",)),
    "agency-status": ("/agency/requests/{asked}", ("chief",)),
    "agency-confirmed": ("/agency/requests/{ordered}", ("chief",)),
    "agency-tell": ("/agency/requests/{new}/tell/reach", ("chief",)),
    "agency-sign": ("/agency/requests/{new}/sign", ("chief",)),
    "agency-letters": ("/agency/requests/{new}/letters", ("chief",)),
    "agency-rate": ("/agency/requests/{released}/rate", ("chief",)),
    "agency-rate-early": ("/agency/requests/{ordered}/rate", ("chief",)),
    "agency-released": ("/agency/requests/{released}", ("chief",)),
    "expert": ("/my", ("expert",)),
    "expert-leads": ("/my", ("leader",)),
    "expert-days": ("/my/days", ("expert",)),
    "expert-trips": ("/my/trips", ("leader",)),
    "expert-care": ("/my/care", ("expert",)),
    "expert-record": ("/my/record", ("expert",)),
    "expert-order": ("/my/teams/{ordered}/order", ("leader",)),
    "expert-team": ("/my/teams/{ordered}", ("leader",)),
    "expert-hours": ("/my/teams/{ordered}/hours/{member}", ("leader",)),
    "expert-expenses": ("/my/teams/{ordered}/expenses", ("leader",)),
    "expert-after": ("/my/teams/{ordered}/after", ("leader",)),
    "link": ("{link}", ("nobody",)),
    "link-ended": ("/x/" + "0" * 27, ("nobody",)),
    "not-allowed": ("/desk", ("chief",)),
    "not-there": ("/desk/requests/99-9999", ("recommender",)),
}
"""Name to its address and to who opens it."""
REFUSED = {"not-allowed": 403, "not-there": 404, "link-ended": 404, "survey-early": 410}
LINK = re.compile(r"(/x/[0-9A-Za-z]{27})\b")
STAGES = ("new", "recommended", "proposed", "asked", "confirmed", "ordered", "released")
LESSON = {
    "summary": "Helped both shifts and the families.", "went_well": "One car for all.", "to_improve": "Badges late.",
    "lessons": "Ask for badges before travel.", "version": "1", "verb": "save",
}  # fmt: skip


def make(house: House, filed: Mapping[str, str] | None = None) -> dict[str, str]:
    """One request in every stage, a text that nobody could read, a team on the road, and a drill.

    Args:
        house: the service.
        filed: stage to the request that shall be brought there, where it is filed already; the chief's pages open only
            those of the chief.

    Returns:
        What stands in the braces of the addresses.
    """
    _foresees(house)
    compared = house.parts["admin"].post("/what-if", {"scenarios": ["longer_rest"], "draws": 2, "days": 7})
    made = {stage: (filed or {}).get(stage) or house.files() for stage in STAGES}
    house.recommends(made["recommended"])
    house.proposes(made["proposed"])
    offers = house.asks(made["asked"])
    first, last = offers[0], offers[-1]
    house.texts(first["expert_name"], "who else is going, and can my dog come?")
    house.confirms(made["confirmed"])
    team = house.confirms(made["ordered"])
    house.parts["recommender"].post(f"/deployments/{made['ordered']}/order", ORDER)
    leader, member = team[0]["expert_id"], team[1]["expert_id"]
    for expert_id in (leader, member):
        house.parts["recommender"].post(f"/deployments/{made['ordered']}/members/{expert_id}/acknowledge")
    _stays_longer(house, made["ordered"], leader)
    house.employs("leader", "expert", expert_id=leader)
    house.employs("auditor", "auditor")
    house.employs("wellness", "wellness_lead")
    house.releases(made["released"])
    _writes_a_lesson(house, made["released"])
    drill = house.parts["recommender"].post("/drills", {"states": ["TX", "CO"]})
    wait_for(lambda: house.parts["recommender"].get("/inbox"))
    link = wait_for(lambda: link_of(house, last))
    wait_for(lambda: _foreseen(house), within_s=120)
    wait_for(lambda: house.parts["intake"].get(f"/what-if/{compared['id']}")["results"], within_s=120)
    ids = {"leader": str(leader), "member": str(member), "drill": str(drill["id"]), "comparison": str(compared["id"])}
    return made | ids | _surveys() | {"link": link, "form": str(_form(house))}


def _foresees(house: House) -> None:
    """Past incidents are loaded, readiness and whom to recruit are asked for; they are worked out meanwhile."""
    kinds = ("officer_involved_shooting", "mass_violence")
    rows = [
        f"2025-{1 + n % 12:02d}-{1 + n % 28:02d},{kinds[n % 9 == 0]},Agency {n},Town,{state},{place},1,0"
        for n, (state, place) in enumerate([("CO", "39.7,-105.0"), ("TX", "29.8,-95.4"), ("AK", "61.2,-149.9")] * 20)
    ]
    content = "\n".join(("date,kind,agency,city,state,latitude,longitude,killed,injured", *rows, "")).encode()
    house.parts["admin"].send("/foresight/incidents", "past.csv", content)
    house.parts["admin"].post("/foresight/readiness")
    house.parts["admin"].post("/foresight/recruiting", {"count": 3})


def _foreseen(house: House) -> bool:
    desk = house.parts["intake"]
    return bool(desk.get("/foresight/readiness") and desk.get("/foresight/recruiting"))


def _stays_longer(house: House, reference: str, expert_id: int) -> None:
    """The team is asked to stay a day more, and a cap of its leader is asked to be set aside."""
    desk = house.parts["recommender"]
    ends = datetime.fromisoformat(house.parts["intake"].get(f"/deployments/{reference}")["ends_at"])
    asked = {"until": (ends + timedelta(days=1)).date().isoformat(), "reason": "Two more funerals."}
    desk.post(f"/deployments/{reference}/extension", asked)
    wanted = {"expert_id": expert_id, "cap": "exposure", "reason": "She knows the families."}
    desk.post(f"/deployments/{reference}/overrides", wanted)


def link_of(house: House, offer: dict[str, Any]) -> str | None:
    """The path of the link in the text of an offer, where that has room for one."""
    asked = f"YES {offer['code']} "
    return next((found[1] for text in house.sent() if asked in text and (found := LINK.search(text))), None)


def _surveys() -> dict[str, str]:
    """Links of surveys as their texts say them: one to an expert and one to the agency, whose day has come, and one
    whose day has not. The house's clock goes as fast as ours, so the days are brought forward by hand."""
    with psycopg.connect(get_settings().libpq_url, autocommit=True) as database:
        # They are planned when a team is released, by a job: on a house that has much to do that may not be yet.
        agency, early, *_ = wait_for(lambda: _planned(database, "agency", at_least=2))
        expert, *_ = wait_for(lambda: _planned(database, "expert", at_least=1))
        database.execute(
            "update surveys set due_at = due_at - interval '8 days' where id = any(%s)", [[agency, expert]]
        )
    links = {"survey_expert": expert, "survey_agency": agency, "survey_early": early}
    return {name: f"/s/{sealed.survey_token(survey)}" for name, survey in links.items()}


def _planned(database: psycopg.Connection, audience: str, at_least: int) -> list[int] | None:
    rows = database.execute("select id from surveys where audience = %s order by id", [audience]).fetchall()
    return [survey for (survey,) in rows] if len(rows) >= at_least else None


def _writes_a_lesson(house: House, reference: str) -> None:
    with _signed_in(house, "recommend@desk.example") as page:
        page.post(f"/desk/requests/{reference}/after", data=LESSON).raise_for_status()


@contextmanager
def _signed_in(house: House, email: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.base, follow_redirects=True, timeout=30) as page:
        page.post("/sign-in", data={"email": email, "password": DEMO_PASSWORD}).raise_for_status()
        yield page


def _form(house: House) -> int:
    """A form that the chief has begun."""
    with _signed_in(house, "chief@harlanridge.example") as page:
        begun = page.post("/request").url.path.split("/")[2]
        page.post(f"/request/{begun}/what", data={"incident_type": "mass_shooting"})
    return int(begun)
