"""`rrt story`: one deployment from the request to the confirmed seat, on the command line."""

import asyncio
import os
import sys

from tests.story import Story


async def rrt(*words: str) -> tuple[int, str, str]:
    """Run the command with this process's settings, while the service goes on."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.cli", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env=dict(os.environ),
    )  # fmt: skip
    out, err = await child.communicate()
    return child.returncode or 0, out.decode(), err.decode()


async def test_the_story_of_a_request_is_printed_in_its_order(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    await people[0].texts("yes")
    code, out, err = await rrt("story", reference)
    assert (code, err) == (0, "")
    steps = ["sent the request", "approved the deployment", f"{people[0].name} said yes", "You have the seat"]
    places = [out.index(step) for step in steps]
    assert places == sorted(places)
    assert "delivered: RRT: Can you go to CO" in out


async def test_an_unknown_reference_is_a_sentence(story: Story) -> None:
    code, out, err = await rrt("story", "99-9999")
    assert (code, out) == (1, "")
    assert "There is no request 99-9999." in err
