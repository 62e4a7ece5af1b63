"""EDXL-RM: what we write is as the standard says and comes back as it went; what is hostile or wrong is refused."""

from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from app.core.problems import Invalid
from app.exchange import reading
from app.exchange.structure import MSG, RM, Kind, errors_of
from app.exchange.writing import Contact, Message, Resource, written
from tests.field.conftest import alarms, on_site
from tests.journeys.conftest import story
from tests.story import Story

__all__ = ["story"]
WHEN = datetime(2026, 11, 25, 12, tzinfo=UTC)


def a_message(kind: Kind = Kind.REQUEST_RESOURCE, **fields: object) -> bytes:
    """A message as another system would send it."""
    is_first = kind in (Kind.REQUEST_RESOURCE,)
    given: dict[str, object] = {
        "kind": kind, "id": f"urn:co-eoc:{uuid4()}", "sent": WHEN, "originating_id": "urn:co-eoc:1",
        "preceding_id": "" if is_first else "urn:co-eoc:1", "incident_id": "I-1", "incident": "mass_shooting",
        "contacts": [Contact("Requester", "Ellen Marsh", "Chief", "719-555-0142", "chief@harlanridge.example")],
        "resources": [
            Resource(
                "team", kind="T2", quantity=1, keywords=["peer_briefing"], place="Harlan Ridge, CO",
                times={"RequestedArrival": WHEN, "RequestedReturnDeparture": datetime(2026, 11, 28, 12, tzinfo=UTC)},
            )
        ],
    }  # fmt: skip
    return written(Message(**(given | fields)))  # type: ignore[arg-type]


async def send(story: Story, body: bytes, who: str = "chief") -> httpx.Response:
    headers = {"Authorization": f"Bearer {story.keys[who]}", "Content-Type": "application/xml"}
    return await story.http.post("/api/v1/edxl", content=body, headers=headers)


async def save(story: Story, reference: str, kind: Kind) -> bytes:
    answer = await story.api("intake", "GET", f"/edxl/{reference}/{kind}")
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_every_message_that_we_write_is_as_the_standard_says_and_names_no_expert(story: Story) -> None:
    reference, people = await on_site(story)
    early = await story.api("intake", "GET", f"/edxl/{reference}/ReleaseResource")
    assert early.status_code == 409
    assert (await story.api("intake", "GET", f"/edxl/{reference}/RequestQuote")).status_code == 404
    assert (await story.api("chief", "GET", f"/edxl/{reference}/CommitResource")).status_code == 403
    ends = (await story.deployment(reference))["ends_at"]
    asked = {"until": f"{datetime.fromisoformat(ends):%Y-%m-}{datetime.fromisoformat(ends).day + 1:02d}", "reason": "X"}
    await story.post("recommender", f"/deployments/{reference}/extension", asked)
    for kind in (
        Kind.REQUEST_RESOURCE, Kind.RESPONSE_TO_REQUEST_RESOURCE, Kind.REQUISITION_RESOURCE, Kind.COMMIT_RESOURCE,
        Kind.REPORT_STATUS, Kind.REQUEST_EXTENDED,
    ):  # fmt: skip
        body = await save(story, reference, kind)
        assert reading.read(body).kind is kind
        assert not any(person.name.encode() in body for person in people)
    status = (await save(story, reference, Kind.REPORT_STATUS)).decode()
    assert status.count("<rm:Value>on_site</rm:Value>") == len(people)


async def test_a_request_of_another_system_is_filed_once_and_its_state_is_told(story: Story) -> None:
    body = a_message()
    first, again = await send(story, body), await send(story, body)
    assert first.status_code == again.status_code == 204
    assert first.headers["location"] == again.headers["location"]
    reference = first.headers["location"].rsplit("/", 1)[1]
    filed = await story.get(f"/requests/{reference}")
    assert (filed["incident_type"], filed["city"], filed["place_state"]) == ("mass_shooting", "Harlan Ridge", "CO")
    assert filed["service_types"] == ["peer_briefing"]
    await story.approves(reference)
    ask = a_message(Kind.REQUEST_STATUS, resources=[Resource("team", kind="T1")])
    told = await send(story, ask)
    assert told.status_code == 201
    assert reading.read(told.content).kind is Kind.REPORT_STATUS
    assert (await send(story, a_message(Kind.REQUEST_STATUS), "stranger")).status_code == 404


