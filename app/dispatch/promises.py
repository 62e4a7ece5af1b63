"""What this service promises (reliability.md), each promise as one query that finds whatever breaks it.

A change, its event and its follow-up job are one transaction, so most of these hold at every moment, not only in the
end: whoever finds an open offer without a timer has found a mistake. `rrt check` asks all of them, on production at any
time; the auditor asks `FOLLOWED_UP` every minute, for what changed lately.
"""

# ruff: noqa: S608 - every word of these queries is written in this file

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock

GRACE = timedelta(minutes=2)
"""What takes longer than that to be followed up is stuck."""
MOST = 100
"""Rows of one promise that are named; more say nothing new."""
EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise.

    Args:
        name: short and stable, for logs and for whoever repairs it.
        says: the promise in words.
        query: finds what breaks it: id, topic, detail. May use :now, :cutoff (`GRACE` ago), :since and :most.
    """

    name: str
    says: str
    query: str


@dataclass(frozen=True, slots=True)
class Broken:
    """One thing that breaks a promise.

    Args:
        promise: the promise's name.
        says: the promise in words.
        subject_id: id of the row that breaks it.
        topic: whose story it belongs to.
        detail: what is wrong, without personal data.
    """

    promise: str
    says: str
    subject_id: int
    topic: str
    detail: str

    def __str__(self) -> str:
        return (
            f"{self.promise}: {self.says} Broken by {self.detail} ({self.topic or 'no story'}, id {self.subject_id})."
        )


LIVE = "('confirmed', 'ordered', 'en_route', 'on_site', 'released', 'home', 'relieved')"
SEATED = "('confirmed', 'ordered', 'en_route', 'on_site')"
OPEN = "('planned', 'contacting', 'deferred')"
MANNED = "('offering', 'staffed', 'mobilising', 'active')"
TAKEN = "('sent', 'delivered', 'undelivered')"
WORDS_OF_OFFERS = "('offer', 'reminder', 'other_seat', 'spoken_offer')"
JOBS = "with jobs as materialized (select task_name, args from procrastinate_jobs where status in ('todo', 'doing'))"
OFFERS = (
    "from offers o join deployments d on d.id = o.deployment_id"
    " cross join lateral (select 'request:' || d.request_id as topic) t"
)

ALWAYS = (
    Promise(
        "one-place-at-a-time",
        "Nobody is promised to two teams at once, travel and rest included.",
        f"""select a.id, 'request:' || d.request_id as topic, 'assignments ' || a.id || ' and ' || b.id as detail
        from assignments a join assignments b on b.expert_id = a.expert_id and b.id > a.id and b.span && a.span
        join deployments d on d.id = a.deployment_id
        where a.state in {LIVE} and b.state in {LIVE} limit :most""",
    ),
    Promise(
        "one-person-a-seat",
        "A seat has one person.",
        f"""select a.position_id as id, '' as topic, count(*) || ' people in one seat' as detail
        from assignments a where a.state in {SEATED} group by a.position_id having count(*) > 1 limit :most""",
    ),
    Promise(
        "a-filled-seat-has-its-person",
        "A filled seat has a person, and a seated person a filled seat.",
        f"""select p.id, 'request:' || d.request_id as topic, 'a ' || p.state || ' seat' as detail
        from positions p join deployments d on d.id = p.deployment_id
        where d.state in {MANNED} and (p.state = 'filled') <> exists
          (select from assignments a where a.position_id = p.id and a.state in {SEATED}) limit :most""",
    ),
    Promise(
        "a-yes-has-its-seat",
        "Whoever said yes and was told so has the seat.",
        f"""select o.id, t.topic, 'an accepted offer without a seat' as detail {OFFERS}
        where o.state = 'accepted' and d.state in {MANNED} and not exists
          (select from assignments a where a.position_id = o.position_id and a.expert_id = o.expert_id
           and a.state in {LIVE}) limit :most""",
    ),
    Promise(
        "a-confirmed-team-is-complete",
        "A team is confirmed when, and only when, every seat is filled.",
        """select d.id, 'request:' || d.request_id as topic, 'a ' || d.state || ' deployment' as detail
        from deployments d where d.state in ('offering', 'staffed') and (d.state = 'staffed') <> not exists
          (select from positions p where p.deployment_id = d.id and p.state not in ('filled', 'cancelled'))
        limit :most""",
    ),
    Promise(
        "a-held-seat-is-being-asked-for",
        "A seat is held only while somebody is asked for it.",
        f"""select p.id, 'request:' || d.request_id as topic, 'a held seat that nobody is asked for' as detail
        from positions p join deployments d on d.id = p.deployment_id
        where p.state = 'held' and d.state in ('planning', 'offering') and not exists
          (select from offers o where o.position_id = p.id and o.state in {OPEN}) limit :most""",
    ),
    Promise(
        "a-code-means-one-offer",
        "A code means one offer to whoever holds the phone, for 30 days.",
        """select o.id, 'request:' || d.request_id as topic, 'offers ' || o.id || ' and ' || other.id as detail
        from offers o join contacts c on c.expert_id = o.expert_id
        join contacts shared on left(shared.number, 22) = left(c.number, 22)
        join offers other on other.expert_id = shared.expert_id and other.code = o.code and other.id > o.id
          and other.asked_at < o.asked_at + interval '30 days'
        join deployments d on d.id = o.deployment_id limit :most""",
    ),
    Promise(
        "no-question-is-sent-twice",
        "No phone is sent the same question twice.",
        f"""select m.offer_id as id, min(m.topic) as topic, count(*) || ' texts with one question' as detail
        from messages m
        where m.kind = 'offer' and m.offer_id is not null and m.state in {TAKEN}
        group by m.offer_id, left(m.number, 22) having count(*) > 1 limit :most""",
    ),
    Promise(
        "no-text-after-stop",
        "Nobody is texted after their STOP.",
        f"""select m.id, m.topic, 'a text (' || m.kind || ') after STOP' as detail
        from contacts c join messages m on left(m.number, 22) = left(c.number, 22) and m.claimed_at > c.texts_stopped_at
        where c.texts_stopped_at is not null and m.channel = 'text' and m.state in {TAKEN}
        and m.kind not in ('texts_ended', 'wrong_number')
        limit :most""",
    ),
    Promise(
        "nothing-after-its-time",
        "Nothing is sent when its time is over.",
        """select m.id, m.topic, 'a message (' || m.kind || ') after its time' as detail
        from messages m where m.claimed_at > m.valid_until limit :most""",
    ),
    Promise(
        "a-question-runs-out",
        "Every text and call of an offer says until when it is good.",
        f"""select m.id, m.topic, 'a message (' || m.kind || ') without an end' as detail from messages m
        where m.kind in {WORDS_OF_OFFERS} and m.offer_id is not null and m.valid_until is null limit :most""",
    ),
    Promise(
        "who-asks-does-not-decide",
        "Asking, recommending and deciding are three people's work.",
        """select r.id, 'request:' || r.id as topic, 'a request decided by one who asked or recommended' as detail
        from requests r where r.state in ('approved', 'declined', 'referred')
        and r.decided_by_id in (r.recommended_by_id, r.filed_by_id) limit :most""",
    ),
)
"""What must never be seen. Most of it the database refuses; a restored or repaired one is checked all the same."""

FOLLOWED_UP = (
    Promise(
        "an-open-offer-has-contact-under-way",
        "Every open offer has its next step under way.",
        f"""{JOBS} select o.id, t.topic, 'an offer (' || o.state || ') without a timer' as detail {OFFERS}
        where o.state in {OPEN} and not exists
          (select from jobs j where j.task_name = 'dispatch.climb' and (j.args->>'offer_id')::bigint = o.id)
        limit :most""",
    ),
    Promise(
        "an-offer-ends-in-time",
        "An offer ends when its time is over.",
        f"""select o.id, t.topic, 'an offer still ' || o.state || ' after its time' as detail {OFFERS}
        where o.state in {OPEN} and o.reply_by < :cutoff limit :most""",
    ),
    Promise(
        "a-called-off-team-is-told",
        "When a team is called off, everybody asked or seated is told.",
        f"""{JOBS} select o.id, t.topic, 'an offer (' || o.state || ') of a team called off' as detail {OFFERS}
        where o.state in ('planned', 'contacting', 'deferred', 'accepted', 'standby') and d.state = 'stood_down'
        and not exists (select from jobs j where j.task_name = 'dispatch.tell_stood_down'
          and (j.args->>'subject_id')::bigint = d.id) limit :most""",
    ),
    Promise(
        "a-waiting-message-has-its-sender",
        "Every message that waits to go out has a job that sends it.",
        f"""{JOBS} select m.id, m.topic, 'a queued message (' || m.kind || ') that nobody sends' as detail
        from messages m where m.state = 'queued'
        and not exists (select from sending_holds h where h.released_at is null)
        and not exists (select from jobs j where j.task_name = 'dispatch.resume_sending')
        and not exists
          (select from jobs j where j.task_name = 'messaging.send' and (j.args->>'message_id')::bigint = m.id)
        limit :most""",
    ),
    Promise(
        "a-doubtful-message-is-asked-for",
        "A message that nobody knows the fate of is looked up at the carrier.",
        f"""{JOBS} select m.id, m.topic, 'a message (' || m.state || ') that nobody looks up' as detail
        from messages m where m.state in ('sending', 'unknown') and m.claimed_at < :cutoff and not exists
          (select from jobs j where j.task_name in ('messaging.send', 'messaging.reconcile')
           and (j.args->>'message_id')::bigint = m.id) limit :most""",
    ),
    Promise(
        "an-incoming-text-is-read",
        "Every incoming text is read within two minutes, by the service or by a person.",
        f"""{JOBS} select i.id, i.topic, 'an incoming text that nobody has read' as detail
        from inbound_messages i where i.state = 'received' and i.received_at < :cutoff and not exists
          (select from jobs j where j.task_name = 'replies.read' and (j.args->>'subject_id')::bigint = i.id)
        limit :most""",
    ),
    Promise(
        "an-approved-request-has-its-deployment",
        "An approval opens a deployment with its seats.",
        f"""{JOBS} select r.id, 'request:' || r.id as topic, 'an approved request without a deployment' as detail
        from requests r where r.state = 'approved' and r.decided_at < :cutoff and not exists
          (select from deployments d join positions p on p.deployment_id = d.id where d.request_id = r.id)
        and not exists (select from jobs j where j.task_name = 'deployments.open'
          and (j.args->>'subject_id')::bigint = r.id) limit :most""",
    ),
    Promise(
        "a-deployment-has-its-roster",
        "An open deployment has a proposed team, or one is being composed.",
        f"""{JOBS} select d.id, 'request:' || d.request_id as topic, 'a deployment without a roster' as detail
        from deployments d where d.state = 'planning' and d.opened_at < :cutoff
        and not exists (select from proposals p where p.deployment_id = d.id)
        and not exists (select from jobs j where j.task_name = 'rosters.propose'
          and (j.args->>'subject_id')::bigint = d.id) limit :most""",
    ),
    Promise(
        "an-open-seat-is-being-looked-for",
        "For an open seat of a team that is asked, the next person is looked for.",
        f"""{JOBS} select distinct on (d.id) d.id, 'request:' || d.request_id as topic,
          'an open seat that nobody is looked for' as detail
        from deployments d join positions p on p.deployment_id = d.id and p.state = 'open'
        where d.state in ('planning', 'offering', 'mobilising', 'active')
        and exists (select from proposals r where r.deployment_id = d.id and r.state = 'accepted')
        and not exists (select from proposals r where r.deployment_id = d.id and r.state = 'proposed')
        and not exists (select from call_outs c where c.deployment_id = d.id and c.paused_at is not null)
        and not exists (select from jobs j
          where j.task_name in ('dispatch.after_pause', 'dispatch.after_consent')
          and (j.args->>'subject_id')::bigint = d.id)
        and not exists (select from jobs j where j.task_name = 'dispatch.ask' and exists
          (select from proposals r where r.id = (j.args->>'subject_id')::bigint and r.deployment_id = d.id))
        and not exists (select from jobs j join offers o on o.id = (j.args->>'subject_id')::bigint
          where j.task_name in ('dispatch.after_no', 'dispatch.after_silence', 'dispatch.beside',
            'dispatch.after_unreachable', 'dispatch.after_withdrawal', 'dispatch.after_standby')
          and o.deployment_id = d.id)
        and not exists (select from jobs j
          where j.task_name = 'dispatch.seek' and (j.args->>'deployment_id')::bigint = d.id)
        and not exists (select from jobs j join positions q on q.id = (j.args->>'subject_id')::bigint
          where j.task_name = 'dispatch.after_reopening' and q.deployment_id = d.id)
        limit :most""",
    ),
    Promise(
        "a-confirmed-team-is-announced",
        "The agency is told when its team is confirmed.",
        f"""{JOBS} select d.id, 'request:' || d.request_id as topic, 'a confirmed team that nobody announced' as detail
        from deployments d where d.state = 'staffed' and d.staffed_at < :cutoff and d.staffed_at >= :since
        and not exists (select from messages m where m.topic = 'request:' || d.request_id
          and m.kind = 'team_confirmed')
        and not exists (select from jobs j where j.task_name = 'dispatch.tell_agency'
          and (j.args->>'subject_id')::bigint = d.id) limit :most""",
    ),
    Promise(
        "an-answer-is-answered",
        "Whoever answers an offer is told what became of it.",
        f"""select o.id, t.topic, 'an answer without a reply' as detail {OFFERS}
        where o.answered_at >= :since and o.answered_at < :cutoff
        and not exists (select from messages m where m.offer_id = o.id and m.kind not in {WORDS_OF_OFFERS}
          and m.queued_at >= o.answered_at - interval '1 minute')
        and exists (select from contacts c where c.expert_id = o.expert_id and c.texts_stopped_at is null)
        -- A no by a key, on a phone that wants no texts, is answered in that call.
        and not exists (select from messages m join contacts c on left(c.number, 22) = left(m.number, 22)
          where m.offer_id = o.id and m.digits = '2' and c.expert_id = o.expert_id and c.texts_stopped_at is not null)
        limit :most""",
    ),
    Promise(
        "what-did-not-arrive-is-followed-up",
        "When a decision did not reach its person, it is told another way, or the desk knows.",
        f"""{JOBS} select m.id, m.topic, 'a lost text (' || m.kind || ') that nobody followed up' as detail
        from messages m join offers o on o.id = m.offer_id
        where m.state in ('undelivered', 'failed') and m.queued_at >= :since and m.claimed_at < :cutoff
        and (m.kind, o.state) in (('confirmed', 'accepted'), ('now_declined', 'declined'), ('withdrawn', 'withdrawn'),
          ('seat_taken', 'withdrawn'), ('need_not_go', 'withdrawn'), ('turn_back', 'accepted'),
          ('stood_down', 'withdrawn'), ('other_offer_taken', 'withdrawn'), ('other_offer_taken', 'standby'))
        and not exists (select from messages n where n.offer_id = m.offer_id and n.id > m.id
          and n.kind in (m.kind, 'spoken_notice'))
        and not exists (select from alarms a where a.kind = 'message.lost' and a.subject_id = m.offer_id)
        and not exists (select from jobs j where j.task_name in ('dispatch.hurry_undelivered', 'dispatch.hurry_failed')
          and (j.args->>'subject_id')::bigint = m.id) limit :most""",
    ),
    Promise(
        "who-could-not-be-asked-is-named",
        "When an offer runs out and nobody was asked, the desk knows.",
        f"""{JOBS} select o.id, t.topic, 'an offer that ran out unasked' as detail {OFFERS}
        where o.state = 'expired' and o.reply_by >= :since and o.reply_by < :cutoff
        and not exists (select from messages m where m.offer_id = o.id and m.kind in {WORDS_OF_OFFERS}
          and (m.state in ('sent', 'delivered', 'sending', 'unknown', 'queued')
            or (m.channel = 'call' and m.sid is not null)))
        and not exists (select from alarms a where a.kind = 'offer.dial' and a.subject_id = o.id)
        and not exists (select from jobs j where j.task_name = 'dispatch.never_asked'
          and (j.args->>'subject_id')::bigint = o.id) limit :most""",
    ),
    Promise(
        "a-failed-job-is-shown",
        "A job that gave up is shown to the desk.",
        """select j.id, '' as topic, 'a failed job (' || j.task_name || ') that nobody was told of' as detail
        from procrastinate_jobs j join lateral
          (select max(e.at) as at from procrastinate_events e where e.job_id = j.id) e on true
        where j.status = 'failed' and e.at < now() - interval '2 minutes'
        and not exists (select from alarms a where a.kind = 'job.failed' and a.subject_id = j.id) limit :most""",
    ),
)
"""What must follow from what. The auditor repairs it, or tells the desk."""
PROMISES = ALWAYS + FOLLOWED_UP


async def broken(
    session: AsyncSession, promises: Sequence[Promise] = PROMISES, *, since: datetime = EVER
) -> list[Broken]:
    """Everything that breaks a promise at this moment. Reads only.

    Args:
        session: any transaction.
        promises: which ones; all by default.
        since: of what is settled and grows for ever, only what happened since then.
    """
    now = clock.now()
    values = {"now": now, "cutoff": now - GRACE, "since": since, "most": MOST}
    found = []
    for promise in promises:
        asked = {name: value for name, value in values.items() if f":{name}" in promise.query}
        rows = await session.execute(text(promise.query), asked)
        found += [Broken(promise.name, promise.says, row.id, row.topic, row.detail) for row in rows]
    return found
