"""Every text we send and every sentence we speak, in one place.

Written for a tired person at 3 a.m.: who it is, one message, one action. A text names the state and the days, never a
town, an incident or a person (domain.md 5.4), and fits one GSM-7 segment with the longest words it can get; tests hold
every function of this module to that. Answers are taught with the offer's own code ("YES 412"), so that none is a
keyword of the carrier (domain.md 5.1). The same words in Spanish stand in `spanish.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.places import STATES
from app.core.text import gsm7, segments
from app.messaging import sealed, spanish

SPOKEN = "spoken"
"""Kinds of what a call says begin with it; everything else is a text."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words ready to go out. `kind` names the function that made them."""

    kind: str
    body: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What texts may say of an offer.

    Args:
        code: the offer's three digits.
        role: the seat's title: "Clinician".
        state: postal code of the state, two letters.
        dates: first to last day: "Nov 23-26".
        reply_by: until when to answer, with the reader's zone: "4:30am CT".
        language: the reader's: "en" or "es".
        link: address of the offer's page, its token as a mark; "" when there is none.
    """

    code: str
    role: str
    state: str
    dates: str
    reply_by: str
    language: str = "en"
    link: str = ""

    @property
    def where(self) -> str:
        """The state and the days: "TX, Nov 23-26"."""
        return f"{self.state}, {self.dates}"

    @property
    def seat(self) -> str:
        """The role as it stands inside a sentence."""
        return self.role.lower()

    @property
    def answers(self) -> str:
        """The two answers to choose from."""
        return f"YES {self.code} or NO {self.code}"


def _text(language: str, kind: str, english: str, w: OfferWords | None = None, **more: str) -> Text:
    """The English words, or the Spanish ones of the same kind."""
    if language != "es":
        return Text(kind, english)
    return Text(kind, spanish.said(kind, **(_spanish(w) if w else {}), **more), "es")


def _spanish(w: OfferWords) -> dict[str, str]:
    """What the Spanish texts may say of an offer."""
    return {
        "role": spanish.ROLES.get(w.seat, w.seat),
        "where": f"{w.state}, {spanish.days(w.dates)}",
        "answers": f"SI {w.code} o NO {w.code}",
        "reply_by": spanish.time(w.reply_by),
        "code": w.code,
        "place": STATES.get(w.state, w.state),
        "spoken_dates": spanish.spoken_days(w.dates),
        "spoken_time": spanish.spoken_time(w.reply_by),
        "digits": ", ".join(w.code),
    }


def offer(w: OfferWords) -> Text:
    """The question itself. The link to its page stands in it where it fits; the text is enough without."""
    ways = ("", *((f" {w.link}", f" More: {w.link}") if w.link else ()))
    for more in reversed(ways):
        text = _text(
            w.language,
            "offer",
            f"RRT: Can you go to {w.where}, as {w.seat}? Reply {w.answers} by {w.reply_by}.{more} STOP to end",
            w,
            more=more.replace("More:", "Mas:"),
        )
        if segments(sealed.measured(text.body)) == 1:
            break
    return text


def offer_link(w: OfferWords) -> Text:
    """The link to an offer's page, for whoever asked for it."""
    return _text(
        w.language,
        "offer_link",
        f"RRT: Your page for {w.where}: {w.link} Only for you. Ref {w.code}",
        w,
        link=w.link,
    )


def phone_code(mark: str, language: str = "en") -> Text:
    """A code that proves whose phone it is."""
    return _text(
        language,
        "phone_code",
        f"RRT: Your code is {mark}. It is good for 10 minutes. We never ask you for it by phone; tell it to nobody.",
        mark=mark,
    )


def reminder(w: OfferWords) -> Text:
    """The question once more, to somebody silent. The link takes the place of the role, which the first text said."""
    fine, role = " NO is fine.", f", {w.seat}"
    for about, more in (("", f"{fine} {w.link}"), ("", f" {w.link}"), (role, fine)) if w.link else ((role, fine),):
        text = _text(
            w.language,
            "reminder",
            f"RRT: We still need your answer: {w.where}{about}. Reply {w.answers} by {w.reply_by}.{more} STOP to end",
            w,
            about=f", {_spanish(w)['role']}" if about else "",
            more=more.replace(fine, " Puede decir NO."),
        )
        if segments(sealed.measured(text.body)) == 1:
            break
    return text


