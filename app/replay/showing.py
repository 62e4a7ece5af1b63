"""How far a replay is, on the terminal: one bar for all stretches, or a line whenever one is kept."""

from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

console = Console(highlight=False)
COLUMNS = (
    TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
)  # fmt: skip


class Shown:
    """The bar. Without a terminal there is none; then lines are printed.

    Args:
        total: incidents of all stretches.
    """

    def __init__(self, total: int) -> None:
        self._total, self._is_bar = total, console.is_terminal
        self._bar = Progress(*COLUMNS, console=console, disable=not self._is_bar)
        self._task = self._bar.add_task("Requests", total=total)
        self._done: dict[int, int] = {}
        self._at: dict[int, datetime] = {}

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def told(self, first: int, filed: int, moment: datetime, is_kept: bool) -> None:
        """A stretch is so far.

        Args:
            first: place of the stretch's first incident.
            filed: place after the last that was filed.
            moment: what its clock shows.
            is_kept: it can go on from here.
        """
        self._done[first], self._at[first] = filed - first, moment
        done, days = sum(self._done.values()), ", ".join(f"{at:%b %d}" for _, at in sorted(self._at.items()))
        self._bar.update(self._task, completed=done, description=f"Requests, {days}")
        if is_kept and not self._is_bar:
            console.print(f"{done:,} of {self._total:,} requests, {days}")

    def says(self, line: str) -> None:
        """Print a line."""
        self._bar.console.print(line)
