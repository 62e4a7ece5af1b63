"""The database's connection in a process that does one thing at a time (`RRT_ONE_AT_A_TIME`), as a replay does."""

from typing import Any, TypeVar

import psycopg
from psycopg import waiting
from psycopg.abc import PQGen

Result = TypeVar("Result")


class Alone(psycopg.AsyncConnection[Any]):
    """Waits for the database without giving way: nothing else is to be done, and the loop costs more than the answer.

    Two transactions at once would wait for each other for ever, until the lock's time is over: there must be one only.
    """

    async def wait(  # the signature is psycopg's
        self,
        gen: PQGen[Result],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Result:
        """Drive what psycopg does with the connection to its end."""
        return waiting.wait(gen, self.pgconn.socket, interval=interval, timeout=timeout)
