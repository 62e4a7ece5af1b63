"""Every line of the log says what it belongs to, as text and as JSON, and nothing of a person's."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

from app.core.log import AsJson, Masked, bind, bound, masked

logger = logging.getLogger("rrt.test")


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What is logged as JSON."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AsJson())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    yield stream
    logger.removeHandler(handler)
    logger.propagate = True


def lines(written: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_carries_what_is_bound_around_it_and_no_more(written: StringIO) -> None:
    with bound(request="abc12345"):
        with bound(job="replies.read", subject_id=7):
            bind(topic="request:12")
            logger.info("read")
        logger.info("after")
    bind(topic="nobody's")
    logger.info("outside")
    first, second, third = lines(written)
    assert (first["request"], first["job"], first["subject_id"], first["topic"]) == (
        "abc12345", "replies.read", 7, "request:12",
    )  # fmt: skip
    assert (second["request"], second.get("job"), second.get("topic")) == ("abc12345", None, None)
    assert "request" not in third


def test_a_json_line_is_one_line_and_masked_with_its_error(written: StringIO) -> None:
    try:
        int("cannot text +12025550111\nor amy@example.org")
    except ValueError:
        logger.exception("refused %s, see /x/abcdefghijk", "202-555-0111")
    (line,) = lines(written)
    assert line["says"] == "refused...11, see /x/..."
    assert "5550111" not in line["error"]
    assert "amy@" not in line["error"]
    assert line["level"] == "ERROR"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/x/0f3kQ9v2LmN8p1RsT4uVwXyZabc", "/x/..."),
        ("/s/0f3kQ9v2LmN8p1RsT4uVwXyZabc?lang=es", "/s/...?lang=es"),
        ("/cal/mX3_9-fQ0f3kQ9v2LmN8p1RsT4uVwXyZabc12345.ics", "/cal/..."),
        ("/desk/map", "/desk/map"),
    ],
)
def test_a_path_that_is_a_key_is_in_no_line(path: str, shown: str) -> None:
    assert masked(f"bug at GET {path}") == f"bug at GET {shown}"


def test_a_line_of_text_ends_with_what_is_bound() -> None:
    record = logging.LogRecord("rrt", logging.INFO, "", 0, "hello", None, None)
    with bound(request="abc12345", about="26-0412"):
        assert Masked("%(message)s").format(record) == "hello [request=abc12345 about=26-0412]"
    assert Masked("%(message)s").format(record) == "hello"