async def test_the_rest_is_shown_to_the_desk(story: Story) -> None:
    first = await send(story, a_message())
    reference = first.headers["location"].rsplit("/", 1)[1]
    assert (await send(story, a_message(Kind.REQUEST_EXTENDED))).status_code == 204
    assert any("RequestExtendedDeploymentDuration, until Nov 28" in says for says in await alarms(story))
    unknown = await send(story, a_message(Kind.RELEASE_RESOURCE, originating_id="urn:x:9", preceding_id="urn:x:9"))
    assert unknown.status_code == 404
    assert reference


async def test_a_request_that_lacks_what_we_must_know_says_what(story: Story) -> None:
    nowhere = await send(story, a_message(incident="earthquake"))
    assert nowhere.status_code == 422
    assert "incident_type" in nowhere.json()["errors"]
    nobody = await send(story, a_message(contacts=[Contact("Requester", "E", "", "", "")]))
    assert {"contact_phone", "contact_email"} <= nobody.json()["errors"].keys()


BOMB = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><b>&b;</b>"""
FILE = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b>&x;</b>"""
NETWORK = b"""<?xml version="1.0"?><!DOCTYPE b SYSTEM "http://127.0.0.1:1/evil.dtd"><b/>"""
PARAMETER = b"""<?xml version="1.0"?><!DOCTYPE b [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]><b/>"""


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (BOMB, "not taken"), (FILE, "not taken"), (NETWORK, "not taken"), (PARAMETER, "not taken"),
        (b"", "not XML"), (b"<a><b></a>", "not XML"), (b"\xff\xfe\x00garbage", "not XML"),
        (b'<?xml version="1.0" encoding="no-such"?><a/>', "not XML"), (b"<RequestResource/>", "not a message"),
        (b"<a>" * 5000 + b"</a>" * 5000, "too deep"), (b"<a>" + b"x" * 300_000 + b"</a>", "more than 256 kB"),
        (f'<RequestResource xmlns="{RM}"/>'.encode(), "not a message"),
    ],
)  # fmt: skip
def test_hostile_and_broken_xml_is_refused_with_a_reason(body: bytes, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        reading.read(body)
    assert says in refused.value.fields["errors"]["message"]


async def test_the_door_refuses_them_too(story: Story) -> None:
    for body in (BOMB, FILE, b"<a>" + b"x" * 300_000 + b"</a>"):
        answer = await send(story, body)
        assert answer.status_code == 422
        assert "root:" not in answer.text
    assert (await send(story, a_message(), "approver")).status_code == 403


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<MessageID>", "<MessageId>", "not expected"),
        ("RequestedArrival", "SomeDay", "none of its values"),
        ("2026-11-25T12:00:00+00:00", "yesterday", "no time with its zone"),
        ("<OriginatingMessageID>urn:co-eoc:1</OriginatingMessageID>", "", "OriginatingMessageID: is missing"),
        ("<ResourceInfoElementID>team</ResourceInfoElementID>", "", "ResourceInfoElementID: is missing"),
        (">RequestResource<", ">CommitResource<", "says another message"),
        ("<OriginatingMessageID>", "<Funding/><OriginatingMessageID>", "belongs before"),
    ],
)
def test_another_structure_is_refused_with_the_path_to_it(old: str, new: str, says: str) -> None:
    body = a_message().decode().replace(old, new)
    if old == "<MessageID>":
        body = body.replace("</MessageID>", "</MessageId>")
    with pytest.raises(Invalid) as refused:
        reading.read(body.encode())
    assert says in refused.value.fields["errors"]["message"]


def test_an_answer_must_say_what_it_answers_and_a_request_must_not() -> None:
    plain = Resource("team", kind="T2")
    answers = Resource("team", kind="T2", answer="Accept")
    assert reading.read(a_message(Kind.RESPONSE_TO_REQUEST_RESOURCE, resources=[answers]))
    with pytest.raises(Invalid):
        reading.read(a_message(Kind.RESPONSE_TO_REQUEST_RESOURCE, resources=[plain]))
    with pytest.raises(Invalid):
        reading.read(a_message(Kind.REQUEST_RESOURCE, resources=[answers]))
    with pytest.raises(Invalid):
        reading.read(a_message(Kind.RELEASE_RESOURCE, preceding_id=""))


def test_the_order_of_namespaces_is_ours_to_read() -> None:
    read = reading.read(a_message())
    assert read.root.tag == f"{{{MSG}}}RequestResource"
    assert errors_of(read.root) == []
