"""Why a seat stays empty reads as sentences, whatever the parts end with."""

import pytest

from app.deployments.seats import why_empty


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (["19 are away; 0 left.", "Willa Solis could come"], "19 are away; 0 left. Willa Solis could come."),
        ([], "No expert fits this seat."),
    ],
)
def test_each_part_ends_with_one_full_stop(told: list[str], text: str) -> None:
    assert why_empty(told) == text
