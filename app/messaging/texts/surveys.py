"""Texts that ask how it was, and remind of it once."""

from app.messaging.texts.words import Text, said


def survey(link: str, language: str = "en") -> Text:
    """How was it? To an expert, an agency's contact or a partner."""
    return said(
        language,
        "survey",
        f"RRT: How was it? Three questions, two minutes, no names: {link} Thank you. STOP to end",
        link=link,
    )


def survey_reminder(link: str, language: str = "en") -> Text:
    """The one reminder."""
    return said(
        language,
        "survey_reminder",
        f"RRT: A reminder, the only one: how was it? Two minutes, no names: {link} Thank you. STOP to end",
        link=link,
    )
