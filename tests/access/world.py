"""The world of the matrix test: somebody of every role, two agencies, two experts, and things that belong to them."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import Request as HttpRequest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import keys, sessions, users
from app.access.models import AccountReset, ApiKey, SignInSession, User
from app.agencies.models import Agency
from app.core.clock import clock
from app.core.database import begin, engine
from app.core.events import SYSTEM
from app.core.events import Actor as ActingUser
from app.dispatch.models import Offer
from app.drills.models import Drill
from app.experts.models import Credential
from app.messaging.models import InboundMessage, SendingHold
from app.messaging.states import InboundState
from app.privacy.models import LegalHold
from app.requests import forms, letters
from app.requests.models import Request
from app.watch import alarms, heartbeats
from app.watch.models import Alarm
from app.web.session import SAFE
from tests.access.table import EVERYBODY, EXPERT, REQUESTER
from tests.story import Story

SECRET = "Canary Kestrel"
"""In what only the desk and the asking agency may read."""


@dataclass
class Actor:
    """Somebody who knocks, with the ids of what is theirs."""

    name: str
    role: str
    """Of the table; "nobody" for those who are not signed in, or no longer."""
    headers: dict[str, str] = field(default_factory=dict)
    owns: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    """Everybody, and what there is."""

    actors: list[Actor]
    shared: dict[str, Any]
    """Ids of what the desk works on; the request is the first agency's."""
    other: dict[str, Any]
    """Ids of somebody else's things, for everybody."""

    def path(self, template: str, *sources: dict[str, Any]) -> str:
        """A path with its ids; the last source that knows one wins."""
        known = self.other | self.shared
        for source in sources:
            known |= source
        missing = set(re.findall(r"{(\w+)", template)) - known.keys()
        assert not missing, f"{template}: say in tests/access/world.py what {missing} may be"
        return template.format_map(known)


async def _somebody(session: AsyncSession, name: str, role: str, **more: Any) -> tuple[User, Actor]:
    user = await users.add(
        session, email=f"{name}@matrix.example", name=name, roles=[role], password=None, **more
    )  # fmt: skip
    secret = await sessions.open_for(session, user)
    key, _ = await keys.make(session, user.id, "matrix", days=1, by=SYSTEM)
    signed_in = (await session.scalars(select(SignInSession.id).where(SignInSession.user_id == user.id))).one()
    return user, Actor(
        name, role, {"cookie": f"{sessions.cookie_name()}={secret}"}, {"key_id": key.id, "session_id": signed_in}
    )


async def _offers(session: AsyncSession) -> list[Offer]:
    return list(await session.scalars(select(Offer).where(Offer.state == "contacting").order_by(Offer.id)))


async def build(story: Story) -> World:
    """File, decide, ask; leave a text, an alarm and a hold to be worked on."""
    reference = await story.files(summary=f"{SECRET} was on scene.", contact_name=SECRET)
    other = await story.files()
    await story.approves(reference)
    asked = await story.asks(reference)
    await asked[-1].texts("who else is going, and can my dog come?")
    async with begin() as session:
        await heartbeats.beat(session, heartbeats.AUDITOR)
        await alarms.sound(session, "matrix", key="matrix", says="A test.", action="Nothing.")
        hold = SendingHold(sender="+12025550100", reason="carrier", says="A test.", since=clock.now())
        drill = Drill(
            code="D22", state="running", disciplines=[], states=[], started_at=clock.now(), started_by="A test.",
            ends_at=clock.now() + timedelta(hours=1),
        )  # fmt: skip
        legal = LegalHold(kind="expert", subject_id=0, why="A test.", set_at=clock.now())
        legal.set_by_id = (await session.scalars(select(User.id).limit(1))).one()
        session.add_all([hold, drill, legal])
        await session.flush()
        agency_id = await session.scalar(select(Request.agency_id).where(Request.reference == reference))
        assert agency_id is not None
        offers = await _offers(session)
        actors, people = await _everybody(session, agency_id, offers)
        inbound = await session.scalars(
            select(InboundMessage.id).where(InboundMessage.state == InboundState.NEEDS_PERSON)
        )
        alarm_id = await session.scalar(select(Alarm.id).where(Alarm.key == "matrix"))
        shared = {
            "reference": reference, "other": other, "offer_id": offers[0].id, "number": 1, "version": 1,
            "alarm_id": alarm_id, "hold_id": hold.id, "inbound_id": inbound.first(), "agency_id": agency_id,
            "expert_id": offers[0].expert_id, "expert": offers[0].expert_id,
            "follow_up_id": 0, "override_id": 0, "incident_file_id": 0, "comparison_id": 0,
            "kind": "RequestResource", "task_id": 0,
            "slug": "help", "drill_id": drill.id, "legal_hold_id": legal.id,
            "credential_id": await _credential(session, offers[0].expert_id), "user_id": people["nobody's"].id,
            "reset_id": await _reset(session, people),
            "letter_id": await _letter(session, reference, people["requester"]),
        }  # fmt: skip
        others = people["nobody's"].id
        key_id = await session.scalar(select(ApiKey.id).where(ApiKey.user_id == others))
        session_id = await session.scalar(select(SignInSession.id).where(SignInSession.user_id == others))
        for actor in actors:
            if actor.role == REQUESTER:
                actor.owns["draft_id"] = await _form(session, people[actor.name])
        chief = (await session.scalars(select(User).where(User.email == "chief@harlanridge.example"))).one()
        other_form = await _form(session, chief)
    return World(
        actors,
        shared,
        {
            "key_id": key_id,
            "session_id": session_id,
            "factor_id": 1,
            "assignment_id": 1,
            "paper_id": 1,
            "user_id": others,
            "offer_id": offers[1].id,
            "draft_id": other_form,
            "token": "made-up-" + "x" * 24,
        },
    )


