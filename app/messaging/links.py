"""Addresses that we give the carrier to call back, each with the message's id and a key that only we can make."""

import hashlib
import hmac

from app.core.settings import get_settings


def key_of(message_id: int) -> str:
    """The key that goes with a message's id."""
    secret = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(secret, f"message:{message_id}".encode(), hashlib.sha256).hexdigest()[:32]


def is_key(message_id: int, key: str) -> bool:
    """Whether `key` is the message's, compared in constant time."""
    return hmac.compare_digest(key_of(message_id).encode(), key.encode())


def callback(path: str, message_id: int) -> str:
    """The absolute address of one of our webhooks for one message."""
    base = get_settings().public_url.rstrip("/")
    return f"{base}{path}?m={message_id}&k={key_of(message_id)}"


def status_url(message_id: int) -> str:
    """Where the carrier says how it goes."""
    return callback("/twilio/status", message_id)


def voice_url(message_id: int) -> str:
    """Where the carrier asks what to say in a call."""
    return callback("/twilio/voice", message_id)


def gather_url(message_id: int) -> str:
    """Where the carrier tells which key was pressed."""
    return callback("/twilio/voice/gather", message_id)
