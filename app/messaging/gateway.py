"""The door to Twilio: the only module that imports its REST client. Never called inside a transaction.

The official client blocks, waits for ever unless told otherwise, and keeps the last response in itself before it
returns it, so that two threads sharing one could read each other's answers: here every thread of a small pool has its
own, with a timeout and without retries (twilio.md 6).
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from app.core import tracing
from app.core.settings import get_settings
from app.messaging import links
from app.messaging.carrier import Busy, CarrierError, Lost, Order, Refused, Taken
from app.messaging.errors import DAILY_LIMIT
from app.messaging.states import Channel

if TYPE_CHECKING:
    import requests
    from twilio.rest import Client  # type: ignore[import-untyped]

TIMEOUT_S = 10
RING_S = 25
LONGEST_VALIDITY_S = 36_000
LOOK_BACK = 50
"""How many of a number's latest messages a look-up reads."""
PAGE, MOST = 100, 5000
"""Of Twilio's whole list: texts in one page, and how many are read at once after a long time."""
CLOCK_SKEW = timedelta(seconds=30)
_POOL = ThreadPoolExecutor(max_workers=8, thread_name_prefix="twilio")
_OWN = threading.local()
Answer = TypeVar("Answer")
_ADAPTERS: "dict[str, requests.adapters.BaseAdapter]" = {}


def lead(address: str, through: "requests.adapters.BaseAdapter") -> None:
    """Have what goes to an address led through an adapter: where the carrier is in this process, without a socket."""
    _ADAPTERS[address] = through


def get_ready() -> None:
    """Load the client, in a thread of its own, so that the first text does not wait for it. The web does without."""
    _POOL.submit(_client)


async def hand_over(order: Order) -> Taken:
    """Have a text sent or a call placed.

    Raises:
        Refused, Busy, Lost: see there.
    """
    if order.channel is Channel.CALL:
        return await place_call(order)
    return await send_text(order)


async def send_text(order: Order) -> Taken:
    """Have a text sent; Twilio drops it by itself once its time is over.

    Raises:
        Refused, Busy, Lost: see there.
    """

    def create(client: "Client") -> Taken:
        asked = {"validity_period": _validity(order.valid_for)} if order.valid_for else {}
        made = client.messages.create(
            to=order.number,
            from_=get_settings().twilio_from,
            body=order.body,
            status_callback=links.status_url(order.message_id),
            **asked,
        )
        return Taken(str(made.sid), str(made.status), made.error_code)

    return await _ask("messages.create", create, message_id=order.message_id)


async def place_call(order: Order) -> Taken:
    """Have a number called; what is said there, `/twilio/voice` is asked for.

    Raises:
        Refused, Busy, Lost: see there.
    """

    def create(client: "Client") -> Taken:
        made = client.calls.create(
            to=order.number,
            from_=get_settings().twilio_from,
            url=links.voice_url(order.message_id),
            status_callback=links.status_url(order.message_id),
            machine_detection="Enable",
            timeout=RING_S,
        )
        return Taken(str(made.sid), str(made.status))

    return await _ask("calls.create", create, message_id=order.message_id)


async def find(order: Order, since: datetime) -> list[Taken]:
    """What Twilio has that could be `order`: to the same number, the same words, made since then; newest first.

    Raises:
        CarrierError: Twilio could not be asked; that says nothing about the message.
    """
    return await _ask("find", lambda client: _found_calls(client, order, since) if order.channel is Channel.CALL
                      else _found_texts(client, order, since))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One text in Twilio's own list.

    Args:
        number: the other side's.
        is_ours: we sent it.
        made_at: when Twilio took it, to the second.
    """

    taken: Taken
    number: str
    body: str
    is_ours: bool
    made_at: datetime


async def listed(since: datetime, *, ours: bool, most: int = MOST) -> list[Listed]:
    """Texts in Twilio's list made since then, newest first: our own, or those people sent us.

    One page when there is little; Twilio's dates of sending are not asked (twilio.md 6). At most `most` are read.

    Raises:
        CarrierError: Twilio could not be asked.
    """
    us = get_settings().twilio_from

    def look(client: "Client") -> list[Listed]:
        found = []
        for text in client.messages.stream(**({"from_": us} if ours else {"to": us}), page_size=PAGE, limit=most):
            if not _is_since(text.date_created, since):
                break
            is_ours = str(text.direction).startswith("outbound")
            if is_ours == ours:
                taken = Taken(str(text.sid), str(text.status), text.error_code)
                number = text.to if ours else text.from_
                found.append(Listed(taken, str(number), text.body or "", is_ours, text.date_created or since))
        return found

    return await _ask("messages.list", look)


async def fetch(channel: Channel, sid: str) -> Taken:
    """Where a text or call stands now.

    Raises:
        CarrierError: Twilio could not be asked.
    """

    def look(client: "Client") -> Taken:
        if channel is Channel.CALL:
            call = client.calls(sid).fetch()
            return Taken(sid, str(call.status), None, call.answered_by)
        text = client.messages(sid).fetch()
        return Taken(sid, str(text.status), text.error_code)

    return await _ask("fetch", look)


def _found_texts(client: "Client", order: Order, since: datetime) -> list[Taken]:
    """By recipient only: Twilio's From is empty at first with a service, and DateSent until it is sent."""
    return [
        Taken(str(text.sid), str(text.status), text.error_code)
        for text in client.messages.list(to=order.number, limit=LOOK_BACK)
        if (text.body or "").strip() == order.body.strip()
        and str(text.direction).startswith("outbound")
        and _is_since(text.date_created, since)
    ]


