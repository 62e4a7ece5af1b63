"""What a replay came to, read from the database."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import median, quantiles

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from app.core.database import begin
from app.deployments.models import Deployment, Position
from app.deployments.states import PositionState
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.messaging.models import InboundMessage, Message
from app.requests.models import Request


@dataclass(frozen=True, slots=True)
class Figures:
    """The replay in numbers."""

    requests: int
    teams: int
    confirmed: int
    positions: int
    filled: int
    unfillable: int
    times_to_full: tuple[timedelta, ...]
    """From filing to the full team, on the simulated clock."""
    offers: int
    accepted: int
    states: dict[str, int]
    late_replies: int
    not_understood: int
    texts_out: int
    texts_in: int


async def gather() -> Figures:
    """Count."""
    async with begin() as session:

        async def count(what: object, *where: object) -> int:
            return await session.scalar(select(func.count()).select_from(what).where(*where)) or 0  # type: ignore[arg-type]

        full = await session.execute(
            select(Deployment.staffed_at, Request.filed_at)
            .join(Request, Request.id == Deployment.request_id)
            .where(Deployment.staffed_at.is_not(None))
        )
        times = tuple(sorted(staffed - filed for staffed, filed in full if staffed and filed))
        rows = await session.execute(select(Offer.state, func.count()).group_by(Offer.state))
        states = {str(state): number for state, number in rows}
        return Figures(
            requests=await count(Request),
            teams=await count(Deployment),
            confirmed=len(times),
            positions=await count(Position),
            filled=await count(Position, Position.state == PositionState.FILLED),
            unfillable=await count(Position, Position.state == PositionState.UNFILLABLE),
            times_to_full=times,
            offers=sum(states.values()),
            accepted=states.get(OfferState.ACCEPTED, 0),
            states=states,
            late_replies=await count(InboundMessage, InboundMessage.meaning == "too_late"),
            not_understood=await count(InboundMessage, InboundMessage.meaning == "unclear"),
            texts_out=await count(Message),
            texts_in=await count(InboundMessage),
        )


def _hours(minutes_exact: float) -> str:
    minutes = round(minutes_exact)
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})" if whole else "0"


def show(console: Console, figures: Figures, *, wall_s: float) -> None:
    """Print the table."""
    times = [span.total_seconds() / 60 for span in figures.times_to_full]
    ninetieth = quantiles(times, n=10)[8] if len(times) > 1 else None
    table = Table(title="Replay", show_header=False)
    for name, value in (
        ("Requests", str(figures.requests)),
        ("Teams confirmed", _share(figures.confirmed, figures.teams)),
        ("Positions filled", _share(figures.filled, figures.positions)),
        ("Positions nobody fits", str(figures.unfillable)),
        ("Time to a full team, median", _hours(median(times)) if times else "none"),
        ("Time to a full team, 90th percentile", _hours(ninetieth) if ninetieth else "none"),
        ("Offers", ", ".join(f"{number} {state}" for state, number in sorted(figures.states.items()))),
        ("Offers per confirmation", f"{figures.offers / figures.accepted:.2f}" if figures.accepted else "none"),
        ("Late replies", str(figures.late_replies)),
        ("Texts nobody understood", str(figures.not_understood)),
        ("Texts and calls out, texts in", f"{figures.texts_out}, {figures.texts_in}"),
        ("Wall time", f"{wall_s:.0f} s"),
    ):
        table.add_row(name, value)
    console.print(table)