async def _credential(session: AsyncSession, expert_id: int) -> int:
    query = select(Credential.id).where(Credential.expert_id == expert_id).order_by(Credential.id).limit(1)
    return (await session.scalars(query)).one()


async def _reset(session: AsyncSession, people: dict[str, User]) -> int:
    """Somebody has lost their password, and waits for an administrator to give them a code."""
    reset = AccountReset(
        user_id=people["nobody's"].id, asked_at=clock.now(), asked_by_id=people["requester"].id, reason="A test.",
        lost_password=True, lost_factor=False,
    )  # fmt: skip
    session.add(reset)
    await session.flush()
    return reset.id


async def _letter(session: AsyncSession, reference: str, user: User) -> int:
    request = (await session.scalars(select(Request).where(Request.reference == reference))).one()
    kept = await letters.add(session, request, "l.pdf", b"%PDF-1.7", by=ActingUser("user", user.id, user.name))
    await session.flush()
    return kept.id


async def _form(session: AsyncSession, user: User) -> int:
    agency = await session.get_one(Agency, user.agency_id)
    return (await forms.start(session, agency, by=ActingUser("user", user.id, user.name))).id


async def _everybody(session: AsyncSession, agency_id: int, offers: list[Offer]) -> tuple[list[Actor], dict[str, User]]:
    made: dict[str, tuple[User, Actor]] = {}
    for role in sorted(EVERYBODY - {REQUESTER, EXPERT}):
        made[role] = await _somebody(session, role, role)
    made["requester"] = await _somebody(session, "requester", REQUESTER, agency_id=agency_id)
    made["stranger"] = await _somebody(session, "stranger", REQUESTER, agency_id=agency_id + 1)
    made["expert"] = await _somebody(session, "expert", EXPERT, expert_id=offers[0].expert_id)
    made["closed"] = await _somebody(session, "closed", "recommender")
    made["nobody's"] = await _somebody(session, "nobodys", "scheduler")
    made["expert"][1].owns["offer_id"] = offers[0].id
    made["closed"][0].is_active = False
    made["closed"][1].role = "nobody"
    await session.flush()
    actors = [actor for name, (_, actor) in made.items() if name != "nobody's"]
    actors.append(Actor("nobody", "nobody"))
    actors.append(Actor("forger", "nobody", {"authorization": "Bearer rrt_" + "x" * 43}))
    return actors, {name: user for name, (user, _) in made.items()}


async def undone(request: HttpRequest) -> AsyncIterator[AsyncSession]:
    """Instead of a request's transaction one that is undone at its end: every call finds the same world."""
    async with AsyncSession(engine(), expire_on_commit=False) as session:
        if request.method in SAFE:
            await session.execute(text("set transaction read only"))
        yield session
        await session.flush()
        await session.execute(text("set constraints all immediate"))
        await session.rollback()
