"""Pages of what-if: ask for a comparison, watch it, read it side by side."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import MayManageExperts, MayReadExperts, Viewer
from app.core.clock import clock
from app.core.problems import Invalid
from app.trials import measures, words
from app.web.render import render
from app.web.session import Session
from app.whatif import comparing, showing
from app.whatif.scenarios import ASKABLE, SAYS, TITLES

router = APIRouter(prefix="/desk/foresight/what-if", include_in_schema=False)
Short = Annotated[str, Form(max_length=12)]


def _given(**given: object) -> dict[str, object]:
    return {
        "scenarios": [one.value for one in ASKABLE], "draws": comparing.DRAWS, "days": comparing.DAYS,
        "floor_percent": comparing.FLOOR_PERCENT, "seed": comparing.SEED,
    } | given  # fmt: skip


async def _all(
    request: Request, session: Session, viewer: Viewer, given: dict[str, object], errors: dict[str, str]
) -> Response:
    found = await comparing.latest(session)
    made = sum(one.ended_at is not None and one.failed_because is None for one in found)
    running = sum(one.ended_at is None and one.failed_because is None for one in found)
    return render(
        request, "whatif/list.html", 422 if errors else 200, comparisons=found, given=given, errors=errors,
        headline=showing.headline_of_all(made, running), may_run=viewer.may(Permission.MANAGE_EXPERTS),
        choices=[(one.value, TITLES[one], SAYS[one]) for one in ASKABLE], titles=TITLES,
        most=(comparing.MOST_DRAWS, comparing.MOST_DAYS, comparing.MOST_FLOOR),
    )  # fmt: skip


@router.get("")
async def comparisons(request: Request, session: Session, viewer: MayReadExperts) -> Response:
    """The comparisons so far, and the form for another."""
    return await _all(request, session, viewer, _given(), {})


def _whole(text: str) -> int:
    return int(text) if text.strip().isascii() and text.strip().isdigit() else -1


@router.post("")
async def compare(  # noqa: PLR0917 - the form's fields
    request: Request,
    session: Session,
    viewer: MayManageExperts,
    scenarios: Annotated[list[str] | None, Form()] = None,
    draws: Short = "",
    days: Short = "",
    floor_percent: Short = "",
    seed: Short = "",
) -> Response:
    """Ask for a comparison; what is wrong is said beside its field, and what was chosen stays."""
    given = _given(scenarios=scenarios or [], draws=draws, days=days, floor_percent=floor_percent, seed=seed)
    asked = comparing.Asked(scenarios or [], _whole(draws), _whole(days), _whole(floor_percent), _whole(seed))
    try:
        async with session.begin_nested():
            made = await comparing.ask(session, asked, by=viewer.actor)
    except Invalid as problem:
        return await _all(request, session, viewer, given, problem.fields["errors"])
    return RedirectResponse(f"/desk/foresight/what-if/{made.id}", 303)


@router.get("/{comparison_id}")
async def one_comparison(
    comparison_id: int, request: Request, session: Session, viewer: MayReadExperts, part: str = ""
) -> Response:
    """One comparison; `?part=live` is the part that changes live."""
    told = await comparing.told(session, await comparing.find(session, comparison_id))
    shown: dict[str, Any] = {
        "told": told, "comparison": told.comparison, "headline": showing.headline(told), "titles": TITLES,
        "says": SAYS, "rows": showing.rows(told), "charts": showing.charts(told), "measures": measures.MEASURES,
        "said": words.said, "left": showing.left(told, clock.now()),
    }  # fmt: skip
    return render(request, "whatif/one_part.html" if part == "live" else "whatif/one.html", part=part, **shown)
