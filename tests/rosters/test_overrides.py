"""The exposure cap is a hard rule that two people, and no one alone, set aside for one person and one team."""

from typing import Any

from app.core.clock import clock
from app.core.database import begin
from app.experts.models import Exposure
from tests.journeys.conftest import story
from tests.story import Story
from tests.web.browser import APPROVER, RECOMMENDER, browser, headline

__all__ = ["story"]


async def _carries(expert_id: int, points: float) -> None:
    """What earlier deployments have left in somebody's ledger."""
    async with begin() as session:
        session.add(
            Exposure(
                expert_id=expert_id, assignment_id=900_000 + expert_id, at=clock.now(), points=points, facts={},
                policy_version=1,
            )
        )  # fmt: skip


async def _newest(story: Story, reference: str) -> dict[str, Any]:
    versions = await story.get(f"/deployments/{reference}/rosters")
    found: dict[str, Any] = await story.get(f"/deployments/{reference}/rosters/{versions[0]['version']}")
    return found


async def _rules(story: Story, reference: str, expert_id: int) -> list[str]:
    version = (await _newest(story, reference))["version"]
    path = f"/deployments/{reference}/rosters/{version}/why-not?seat=1&expert_id={expert_id}"
    return [rule["code"] for rule in (await story.get(path, who="recommender"))["broken"]]


async def _composes_again(story: Story, reference: str) -> None:
    roster = await _newest(story, reference)
    other = roster["seats"][-1]["alternates"][-1]["expert_id"]
    given = {"version": roster["version"], "expert_id": other}
    await story.post("recommender", f"/deployments/{reference}/wishes/exclude", given)
    await story.settle()


async def test_two_people_send_somebody_in_spite_of_the_exposure_cap_and_one_does_not(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    who = (await _newest(story, reference))["seats"][0]["choice"]["expert_id"]
    await _carries(who, 150)
    await _composes_again(story, reference)
    assert (await _newest(story, reference))["seats"][0]["choice"]["expert_id"] != who
    assert await _rules(story, reference, who) == ["exposure"]
    page = f"/desk/requests/{reference}/overrides"
    async with browser(story, RECOMMENDER) as desk:
        assert headline(await desk.opens(page)) == "Every cap stands"
        nobody = await desk.sends(page, expert_id="", reason="The only one who speaks Hmong.")
        assert nobody.status_code == 422
        assert "The only one who speaks Hmong." in nobody.text
        asked = await desk.sends(page, expert_id=str(who), reason="The only one who speaks Hmong.")
        assert headline(asked) == "1 waits for a second person"
    assert await _rules(story, reference, who) == ["exposure"]
    (one,) = await story.get(f"/deployments/{reference}/overrides")
    alone = await story.api(
        "recommender", "POST", f"/deployments/{reference}/overrides/{one['id']}/grant", {"reason": "Me again."}
    )
    assert alone.status_code == 409
    async with browser(story, APPROVER) as desk:
        granted = await desk.sends(f"{page}/{one['id']}", verb="grant", reason="With two days off first.")
        assert headline(granted) == "1 cap is set aside"
    before = (await _newest(story, reference))["version"]
    await story.settle()
    assert "exposure" not in await _rules(story, reference, who)
    assert (await _newest(story, reference))["version"] == before + 1  # composed again once, not twice


async def test_a_refused_override_leaves_the_cap_and_may_be_asked_again(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    who = (await _newest(story, reference))["seats"][0]["choice"]["expert_id"]
    path = f"/deployments/{reference}/overrides"
    wanted = {"expert_id": who, "cap": "exposure", "reason": "Please."}
    (one,) = await story.post("recommender", path, wanted)
    assert len(await story.post("recommender", path, wanted)) == 1
    await story.post("approver", f"{path}/{one['id']}/refuse", {"reason": "There are others."})
    late = await story.api("approver", "POST", f"{path}/{one['id']}/grant", {"reason": "After all."})
    assert late.status_code == 409
    assert len(await story.post("recommender", path, wanted)) == 2
    assert (await story.api("recommender", "POST", path, wanted | {"reason": ""})).status_code == 422
    assert (await story.api("recommender", "POST", path, wanted | {"expert_id": 10**9})).status_code == 404
    assert (await story.api("intake", "POST", path, wanted)).status_code == 403
