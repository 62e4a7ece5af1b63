"""The map and the readiness of regions: what is drawn is what the lists say."""

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.database import begin
from app.core.places import REGIONS, STATES
from app.desk import usmap
from app.experts.models import Expert
from app.experts.pool import readiness_of
from app.experts.readiness import Readiness
from tests.story import Story
from tests.web.browser import RECOMMENDER, browser, headline

POINTS = st.lists(st.tuples(st.integers(20, 950), st.integers(20, 590)), max_size=9)


async def test_the_map_and_its_lists_tell_of_the_same_requests_and_people(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    await people[0].texts("YES")
    async with browser(story, RECOMMENDER) as page:
        answer = await page.opens("/desk/map")
        found = re.fullmatch(r"1 open request, (\d+) experts free today", headline(answer))
        assert found is not None
        assert "1 of 3 said yes" in answer.text
        rows = re.findall(r'<td class="rrt-n">(\d+)</td></tr>', answer.text)
        assert sum(map(int, rows)) == int(found[1])
        only = await page.opens("/desk/map?discipline=MH&show=experts")
        assert "rrt-halo" not in only.text
        assert int(headline(only).split()[0]) < int(found[1])


async def test_a_regions_readiness_is_the_sum_of_its_people(story: Story) -> None:
    region, states = "9", REGIONS["9"][1]
    async with begin() as session:
        theirs = list(await session.scalars(select(Expert).where(Expert.state.in_(states))))
        able = [
            expert for expert in theirs if (await readiness_of(session, expert)).readiness is not Readiness.NOT_READY
        ]
    async with browser(story, RECOMMENDER) as page:
        answer = await page.opens("/desk/experts/readiness")
        for code in ("LE", "VA", "MH", "CL"):
            cell = f'region={region}&discipline={code}"><strong>(\\d+)</strong> of (\\d+)<'
            (counted,) = re.findall(cell, answer.text)
            ready = sum(code in expert.disciplines for expert in able)
            assert counted == (str(ready), str(sum(code in expert.disciplines for expert in theirs)))
            listed = await page.opens(f"/desk/experts?region={region}&discipline={code}")
            assert headline(listed).startswith(f"{ready} of {counted[1]} experts found")


def test_every_state_and_territory_is_in_one_region() -> None:
    listed = [state for _, states in REGIONS.values() for state in states]
    assert sorted(listed) == sorted(STATES)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(POINTS)
def test_no_words_on_the_map_cover_other_words_or_a_point(points: list[tuple[int, int]]) -> None:
    found = usmap.labels(points, [120.0] * len(points))
    assert None not in usmap.labels(points[:1], [120.0] * len(points[:1])), "alone, each has its words"
    boxes = []
    for own, label in zip(points, found, strict=True):
        if label is not None:
            left = label.x if label.anchor == "start" else label.x - 120
            boxes.append((left, label.y - 15, left + 120, label.y + 22))
            covered = [(x, y) for x, y in points if left < x < left + 120 and label.y - 15 < y < label.y + 22]
            assert set(covered) <= {own}
    for number, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[1] >= 0
        assert one[2] <= usmap.WIDTH
        assert one[3] <= usmap.HEIGHT
        for other in boxes[:number]:
            assert one[0] >= other[2] or one[2] <= other[0] or one[1] >= other[3] or one[3] <= other[1]
