"""TwiML as Twilio reads it: what a caller hears and which key goes where, and what a text is answered with."""

from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree import ElementTree as ET  # nosec B405

SECONDS_A_WORD = 0.4
PLAY_S = 5.0
GATHER_S = 5.0


@dataclass(slots=True)
class Heard:
    """One document, listened to until it ends, a key is taken, or it sends the call elsewhere.

    Args:
        words: what was said.
        seconds: how long that took.
        action: where the key goes, absolute.
        digits: what goes there; empty when silence is reported.
        redirect: which document follows.
    """

    words: list[str] = field(default_factory=list)
    seconds: float = 0.0
    action: str | None = None
    digits: str = ""
    redirect: str | None = None


def listen(document: str, url: str, key: str) -> Heard:
    """Listen to a document.

    Args:
        document: TwiML.
        url: where it came from; relative addresses are resolved against it.
        key: pressed at the first chance; empty: none.
    """
    heard = Heard()
    root = _parsed(document)
    for verb in root if root is not None else ():
        if verb.tag in ("Hangup", "Reject"):
            break
        if verb.tag == "Redirect":
            heard.redirect = urljoin(url, (verb.text or "").strip())
            break
        _hear(heard, verb)
        if verb.tag == "Gather" and _gathered(heard, verb, url, key):
            break
    return heard


def _hear(heard: Heard, verb: ET.Element) -> None:
    """Take in the words and the time of a verb and what is nested in it."""
    if verb.tag == "Say":
        words = " ".join("".join(verb.itertext()).split())
        heard.words.append(words)
        heard.seconds += SECONDS_A_WORD * len(words.split())
    elif verb.tag == "Pause":
        heard.seconds += float(verb.get("length", "1"))
    elif verb.tag == "Play":
        heard.seconds += PLAY_S
    elif verb.tag == "Gather":
        for nested in verb:
            _hear(heard, nested)


def _gathered(heard: Heard, gather: ET.Element, url: str, key: str) -> bool:
    """Press the key, or let the time run out; whether the call goes on at the action."""
    silence_counts = gather.get("actionOnEmptyResult") == "true"
    takes_keys = "dtmf" in gather.get("input", "dtmf")
    if not (key and takes_keys):
        heard.seconds += float(gather.get("timeout", GATHER_S))
        if not silence_counts:
            return False
    heard.digits = key[: int(gather.get("numDigits", len(key)))] if takes_keys else ""
    heard.action = urljoin(url, gather.get("action", ""))
    return True


def replies(document: str, content_type: str) -> list[str]:
    """The texts that an answer to an incoming text asks for. Plain text is sent as it is, which has surprised many."""
    if content_type.startswith("text/plain"):
        return [document] if document.strip() else []
    root = _parsed(document)
    found = ["".join(verb.itertext()).strip() for verb in root.iter("Message")] if root is not None else []
    return [body for body in found if body]


def _parsed(document: str) -> ET.Element | None:
    """The root, or None for what Twilio cannot read: it logs 12100 and does nothing."""
    try:
        return ET.fromstring(document) if document.strip() else None  # noqa: S314 - the service under test wrote it  # nosec B314
    except ET.ParseError:
        return None
