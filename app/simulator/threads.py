"""What each phone shows: its texts and calls in their order, and the phones in the order of the latest of them."""

from collections.abc import Iterator

from app.core.clock import clock
from app.simulator.records import Record


class Threads:
    """One thread for each number, and a count that changes whenever any of them would look different."""

    def __init__(self, our_number: str) -> None:
        self.revision = 0
        self._our_number = our_number
        self._threads: dict[str, list[Record]] = {}

    def touch(self) -> None:
        """Something in a thread changed."""
        self.revision += 1

    def add(self, number: str, record: Record) -> None:
        """Append a text or call to a phone, which is then the latest."""
        thread = self._threads.pop(number, [])
        thread.append(record)
        self._threads[number] = thread
        if record.get("from") and record["to"] == number:
            self._our_number = record["from"]
        self.touch()

    def note(self, number: str, body: str) -> None:
        """Something the carrier says by itself: on the phone, and in no list."""
        self.add(number, {"sid": "", "to": number, "direction": "carrier", "body": body, "at": clock.now()})

    def partner(self, number: str) -> str:
        """Which of our numbers a phone has last heard from; else the one used last."""
        thread = reversed(self._threads.get(number, []))
        return next((each["from"] for each in thread if each["to"] == number and each.get("from")), self._our_number)

    def of(self, number: str) -> list[Record]:
        """A phone's thread, oldest first; empty when nothing was ever sent."""
        return self._threads.get(number, [])

    def latest(self) -> Iterator[str]:
        """Numbers, the one with the newest text first."""
        return reversed(self._threads)
