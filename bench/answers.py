"""What becomes of the labelled answers of `tests/replies/corpus.csv`: `python -m bench.answers`.

Clear answers must be understood, with their code; nothing else may be read as yes. The part called held_out was
written and labelled before the reader was changed, and nothing was tuned on it.
"""

import csv
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from app.replies.meaning import Kind, read

CORPUS = Path(__file__).parent.parent / "tests" / "replies" / "corpus.csv"
CLEAR = frozenset(Kind) - {Kind.CONDITIONAL, Kind.QUESTION, Kind.UNCLEAR}
"""Classes in which the software acts by itself; the others are for a person at the desk."""
SENDER = "Maria Delgado"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One answer with what it means; `codes` are the ones its phone has been sent."""

    part: str
    means: Kind
    code: str | None
    codes: tuple[str, ...]
    text: str

    @property
    def read_as(self) -> tuple[Kind, str | None]:
        """What the reader makes of it."""
        meaning = read(self.text, self.codes, [SENDER])
        return meaning.kind, meaning.code

    @property
    def is_understood(self) -> bool:
        """Kind and, for an answer, the code."""
        kind, code = self.read_as
        return kind is self.means and (self.code == code or self.means not in (Kind.YES, Kind.NO))

    @property
    def is_false(self) -> bool:
        """Taken for a yes or a no that it is not, or for one to another offer."""
        kind, _ = self.read_as
        return kind in (Kind.YES, Kind.NO) and not self.is_understood


def corpus() -> list[Labelled]:
    """Every labelled answer."""
    with CORPUS.open(newline="", encoding="utf-8") as file:
        return [
            Labelled(
                row["part"], Kind(row["means"]), row["code"] or None, tuple(row["open_codes"].split()), row["text"]
            )
            for row in csv.DictReader(file)
        ]


def table(rows: list[Labelled]) -> str:
    """The figures by class, for each part."""
    lines = [f"{'class':14}{'part':10}{'answers':>8}{'understood':>12}{'to a person':>13}{'read as yes':>13}"]
    count: Counter[tuple[Kind, str, str]] = Counter()
    for row in rows:
        kind, _ = row.read_as
        count[row.means, row.part, "all"] += 1
        count[row.means, row.part, "understood"] += row.is_understood
        count[row.means, row.part, "person"] += kind not in CLEAR
        count[row.means, row.part, "yes"] += kind is Kind.YES
    for kind in Kind:
        for part in ("tuned", "held_out"):
            of = {name: count[kind, part, name] for name in ("all", "understood", "person", "yes")}
            if of["all"]:
                lines.append(f"{kind:14}{part:10}{of['all']:8}{of['understood']:12}{of['person']:13}{of['yes']:13}")
    return "\n".join([*lines, "", *(summary(rows, part) for part in ("tuned", "held_out"))])


def summary(rows: list[Labelled], part: str) -> str:
    """Both figures that count, in a sentence."""
    mine = [row for row in rows if row.part == part]
    clear = [row for row in mine if row.means in CLEAR]
    understood = sum(row.is_understood for row in clear)
    false_yes = sum(row.is_false and row.read_as[0] is Kind.YES for row in mine)
    false_no = sum(row.is_false and row.read_as[0] is Kind.NO for row in mine)
    return (
        f"{part}: {understood} of {len(clear)} clear answers understood ({understood / len(clear):.1%}),"
        f" {false_yes} false yes and {false_no} false no among {len(mine)}"
    )


def main() -> None:
    """Print the table; with `-v`, every answer of the tuned part that is read otherwise."""
    rows = corpus()
    print(table(rows))
    if "-v" in sys.argv:
        for row in rows:
            if row.part == "tuned" and not row.is_understood:
                print(f"{row.means:12} {row.code or '':4} read as {row.read_as}: {row.text!r}")


if __name__ == "__main__":
    main()
