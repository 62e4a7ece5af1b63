"""The report of a replay: a table on the terminal, a page with charts, and the same as data."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from markupsafe import Markup
from rich.console import Console
from rich.table import Table

from app.trials import measures, pictures, words
from app.trials.outcomes import Outcomes
from app.web.render import STATIC, environment

SYNTHETIC = "Synthetic: answers and the hours of the requests are simulated."
ALONE = "It is one run alone, so no figure has an interval; rrt years plays many."
OWN = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class About:
    """What was replayed.

    Args:
        incidents: the file's name.
        pool: in words; an invented one is called so.
        seed: of the run.
        experts: how many.
        goes_home: whether teams came home, rested and carried exposure.
        renews: whether papers were renewed.
        from_synthetic: whether some of the incidents were invented, not recorded.
    """

    incidents: str
    pool: str
    seed: int
    experts: int
    goes_home: bool
    renews: bool = True
    from_synthetic: bool = False


def data(outcomes: Outcomes, about: About) -> str:
    """The report as JSON: the same bytes for the same run. Answers are always simulated, so it says so."""
    found = {"report": measures.as_json(outcomes), "outcomes": outcomes.as_json()}
    whole = {"is_synthetic": True, "about": asdict(about), **found}
    return json.dumps(whole, indent=1, sort_keys=True) + "\n"


def write(folder: Path, outcomes: Outcomes, about: About) -> None:
    """Write `report.json` and `report.html`."""
    (folder / "report.json").write_text(data(outcomes, about))
    (folder / "report.html").write_text(page(outcomes, about))


def page(outcomes: Outcomes, about: About) -> str:
    """The report as a page that opens without the service."""
    found = measures.figures(outcomes)
    seats = sum(len(one.seats) for one in outcomes.incidents)
    css = (OWN / "report.css").read_text() + (STATIC / "own" / "figures.css").read_text()
    return environment().get_template("replay/report.html").render(
        about=about, outcomes=outcomes, said=words.said, alone=ALONE, css=Markup(css),  # noqa: S704 - our own file  # nosec B704
        headline=f"{words.said(measures.BY_NAME['fill_rate'], found['fill_rate'])} of {seats:,} seats were filled",
        tiles=[(one, found[one.name]) for one in measures.MEASURES], charts=pictures.charts(outcomes),
        columns=pictures.months(outcomes), unfilled=measures.unfilled(outcomes), never=measures.never_asked(outcomes),
    )  # fmt: skip


def show(console: Console, outcomes: Outcomes, *, wall_s: float) -> None:
    """Print the table."""
    table = Table(title="Replay", show_header=False)
    table.add_row("Requests", str(len(outcomes.incidents)))
    for measure, value in zip(measures.MEASURES, measures.figures(outcomes).values(), strict=True):
        table.add_row(measure.title, words.said(measure, value))
    for why, seats in measures.reasons(outcomes):
        table.add_row(f"Empty: {why}", str(seats))
    table.add_row("Wall time", f"{wall_s:.0f} s")
    console.print(table)
    console.print(f"{SYNTHETIC} {ALONE}")