def confirmed(w: OfferWords, desk_phone: str) -> Text:
    """Yes, and the seat is theirs."""
    return _text(
        w.language,
        "confirmed",
        f"RRT: You have the seat: {w.seat}, {w.where}. Do not book travel yet, your mission order follows."
        f" Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def seat_confirmed_again(w: OfferWords, desk_phone: str) -> Text:
    """Another yes from somebody who is seated already."""
    return _text(
        w.language,
        "seat_confirmed_again",
        f"RRT: Yes, you still have the seat: {w.seat}, {w.where}. Nothing more to do now."
        f" Problem? Call {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def got_no(w: OfferWords) -> Text:
    """No, understood."""
    return _text(
        w.language,
        "got_no",
        f"RRT: Got your NO for {w.where}. Thank you. You do not need to do anything else. Ref {w.code}",
        w,
    )


def now_declined(w: OfferWords) -> Text:
    """A yes changed to no: the seat is free again."""
    return _text(
        w.language,
        "now_declined",
        f"RRT: Got it: your YES for {w.where}, is now a NO. The seat goes to another. Do not travel."
        f" Thank you for telling us. Ref {w.code}",
        w,
    )


def standby(w: OfferWords) -> Text:
    """Yes in time, but the seat is taken."""
    return _text(
        w.language,
        "standby",
        f"RRT: Got your YES for {w.where}. The seat is taken now, so you are on standby."
        f" Nothing to do. We text you if we need you. Ref {w.code}",
        w,
    )


def too_late(w: OfferWords) -> Text:
    """Yes after the time to answer."""
    return _text(
        w.language,
        "too_late",
        f"RRT: Thank you. The time to answer for {w.where}, has passed. The desk decides if we still need you."
        f" Do not travel unless we text you. Ref {w.code}",
        w,
    )


def seat_taken(w: OfferWords) -> Text:
    """Asked beside somebody else who said yes first."""
    return _text(
        w.language,
        "seat_taken",
        f"RRT: Somebody else now has the seat in {w.where}. Nothing to do, please do not travel."
        f" Thank you. Ref {w.code}",
        w,
    )


def still_yours(w: OfferWords, desk_phone: str) -> Text:
    """A no from somebody who is under way or on site: a person finds a relief, no machine opens the seat."""
    return _text(
        w.language,
        "still_yours",
        f"RRT: Got your NO, but you are under way or on site for {w.where}. The desk will call you."
        f" Urgent? {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def other_seat(w: OfferWords) -> Text:
    """Asked beside somebody else who said yes first: the same question for another seat that they fit."""
    return _text(
        w.language,
        "other_seat",
        f"RRT: That seat is taken now. Can you go to {w.where}, as {w.seat}? Reply {w.answers} by {w.reply_by}.",
        w,
    )


def withdrawn(w: OfferWords) -> Text:
    """The seat is no longer needed."""
    return _text(
        w.language,
        "withdrawn",
        f"RRT: The seat in {w.where}, is no longer needed. Nothing to do, please do not travel."
        f" Thank you. Ref {w.code}",
        w,
    )


def stood_down(w: OfferWords, desk_phone: str) -> Text:
    """The whole deployment is called off."""
    return _text(
        w.language,
        "stood_down",
        f"RRT: {w.where}, is called off. Do not travel. If you have left, call the desk now: {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def other_offer_taken(w: OfferWords) -> Text:
    """Said yes to another deployment at the same time; this offer is withdrawn."""
    return _text(
        w.language,
        "other_offer_taken",
        f"RRT: You said YES to another team, so we no longer ask you for {w.where}."
        f" Nothing to do. Thank you. Ref {w.code}",
        w,
    )


def deferred(w: OfferWords, desk_phone: str) -> Text:
    """A conditional answer: a person looks at it."""
    return _text(
        w.language,
        "deferred",
        f"RRT: Thank you. A person at the desk will look at your answer for {w.where}, and get back to you."
        f" Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def not_clear(w: OfferWords) -> Text:
    """An answer nobody could read, sent once."""
    return _text(
        w.language,
        "not_clear",
        f"RRT: Sorry, we did not understand. Can you go to {w.where}? Reply {w.answers} by {w.reply_by}.",
        w,
    )


def which_one(open_offers: Sequence[OfferWords]) -> Text:
    """A bare yes or no with several open offers: which one is meant. Days are left out when they do not fit."""
    first, language = open_offers[0].code, open_offers[0].language
    for items in (
        [f"{w.code} {w.where}" for w in open_offers],
        [f"{w.code} {w.state}" for w in open_offers],
        [w.code for w in open_offers[:8]],
    ):
        told, count = "; ".join(items), str(len(open_offers))
        text = _text(
            language,
            "which_one",
            f"RRT: You have {count} open requests: {told}."
            f" Reply YES or NO with the number, like YES {first} or NO {first}.",
            items=told, count=count, first=first,
        )  # fmt: skip
        if segments(text.body) == 1:
            break
    return text


def which_person(w: OfferWords) -> Text:
    """A bare answer from a phone that two experts share: only the offer's code says whose it is."""
    return _text(
        w.language,
        "which_person",
        f"RRT: Two of our experts use this phone. For {w.where}, please reply with the number: {w.answers}.",
        w,
    )


def say_your_name(example: str, language: str = "en") -> Text:
    """AWAY, STATUS or the like from a phone that two experts share."""
    return _text(
        language,
        "say_your_name",
        f"RRT: Two of our experts use this phone. Please send it again with your first name, like {example}.",
        example=example,
    )


def no_open_offer(desk_phone: str, language: str = "en") -> Text:
    """An answer from an expert whom nobody asks anything at present."""
    return _text(
        language,
        "no_open_offer",
        f"RRT: You have no open request from us now. Nothing to do. To talk to a person call the desk: {desk_phone}",
        desk_phone=desk_phone,
    )


def wrong_code(desk_phone: str, language: str = "en") -> Text:
    """An answer with a number that is not one of theirs."""
    return _text(
        language,
        "wrong_code",
        "RRT: That number is not one of your open requests. Please check the number in our last text,"
        f" or call the desk: {desk_phone}",
        desk_phone=desk_phone,
    )


def help_text(desk_phone: str, language: str = "en") -> Text:
    """The answer to HELP that carriers require (domain.md 5.1)."""
    return _text(
        language,
        "help_text",
        f"RRT: Rapid Response Team desk, staffed day and night. Call {desk_phone}. Reply STOP to end texts."
        " Msg and data rates may apply.",
        desk_phone=desk_phone,
    )


def passed_to_desk(desk_phone: str, language: str = "en") -> Text:
    """A question or anything else that a person has to read."""
    return _text(
        language,
        "passed_to_desk",
        f"RRT: Got your text. A person at the desk will read it and get back to you. Urgent? Call {desk_phone}",
        desk_phone=desk_phone,
    )


def texts_ended(language: str = "en") -> Text:
    """Somebody asked in their own words for an end of texts, which no carrier answers. Sent once, the last."""
    return _text(
        language,
        "texts_ended",
        "RRT: You will get no more texts from us. The desk knows, and may call you. To get texts again reply START.",
    )


def wrong_number(language: str = "en") -> Text:
    """The phone seems to have another owner."""
    return _text(
        language,
        "wrong_number",
        "RRT: Sorry for the trouble. We will not text this number again. The desk will look into it.",
    )


def status_nothing(away: str, desk_phone: str, language: str = "en") -> Text:
    """STATUS, and there is nothing. `away`: the last day somebody said they cannot go, "Dec 27", or ""."""
    told = f" You are away until {away}." if away else ""
    en_espanol = f" Esta ausente hasta el {spanish.days(away)}." if away else ""
    return _text(
        language,
        "status_nothing",
        f"RRT: Nothing is open: we ask you nothing now, and you have no seat.{told} Desk: {desk_phone}",
        away=en_espanol, desk_phone=desk_phone,
    )  # fmt: skip


def status_open(open_offers: Sequence[OfferWords], desk_phone: str) -> Text:
    """STATUS, and we wait for answers."""
    for items in (
        [f"{w.code} {w.where}" for w in open_offers],
        [f"{w.code} {w.state}" for w in open_offers],
        [w.code for w in open_offers[:8]],
    ):
        told = "; ".join(items)
        text = _text(
            open_offers[0].language,
            "status_open",
            f"RRT: We wait for your answer: {told}. Reply YES or NO with the number. Desk: {desk_phone}",
            items=told, desk_phone=desk_phone,
        )  # fmt: skip
        if segments(text.body) == 1:
            break
    return text


def status_seat(w: OfferWords, desk_phone: str) -> Text:
    """STATUS, and somebody has a seat."""
    return _text(
        w.language,
        "status_seat",
        f"RRT: You have the seat: {w.seat}, {w.where}. Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def away_noted(dates: str, language: str = "en") -> Text:
    """AWAY, kept."""
    return _text(
        language,
        "away_noted",
        f"RRT: Noted: you are away {dates}. We will not ask you for these days. Back sooner? Reply BACK",
        dates=spanish.days(dates),
    )


def away_when(language: str = "en") -> Text:
    """AWAY without days we can read."""
    return _text(language, "away_when", "RRT: Which days are you away? Reply like this: AWAY 12/20-12/27 (month/day).")


def away_but_asked(w: OfferWords, away_dates: str) -> Text:
    """AWAY for days we are asking about: kept, and the question still wants its own answer."""
    return _text(
        w.language,
        "away_but_asked",
        f"RRT: Noted: you are away {away_dates}. We still ask you for these days, {w.where}: reply {w.answers}.",
        w,
        away_dates=spanish.days(away_dates),
    )


def away_but_seated(w: OfferWords, desk_phone: str) -> Text:
    """AWAY for days on which somebody has a seat: a person settles it."""
    return _text(
        w.language,
        "away_but_seated",
        f"RRT: Noted, but you have a seat on these days: {w.where}. The desk will call you."
        f" Urgent? {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def back_noted(language: str = "en") -> Text:
    """BACK ended an absence."""
    return _text(language, "back_noted", "RRT: Welcome back. From now on we may ask you again. Nothing more to do.")


def not_away(language: str = "en") -> Text:
    """BACK from somebody who was not away."""
    return _text(language, "not_away", "RRT: You were not marked as away. Nothing to do.")


def arrived_noted(w: OfferWords, desk_phone: str) -> Text:
    """ARRIVED, kept with the seat."""
    return _text(
        w.language,
        "arrived_noted",
        f"RRT: Thank you, noted that you arrived: {w.where}. The desk sees it. To talk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def left_noted(w: OfferWords, desk_phone: str) -> Text:
    """LEFT, kept with the seat."""
    return _text(
        w.language,
        "left_noted",
        f"RRT: Thank you, noted that you left. Text ARRIVED when there, DELAYED if late: {w.where}."
        f" Trouble? {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def home_noted(w: OfferWords, desk_phone: str) -> Text:
    """HOME, kept with the seat."""
    return _text(
        w.language,
        "home_noted",
        f"RRT: Thank you, noted that you are home. Rest well. The desk sees it. To talk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def delay_noted(w: OfferWords, desk_phone: str) -> Text:
    """DELAYED, shown to the desk."""
    return _text(
        w.language,
        "delay_noted",
        f"RRT: Thank you. The desk now sees that you are delayed: {w.where}. Urgent? {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def not_under_way(w: OfferWords, desk_phone: str) -> Text:
    """ARRIVED or HOME before the journey has begun."""
    return _text(
        w.language,
        "not_under_way",
        f"RRT: Got your text, but your trip for {w.where} has not begun. A person will look: {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def no_mission(desk_phone: str, language: str = "en") -> Text:
    """ARRIVED, HOME or DELAYED from somebody without a seat."""
    return _text(
        language,
        "no_mission",
        f"RRT: Got your text, but you have no seat with us now. A person at the desk will look. To talk: {desk_phone}",
        desk_phone=desk_phone,
    )


def mission_order(w: OfferWords, desk_phone: str) -> Text:
    """The mission order is out: read it, and say so before travelling."""
    return _text(
        w.language,
        "mission_order",
        f"RRT: Your mission order is ready: {w.seat}, {w.where}. Read it on your page, then reply OK {w.code}."
        f" Desk: {desk_phone}",
        w,
        desk_phone=desk_phone,
    )


def order_amended(w: OfferWords, desk_phone: str) -> Text:
    """The mission has changed, and must be read again."""
    return _text(
        w.language,
        "order_amended",
        f"RRT: Change to your mission order: {w.where}. Read it again on your page, then reply OK {w.code}."
        f" Desk: {desk_phone}",
        w,
        desk_phone=desk_phone,
    )


def order_unread(w: OfferWords, desk_phone: str) -> Text:
    """The journey is near, and nobody knows whether the order was read."""
    return _text(
        w.language,
        "order_unread",
        f"RRT: You leave soon: {w.where}. Please read your mission order first and reply OK {w.code}."
        f" Problem? {desk_phone}",
        w,
        desk_phone=desk_phone,
    )


def order_acknowledged(w: OfferWords, desk_phone: str) -> Text:
    """OK, kept; what to text on the road."""
    return _text(
        w.language,
        "order_acknowledged",
        f"RRT: Thank you, noted that you read your order: {w.where}. Text ARRIVED when there, DELAYED if late."
        f" Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def are_you_there(w: OfferWords, desk_phone: str) -> Text:
    """Expected on site an hour ago, and nothing heard."""
    return _text(
        w.language,
        "are_you_there",
        f"RRT: We expected you on site by now: {w.where}. Reply ARRIVED or DELAYED. Trouble? Call {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def are_you_home(w: OfferWords, desk_phone: str) -> Text:
    """Expected at home two hours ago, and nothing heard."""
    return _text(
        w.language,
        "are_you_home",
        f"RRT: Are you home safely? Reply HOME. Still on the way or in trouble? Call {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def member_missing(w: OfferWords, desk_phone: str) -> Text:
    """To the team leader: somebody of the team is not there."""
    return _text(
        w.language,
        "member_missing",
        f"RRT: A member of your team has not checked in: {w.where}. See your page, or call the desk: {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def report_due(w: OfferWords, desk_phone: str) -> Text:
    """To the team leader: the day's report is missing."""
    return _text(
        w.language,
        "report_due",
        f"RRT: Your report of today is still open: {w.where}. Two minutes on your page. Or call {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def relief_noted(w: OfferWords, desk_phone: str) -> Text:
    """Relief was asked for, and is looked for at once."""
    return _text(
        w.language,
        "relief_noted",
        f"RRT: Noted. We look for somebody to relieve you now: {w.where}. No reason needed. To talk: {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def released(w: OfferWords, desk_phone: str) -> Text:
    """Free to go home."""
    return _text(
        w.language,
        "released",
        f"RRT: You are released: {w.where}. Thank you. Travel safely, and text HOME when you are there."
        f" Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def welcome_home(w: OfferWords, rest_until: str) -> Text:
    """HOME, and the rest that has begun."""
    return _text(
        w.language,
        "welcome_home",
        f"RRT: Welcome home, and thank you. Your rest has begun: we ask you nothing before {rest_until}."
        f" To talk to somebody call or text 988. Ref {w.code}",
        w,
        rest_until=spanish.days(rest_until) if w.language == "es" else rest_until,
    )


def not_released(w: OfferWords, desk_phone: str) -> Text:
    """HOME from somebody who is listed on site."""
    return _text(
        w.language,
        "not_released",
        f"RRT: You texted HOME, but we still list you on site: {w.where}. The desk looks, or call {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def drill(drill_code: str, language: str = "en") -> Text:
    """A test of the texts themselves. It asks nobody to go anywhere."""
    return _text(
        language,
        "drill",
        f"RRT: This is a TEST of the Rapid Response Team. Nobody travels. Please reply 1 {drill_code}. Thank you."
        " STOP to end",
        drill_code=drill_code,
    )


def drill_thanks(drill_code: str, language: str = "en") -> Text:
    """The test's answer has come."""
    return _text(
        language,
        "drill_thanks",
        f"RRT: Thank you. Your answer to the test {drill_code} is in. Nothing more to do.",
        drill_code=drill_code,
    )


def drill_over(drill_code: str, language: str = "en") -> Text:
    """The test's answer has come after its end."""
    return _text(
        language,
        "drill_over",
        f"RRT: Thank you. The test {drill_code} is over; we noted that you answered late. Nothing more to do.",
        drill_code=drill_code,
    )


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


MONTHS = {
    "Jan": "January", "Feb": "February", "Mar": "March", "Apr": "April", "May": "May", "Jun": "June", "Jul": "July",
    "Aug": "August", "Sep": "September", "Oct": "October", "Nov": "November", "Dec": "December",
}  # fmt: skip
ZONE_NAMES = {
    "ET": "Eastern", "CT": "Central", "MT": "Mountain", "PT": "Pacific", "AKT": "Alaska", "HT": "Hawaii",
    "AT": "Atlantic", "ChT": "Chamorro", "ST": "Samoa",
}  # fmt: skip


def _said_days(dates: str) -> str:
    """ "Nov 30-Dec 2" as a voice says it: "November 30 to December 2"."""
    for short, long in MONTHS.items():
        dates = dates.replace(short, long)
    return dates.replace("-", " to ")


def _said_time(time: str) -> str:
    """ "4:30am CT" as a voice says it: "4:30 a.m. Central time"."""
    hour, _, zone = time.rpartition(" ")
    hour = hour.replace("am", " a.m.").replace("pm", " p.m.")
    return f"{hour} {ZONE_NAMES.get(zone, zone)} time"


def spoken_offer(w: OfferWords) -> Text:
    """The question as a call asks it: short sentences, the code digit by digit, one key for each answer."""
    return _text(
        w.language,
        "spoken_offer",
        "Hello. This is the Rapid Response Team."
        f" Can you go to {STATES.get(w.state, w.state)}, {_said_days(w.dates)}, as {w.seat}?"
        f" Your number for this is {', '.join(w.code)}."
        f" We need your answer by {_said_time(w.reply_by)}."
        " For yes, press 1. For no, press 2. To have the desk call you, press 9.",
        w,
    )


def spoken_notice(body: str, language: str = "en") -> Text:
    """A decision that no text could bring, as a call says it; a key proves that a person heard it."""
    number = " Su numero es " if language == "es" else " Your number for this is "
    told = body.removeprefix("RRT: ").replace(" Ref ", number)
    return _text(
        language,
        "spoken_notice",
        f"Hello. This is the Rapid Response Team. We could not text you this. {told}"
        " If you have heard this, press 1. To have the desk call you, press 9.",
        told=told,
    )


def spoken_over(language: str = "en") -> Text:
    """A call that is taken when the time to answer is over."""
    return _text(
        language,
        "spoken_over",
        "Hello. This is the Rapid Response Team. The time to answer our question has passed."
        " You do not need to do anything. Thank you. Goodbye.",
    )


def spoken_heard(language: str = "en") -> Text:
    """After the key that says a notice was heard."""
    return _text(language, "spoken_heard", "Thank you. Goodbye.")


def spoken_thanks(language: str = "en") -> Text:
    """After a key: true whatever becomes of the seat, which a text says."""
    return _text(
        language, "spoken_thanks", "Thank you. We have your answer. A text will tell you what happens next. Goodbye."
    )


def spoken_desk(language: str = "en") -> Text:
    """After the key 9."""
    return _text(language, "spoken_desk", "Thank you. A person at the desk will call you back. Goodbye.")


def spoken_voicemail(language: str = "en") -> Text:
    """All that is left on an answering machine (domain.md 5.5)."""
    return _text(
        language,
        "spoken_voicemail",
        "This is the Rapid Response Team. Please check your messages from R R T. Thank you.",
    )


def plain(text: Text) -> Text:
    """The same words in GSM-7 only, whatever a name or a date brought in."""
    return Text(text.kind, gsm7(text.body).replace("\r", " ").replace("\n", " "), text.language)
