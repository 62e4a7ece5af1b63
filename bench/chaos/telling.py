"""Whether everybody was told: what did not arrive went on by another way, and who has a seat knows it.

Written without the code that sees to it (`app/dispatch/recovery.py`): it looks only at rows and at the carrier.
"""

# ruff: noqa: S608 - every word of these queries is written in this file

from typing import Any

import psycopg

QUESTIONS = "('offer', 'reminder', 'spoken_offer')"
OPEN = "('planned', 'contacting', 'deferred')"
CHATTER = (
    "('help_text', 'not_clear', 'which_one', 'which_person', 'say_your_name', 'wrong_code', 'no_open_offer',"
    " 'passed_to_desk')"
)
"""Automatic answers to what somebody wrote."""
SEATED = "('confirmed', 'ordered', 'en_route', 'on_site')"
HEARD_OF = """(a.key = 'message.lost:' || coalesce(m.offer_id::text, m.topic) || ':' || left(m.number, 22)
    or a.key = 'offer.dial:' || m.offer_id or (a.kind = 'audit.stuck' and a.subject_id = m.id)
    or a.key = 'what-did-not-arrive-is-followed-up:' || m.id)"""
"""Alarms that name a message's person."""


def lost_and_nobody_heard(connection: psycopg.Connection[Any]) -> list[str]:
    """Texts and calls that failed or were not delivered, with nothing after them and nobody at the desk who knows.

    Enough is: an alarm about this person; a later text or call about the same offer; of a question, that the offer had
    ended by an answer, or ran out after another text of it had arrived (the rest of the ladder waits for the morning,
    and the time to answer may end before); of an automatic answer to what somebody wrote, any later text or call to
    them, or their text in the desk's inbox. A spoken question nobody took is the ladder's, which goes on.
    """
    rows = connection.execute(
        f"""select m.id, m.kind, m.channel, m.state, m.error_code, m.outcome, o.id, o.state
        from messages m left join offers o on o.id = m.offer_id
        where m.state in ('failed', 'undelivered')
        and not (m.kind = 'spoken_offer' and m.state = 'undelivered')
        and not (m.kind = 'spoken_notice' and m.digits is not null)
        and not exists (select from alarms a where {HEARD_OF})
        and not (m.offer_id is not null and exists (select from messages n where n.offer_id = m.offer_id and n.id > m.id
          and n.state <> 'cancelled'))
        and not (m.kind in {QUESTIONS} and o.answered_at is not null)
        and not (m.kind in {QUESTIONS} and o.state = 'expired' and exists (select from messages n
          where n.offer_id = m.offer_id and n.kind in {QUESTIONS} and n.channel = 'text' and n.state = 'delivered'))
        and not (m.offer_id is null and m.expert_id is not null and exists
          (select from messages n where left(n.number, 22) = left(m.number, 22) and n.id > m.id
          and n.state <> 'cancelled'))
        and not (m.kind in {CHATTER} and exists (select from inbound_messages i
          where left(i.number, 22) = left(m.number, 22) and i.state in ('needs_person', 'settled')
          and i.received_at between m.queued_at - interval '2 hours' and m.queued_at))
        order by m.id"""
    )
    return [
        f"message {message_id} ({kind}, {channel}, {state} {error_code if outcome is None else outcome}),"
        f" offer {offer_id} ({offer_state})"
        for message_id, kind, channel, state, error_code, outcome, offer_id, offer_state in rows
    ]


def decided_and_not_told(connection: psycopg.Connection[Any], texts: list[dict[str, Any]]) -> list[str]:
    """Who has a seat and was not told so, and who was asked, is not wanted any more and was not told that.

    Told is: the carrier delivered a text that says so, a key was pressed in a call that says so, or the desk has an
    alarm that they do not know.
    """
    delivered = [each["sid"] for each in texts if each["status"] == "delivered"]
    seated = connection.execute(
        f"""select 'offer ' || o.id || ': has the seat', o.id from offers o
        join assignments s on s.position_id = o.position_id and s.expert_id = o.expert_id and s.state in {SEATED}
        where o.state = 'accepted' and not exists (select from messages m where m.offer_id = o.id and
          ((m.kind in ('confirmed', 'seat_confirmed_again') and m.sid = any(%(delivered)s))
           or (m.kind = 'spoken_notice' and m.digits is not null)))
        and not exists (select from alarms a where a.kind = 'message.lost' and a.subject_id = o.id)""",
        {"delivered": delivered},
    )
    dropped = connection.execute(
        f"""select 'offer ' || o.id || ': withdrawn', o.id from offers o
        where o.state = 'withdrawn' and exists (select from messages m where m.offer_id = o.id and m.kind in {QUESTIONS}
          and m.sid is not null)
        and not exists (select from messages m where m.offer_id = o.id and
          ((m.kind in ('withdrawn', 'seat_taken', 'stood_down', 'other_offer_taken') and m.sid = any(%(delivered)s))
           or (m.kind = 'spoken_notice' and m.digits is not null)))
        and not exists (select from alarms a where a.kind = 'message.lost' and a.subject_id = o.id)""",
        {"delivered": delivered},
    )
    return [f"{row[0]} ({story_of(connection, row[1])})" for row in (*seated.fetchall(), *dropped.fetchall())]


def story_of(connection: psycopg.Connection[Any], offer_id: int) -> str:
    """What was sent about an offer, for whoever looks for the reason."""
    rows = connection.execute(
        "select kind, state, coalesce(outcome, error_code::text, ''), digits, attempts from messages"
        " where offer_id = %s order by id",
        [offer_id],
    )
    return "; ".join(" ".join(str(word) for word in row if word not in ("", None)) for row in rows) or "nothing sent"
