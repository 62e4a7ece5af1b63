"""Phones of invented people: sealed by the service's own code, as rows that SQL can join."""

from typing import Any

import psycopg

from app.core import sealing


def number_of(person: int) -> str:
    """The phone of the n-th person."""
    return f"+1202{5000000 + person}"


def fill(connection: psycopg.Connection[Any], people: int) -> None:
    """Make the table of so many people's phones: sealed numbers, their digests, and what any sealed column takes."""
    connection.execute("create table bench_phones (n bigint primary key, number text, digest text, said text)")
    said = sealing.seal("{}")
    with connection.cursor().copy("copy bench_phones from stdin") as copy:
        for n in range(1, people + 1):
            number = sealing.seal(number_of(n), found=True)
            copy.write_row((n, number, number[: sealing.LOOKUP_LENGTH], said))
