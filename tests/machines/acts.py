"""What people do in the state machine, as data: hypothesis draws them, shrinks them and prints them."""

from dataclasses import dataclass
from typing import Any, Literal

import hypothesis.strategies as st
from sqlalchemy import select

from app.core.database import begin
from app.deployments.models import Deployment
from app.dispatch.models import Offer
from app.experts.models import Expert
from tests.machines.town import Town
from tests.story import Person

WORDS = ("YES", "NO", "yes in 2 hours", "who is this?", "sorry, no", "si puedo")
Code = Literal["right", "none", "wrong"]
DESK = "recommender"
EXPECTED = (200, 201, 204, 400, 403, 404, 409, 412, 422)
"""What the desk may hear: done, or a reason why not. Anything else is a mistake of the service."""


@dataclass(frozen=True)
class Act:
    """One thing that one person does. Numbers stand for the n-th of what there is at that moment."""

    async def done(self, town: Town, references: list[str]) -> None:
        """Do it."""
        raise NotImplementedError


@dataclass(frozen=True)
class Texts(Act):
    """Somebody who was asked sends a text; `times` it comes in twice."""

    offer: int
    words: str
    code: Code
    times: int

    async def done(self, town: Town, references: list[str]) -> None:
        asked = await _offers(town, references)
        if not asked:
            return
        one = asked[self.offer % len(asked)]
        person = await town.story.person(one["expert_id"])
        code = {"right": one["code"], "none": "", "wrong": "000"}[self.code]
        record = town.story.carrier.phone_texts(person.number, f"{self.words} {code}".strip())
        for _ in range(self.times):
            await town.story.carrier.hand_in(record)


@dataclass(frozen=True)
class Phones(Act):
    """The desk enters what somebody said on the phone."""

    offer: int
    answer: Literal["yes", "no", "conditional"]

    async def done(self, town: Town, references: list[str]) -> None:
        asked = await _offers(town, references)
        if asked:
            one = asked[self.offer % len(asked)]
            await _posts(town, one["reference"], f"/offers/{one['id']}/answer", {"answer": self.answer})


@dataclass(frozen=True)
class Withdraws(Act):
    """The desk takes an offer back."""

    offer: int

    async def done(self, town: Town, references: list[str]) -> None:
        asked = await _offers(town, references)
        if asked:
            one = asked[self.offer % len(asked)]
            await _posts(town, one["reference"], f"/offers/{one['id']}/withdraw")


@dataclass(frozen=True)
class CallOut(Act):
    """The desk's hand on the asking."""

    deployment: int
    verb: Literal["pause", "resume", "push", "skip"]
    which: int

    async def done(self, town: Town, references: list[str]) -> None:
        reference = references[self.deployment % len(references)]
        body: dict[str, int] = {}
        if self.verb == "push":
            body = {"seat": 1 + self.which % 3}
        elif self.verb == "skip":
            asked = [offer for offer in await _offers(town, references) if offer["reference"] == reference]
            body = {"expert_id": asked[self.which % len(asked)]["expert_id"] if asked else 1}
        await _posts(town, reference, f"/call-out/{self.verb}", body)


@dataclass(frozen=True)
class Accepts(Act):
    """The desk takes the newest roster, perhaps after putting an alternate into a seat."""

    deployment: int
    swap: int | None

    async def done(self, town: Town, references: list[str]) -> None:
        reference = references[self.deployment % len(references)]
        versions = await town.story.get(f"/deployments/{reference}/rosters", DESK)
        if not versions:
            return
        path = f"/rosters/{versions[0]['version']}"
        if self.swap is not None:
            roster = await town.story.get(f"/deployments/{reference}{path}", DESK)
            choices = [(seat["number"], each["expert_id"]) for seat in roster["seats"] for each in seat["alternates"]]
            if choices:
                seat, expert = choices[self.swap % len(choices)]
                await _posts(town, reference, f"{path}/swap", {"seat": seat, "expert_id": expert})
        await _posts(town, reference, f"{path}/accept")


