"""What looks like a name or number that we must not have, and what only looks a little like it."""

import pytest

from app.requests.privacy import looks_personal


@pytest.mark.parametrize("text", [
    "SSN 123-45-6789", "123 45 6789 was his number", "DOB: 4/5/1987", "he was born on 04-05-1987", "Nacida el 4/5/87",
    "Case #24-118822", "see case no. 2026-000123", "expediente 45/778812", "plate ABC 1234", "Placa XYZ-987",
    "The victim was Maria Lopez", "suspect: John Q. Carver", "la víctima es María López", "Maria Lopez (4/5/1987)",
])  # fmt: skip
def test_what_should_be_left_out_is_noticed(text: str) -> None:
    assert looks_personal(text)


@pytest.mark.parametrize("text", [
    "", "Two officers were hurt at 4/5 of the way.", "Call 719-555-0142 at night.", "Report to the front desk.",
    "The case is with the State Police.", "Victim services from Pueblo County are here.", "ZIP 80911-1234",
    "We expect 1,200 people on 11/25/2026.", "Unit 4, 12 officers, 3 shifts.", "The suspect is in custody.",
    "The victims' families are at Harlan Ridge High School.", "Nobody wore a plate carrier.",
    "Chief Ellen Marsh speaks at 9.",
])  # fmt: skip
def test_what_an_agency_may_well_say_is_left_alone(text: str) -> None:
    assert looks_personal(text) == []
