"""The job of comparisons: one draw, played in every way in a process beside, then the next."""

from app.core.database import begin, locked
from app.core.events import on
from app.core.jobs import defer, job
from app.foresight.beside import beside
from app.whatif import comparing
from app.whatif.models import Comparison
from app.whatif.scenarios import Draw, Scenario


@on("comparison.asked", name="whatif.begin")
async def begin_comparison(subject_id: int) -> None:
    """Play the first draw."""
    await draw(subject_id, 0)


@job(comparing.DRAW)
async def draw(comparison_id: int, number: int) -> None:
    """Read, play outside of any transaction, keep, go on. Run twice, the second keeps nothing new."""
    async with begin() as session:
        comparison = await session.get_one(Comparison, comparison_id)
        if comparison.ended_at or comparison.failed_because:
            return
        try:
            drawn = await comparing.draw_of(session, comparison, number)
        except comparing.NothingToPlay as nothing:
            await comparing.fail(session, await locked(session, Comparison, comparison_id), str(nothing))
            return
        ways = [Scenario.TODAY, *map(Scenario, comparison.scenarios)]
    found = await beside(_all_ways, drawn, ways)
    async with begin() as session:
        comparison = await locked(session, Comparison, comparison_id)
        await comparing.keep(session, comparison, number, found)
        if comparison.ended_at is None:
            await defer(
                session, comparing.DRAW, priority=comparing.PRIORITY, comparison_id=comparison_id, number=number + 1
            )


def _all_ways(drawn: Draw, ways: list[Scenario]) -> dict[Scenario, comparing.Figures]:
    from app.whatif import playing  # noqa: PLC0415 - the web knows the job, and never loads what it computes with

    return {way: playing.played(drawn, way) for way in ways}
