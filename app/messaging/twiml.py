"""What we tell Twilio to do with a call or a text, in its XML."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring  # nosec B405

KEY_SECONDS = 8
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""Do nothing: texts are answered through the outbox, so that every answer has a row."""


VOICES = {"en": "en-US", "es": "es-US"}
"""Our languages as the carrier's voices call them."""


def say(words: str, language: str = "en") -> str:
    """Say `words` and hang up."""
    response = Element("Response")
    _say(response, words, language)
    return _xml(response)


def ask_for_key(words: str, action: str, before: Sequence[str] = (), language: str = "en") -> str:
    """Say `words` twice, each time with room for one key, which is posted to `action`; silence hangs up.

    Args:
        words: what is asked.
        action: absolute address; without one Twilio would call the present address again and again.
        before: said first.
        language: in which voice: "en" or "es".
    """
    response = Element("Response")
    for sentence in before:
        _say(response, sentence, language)
    for _ in range(2):
        gather = SubElement(
            response, "Gather", numDigits="1", action=action, method="POST", timeout=str(KEY_SECONDS), input="dtmf"
        )
        _say(gather, words, language)
    SubElement(response, "Hangup")
    return _xml(response)


def _say(parent: Element, words: str, language: str) -> None:
    SubElement(parent, "Say", language=VOICES[language]).text = words


def _xml(response: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(response, encoding="unicode")