@dataclass(frozen=True)
class Reopens(Act):
    """The desk looks again for a seat."""

    deployment: int
    seat: int

    async def done(self, town: Town, references: list[str]) -> None:
        await _posts(town, references[self.deployment % len(references)], f"/seats/{1 + self.seat % 3}/reopen")


@dataclass(frozen=True)
class StandsDown(Act):
    """The desk calls a deployment off."""

    deployment: int

    async def done(self, town: Town, references: list[str]) -> None:
        reference = references[self.deployment % len(references)]
        version = (await town.story.deployment(reference))["version"]
        await _posts(town, reference, "/stand-down", {"note": "called off"}, **{"If-Match": f'"{version}"'})


@dataclass(frozen=True)
class Chooses(Act):
    """The desk chooses how far the call-out goes on by itself."""

    deployment: int
    level: Literal["automatic", "alternates", "ask"]

    async def done(self, town: Town, references: list[str]) -> None:
        reference = references[self.deployment % len(references)]
        await _posts(town, reference, "/call-out/consent", {"level": self.level})


@dataclass(frozen=True)
class Wishes(Act):
    """The desk asks somebody of its own choice: anybody of the pool, or who is asked by the other team."""

    deployment: int
    seat: int
    expert: int
    is_of_other_team: bool

    async def done(self, town: Town, references: list[str]) -> None:
        reference = references[self.deployment % len(references)]
        async with begin() as session:
            people = list(await session.scalars(select(Expert.id).order_by(Expert.id)))
        if self.is_of_other_team:
            people = [one["expert_id"] for one in await _offers(town, references)] or people
        body = {"seat": 1 + self.seat % 3, "expert_id": people[self.expert % len(people)], "reason": "it must be"}
        await _posts(town, reference, "/call-out/ask", body)


async def _offers(town: Town, references: list[str]) -> list[dict[str, Any]]:
    """Every offer, in the order they were made."""
    async with begin() as session:
        rows = await session.execute(
            select(Offer.id, Offer.expert_id, Offer.code, Deployment.reference)
            .join(Deployment, Deployment.id == Offer.deployment_id)
            .order_by(Offer.id)
        )
        return [dict(row) for row in rows.mappings()]


async def _posts(town: Town, reference: str, path: str, body: Any = None, **headers: str) -> None:
    for _ in range(3):
        answer = await town.story.api(DESK, "POST", f"/deployments/{reference}{path}", body or {}, **headers)
        assert answer.status_code in EXPECTED, f"{path}: {answer.status_code} {answer.text}"
        if "Try again" not in answer.text:
            return
    raise AssertionError(f"{path}: put off three times")


async def says(town: Town, person: Person, words: str) -> None:
    """Somebody texts."""
    await town.story.carrier.hand_in(town.story.carrier.phone_texts(person.number, words))


_some = st.integers(0, 30)
texts = st.builds(
    Texts, _some, st.sampled_from(WORDS), st.sampled_from(("right", "right", "none", "wrong")), st.integers(1, 2)
)
clear = st.builds(Texts, _some, st.sampled_from(("YES", "YES", "NO")), st.just("right"), st.just(1))
desk = st.one_of(
    st.builds(Phones, _some, st.sampled_from(("yes", "yes", "no", "conditional"))),
    st.builds(Withdraws, _some),
    st.builds(CallOut, _some, st.sampled_from(("pause", "resume", "resume", "push", "push", "skip")), _some),
    st.builds(Accepts, _some, st.none() | _some),
    st.builds(Reopens, _some, _some),
    st.builds(Chooses, _some, st.sampled_from(("automatic", "alternates", "ask"))),
    st.builds(Wishes, _some, _some, _some, st.booleans()),
)
stand_down = st.builds(StandsDown, _some)
acts = st.one_of(texts, clear, desk)
