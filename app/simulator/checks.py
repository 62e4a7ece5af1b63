"""What the API refuses, in Twilio's words and codes (twilio.md 1, 7, 10)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from app.core.clock import clock
from app.simulator.records import Refusal

Form = Mapping[str, str]
E164 = re.compile(r"\+[1-9]\d{6,14}")
SERVICE = re.compile(r"MG[0-9a-f]{32}")
LONGEST_BODY = 1600
LONGEST_URL = 4000
LONGEST_VALIDITY_S = 36_000
SOONEST, LATEST = timedelta(seconds=300), timedelta(days=35)
"""Window of a scheduled text."""


def check_text(form: Form) -> None:
    """Everything that can be said of a text before it is taken.

    Raises:
        Refusal: as Twilio would.
    """
    _check_to(form, 21604)
    _check_text_sender(form)
    body = form.get("Body", "")
    if not body and not form.get("MediaUrl") and not form.get("ContentSid"):
        raise Refusal(400, 21602, "Message body is required.")
    if len(body.encode("utf-16-be")) // 2 > LONGEST_BODY:
        raise Refusal(400, 21617, f"The concatenated message body exceeds the {LONGEST_BODY} character limit.")
    _check_callback(form)
    if not 1 <= _whole(form.get("ValidityPeriod", "1")) <= LONGEST_VALIDITY_S:
        raise Refusal(400, 21624, "The validity period value provided is not valid.")


def check_call(form: Form) -> None:
    """Everything that can be said of a call before it is taken.

    Raises:
        Refusal: as Twilio would.
    """
    _check_to(form, 21201)
    if not form.get("From"):
        raise Refusal(400, 21213, "'From' phone number is required")
    if not E164.fullmatch(form["From"]):
        raise Refusal(400, 21212, f"The 'From' number {form['From']} is not a valid phone number.")
    if not form.get("Url") and not form.get("Twiml") and not form.get("ApplicationSid"):
        raise Refusal(400, 21205, "Url parameter is required.")
    if len(form.get("Twiml", "")) > LONGEST_URL:
        raise Refusal(400, 21218, "The Twiml parameter is too long.")
    _check_callback(form)


def scheduled_for(form: Form) -> datetime | None:
    """When a text is to go out; None: at once.

    Raises:
        Refusal: scheduled without a service, a time, or outside the window.
    """
    if "ScheduleType" not in form:
        return None
    if not form.get("MessagingServiceSid"):
        raise Refusal(400, 35118, "MessagingServiceSid is required to schedule a message")
    if not form.get("SendAt"):
        raise Refusal(400, 35111, "SendAt cannot be empty for ScheduleType 'fixed'")
    try:
        at = datetime.fromisoformat(form["SendAt"])
    except ValueError:
        raise Refusal(400, 35111, "SendAt is not a valid date-time") from None
    if at.tzinfo is None or not SOONEST <= at - clock.now() <= LATEST:
        raise Refusal(400, 35114, "SendAt must be between 300 seconds and 35 days in the future")
    return at


def _check_to(form: Form, missing: int) -> None:
    to = form.get("To", "")
    if not to:
        raise Refusal(400, missing, "A 'To' phone number is required.")
    if not E164.fullmatch(to):
        raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")


def _check_text_sender(form: Form) -> None:
    sender, service = form.get("From", ""), form.get("MessagingServiceSid", "")
    if not sender and not service:
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if service and not SERVICE.fullmatch(service):
        raise Refusal(400, 21705, f"The Messaging Service Sid {service} is invalid.")
    if sender and not E164.fullmatch(sender):
        raise Refusal(400, 21212, f"The 'From' number {sender} is not a valid phone number.")


def _check_callback(form: Form) -> None:
    url = form.get("StatusCallback", "")
    if not url:
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "_" in parts.hostname or len(url) > LONGEST_URL:
        raise Refusal(400, 21609, f"The StatusCallback URL {url[:80]} is not a valid URL.")


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0
