"""Texts of a drill. It asks nobody to go anywhere."""

from app.messaging.texts.words import Text, said


def drill(drill_code: str, language: str = "en") -> Text:
    """A test of the texts themselves. It asks nobody to go anywhere."""
    return said(
        language,
        "drill",
        f"RRT: This is a TEST of the Rapid Response Team. Nobody travels. Please reply 1 {drill_code}. Thank you."
        " STOP to end",
        drill_code=drill_code,
    )


def drill_thanks(drill_code: str, language: str = "en") -> Text:
    """The test's answer has come."""
    return said(
        language,
        "drill_thanks",
        f"RRT: Thank you. Your answer to the test {drill_code} is in. Nothing more to do.",
        drill_code=drill_code,
    )


def drill_over(drill_code: str, language: str = "en") -> Text:
    """The test's answer has come after its end."""
    return said(
        language,
        "drill_over",
        f"RRT: Thank you. The test {drill_code} is over; we noted that you answered late. Nothing more to do.",
        drill_code=drill_code,
    )
