"""Texts to an agency's contact, in English."""

from app.messaging.texts.words import Text


def request_received(reference: str, desk_phone: str) -> Text:
    """To the agency's contact: the desk has the request."""
    return Text(
        "request_received",
        f"RRT: We have your request {reference}. The desk will call you soon. Nothing to do now."
        f" Desk, day and night: {desk_phone}",
    )


def agency_question(reference: str, desk_phone: str) -> Text:
    """To the agency's contact: the desk has asked something that only they know."""
    return Text(
        "agency_question",
        f"RRT: We have a question about your request {reference}. Please answer it on your request's page,"
        f" or call the desk: {desk_phone}",
    )


def team_confirmed(reference: str, size: int, desk_phone: str) -> Text:
    """To the agency's contact: every seat is filled."""
    people = "1 person" if size == 1 else f"{size} people"
    return Text(
        "team_confirmed",
        f"RRT: Your team for request {reference} is confirmed: {people}. We will call you with names and arrival times."
        f" Desk: {desk_phone}",
    )
