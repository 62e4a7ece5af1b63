"""How the answers came in, and the roster on paper."""

import re
from datetime import timedelta

from tests.story import Story
from tests.web.browser import RECOMMENDER, browser, headline


async def test_the_curve_ends_where_the_table_counts(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    async with browser(story, RECOMMENDER) as page:
        first = await page.opens(f"/desk/requests/{reference}/answers")
        assert headline(first) == "Nobody has been asked yet for Harlan Ridge, CO"
        people = await story.asks(reference)
        await story.passes(timedelta(minutes=3))
        await people[0].texts("YES")
        await story.passes(timedelta(minutes=4))
        await people[1].texts("NO, my daughter gets married")
        answer = await page.opens(f"/desk/requests/{reference}/answers")
        assert headline(answer) == "1 of 3 needed said yes for Harlan Ridge, CO"
        assert "my daughter gets married" in answer.text
        assert re.findall(r"(Asked|Delivered|Answered|Said yes): (\d+)<", answer.text)[-2:] == [
            ("Answered", "2"), ("Said yes", "1"),
        ]  # fmt: skip
        assert "after 3 min" in answer.text
        paths = dict(re.findall(r'<path d="(.*?)" class="rrt-curve rrt-curve-(\w+)"', answer.text))
        steps = {name: path.count("V") for path, name in paths.items()}
        assert steps["answered"] == 2
        assert steps["yes"] == 1
        assert steps["asked"] >= 3
        assert f"/desk/requests/{reference}/answers" in (await page.opens(f"/desk/requests/{reference}")).text
        paper = await page.opens(f"/desk/requests/{reference}/print")
        assert headline(paper) == f"Roster {reference}: 1 of 3 seats filled for Harlan Ridge, CO"
        assert people[0].name in paper.text
        assert "(719) 555-0142" in paper.text