async def calls_since(since: datetime) -> list[Listed]:
    """Calls in Twilio's list placed since then, newest first; what was said stands in none of them.

    Raises:
        CarrierError: Twilio could not be asked.
    """

    def look(client: "Client") -> list[Listed]:
        found = []
        for call in client.calls.stream(from_=get_settings().twilio_from, page_size=PAGE, limit=MOST):
            if not _is_since(call.date_created, since):
                break
            taken = Taken(str(call.sid), str(call.status), None, call.answered_by)
            found.append(Listed(taken, str(call.to), "", True, call.date_created or since))
        return found

    return await _ask("calls.list", look)


def _found_calls(client: "Client", order: Order, since: datetime) -> list[Taken]:
    return [
        Taken(str(call.sid), str(call.status), None, call.answered_by)
        for call in client.calls.list(to=order.number, limit=LOOK_BACK)
        if _is_since(call.date_created, since)
    ]


def _is_since(created: datetime | None, since: datetime) -> bool:
    """Twilio's dates have seconds only, and its clock is not ours."""
    return created is None or created >= since - CLOCK_SKEW


def _validity(valid_for: timedelta) -> int:
    return max(1, min(LONGEST_VALIDITY_S, int(valid_for.total_seconds())))


async def _ask(what: str, work: "Callable[[Client], Answer]", *, message_id: int = 0) -> Answer:
    """Ask Twilio outside of the event loop, unless nobody waits for that; `what`: the call, as a trace names it."""
    with tracing.span(f"twilio {what}", message_id=message_id):
        if get_settings().one_at_a_time:
            return _translated(work)
        return await asyncio.get_running_loop().run_in_executor(_POOL, _translated, work)


def _translated(work: "Callable[[Client], Answer]") -> Answer:
    """Do `work`, and turn everything that may go wrong into one of our three words."""
    import requests  # noqa: PLC0415 - heavy, and the web never sends
    from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        return work(_client())
    except (TwilioRestException, TwilioServiceException) as error:
        raise _answered(error.status, error.code, str(getattr(error, "msg", ""))) from error
    except requests.RequestException as error:
        raise (Busy() if _never_left(error) else Lost(type(error).__name__)) from error
    except (TwilioException, ValueError) as error:  # a failing list, or an answer that is no JSON
        raise Lost(type(error).__name__) from error


def _client() -> "Client":
    """This thread's own client, for the present settings."""
    from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]  # noqa: PLC0415 - as above
    from twilio.rest import Client  # noqa: PLC0415

    settings = get_settings()
    if getattr(_OWN, "settings", None) is not settings:
        http = TwilioHttpClient(timeout=TIMEOUT_S, max_retries=0)
        for address, adapter in _ADAPTERS.items():
            http.session.mount(address, adapter)
            http.session.trust_env = False  # looked through for every text, for a proxy and a password to go by
        token = settings.twilio_auth_token.get_secret_value()
        client = Client(settings.twilio_account_sid, token, http_client=http)
        client.api.base_url = settings.twilio_api_url
        _OWN.settings, _OWN.client = settings, client
    found: Client = _OWN.client
    return found


def _answered(status: int, code: int | None, message: str) -> CarrierError:
    if status == 429 and code != DAILY_LIMIT:
        return Busy()
    if status >= 500 or status == 408:
        return Lost(f"HTTP {status}")
    return Refused(code or status, message)


def _never_left(error: "requests.RequestException") -> bool:
    """Whether the request certainly never reached Twilio: no connection was made."""
    import requests  # noqa: PLC0415 - as above
    from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError  # noqa: PLC0415

    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError | ConnectTimeoutError)
