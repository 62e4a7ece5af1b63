"""What becomes of an offer: what an expert hears after a yes or a no, or when the question is taken back."""

from app.messaging.texts.words import OfferWords, Text, said


def confirmed(w: OfferWords, desk_phone: str) -> Text:
    """Yes, and the seat is theirs."""
    return said(
        w.language,
        "confirmed",
        f"RRT: You have the seat: {w.seat}, {w.where}. Do not book travel yet, your mission order follows."
        f" Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def seat_confirmed_again(w: OfferWords, desk_phone: str) -> Text:
    """Another yes from somebody who is seated already."""
    return said(
        w.language,
        "seat_confirmed_again",
        f"RRT: Yes, you still have the seat: {w.seat}, {w.where}. Nothing more to do now."
        f" Problem? Call {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def got_no(w: OfferWords) -> Text:
    """No, understood."""
    return said(
        w.language,
        "got_no",
        f"RRT: Got your NO for {w.where}. Thank you. You do not need to do anything else. Ref {w.code}",
        w,
    )


def now_declined(w: OfferWords) -> Text:
    """A yes changed to no: the seat is free again."""
    return said(
        w.language,
        "now_declined",
        f"RRT: Got it: your YES for {w.where}, is now a NO. The seat goes to another. Do not travel."
        f" Thank you for telling us. Ref {w.code}",
        w,
    )


def standby(w: OfferWords) -> Text:
    """Yes in time, but the seat is taken."""
    return said(
        w.language,
        "standby",
        f"RRT: Got your YES for {w.where}. The seat is taken now, so you are on standby."
        f" Nothing to do. We text you if we need you. Ref {w.code}",
        w,
    )


def too_late(w: OfferWords) -> Text:
    """Yes after the time to answer."""
    return said(
        w.language,
        "too_late",
        f"RRT: Thank you. The time to answer for {w.where}, has passed. The desk decides if we still need you."
        f" Do not travel unless we text you. Ref {w.code}",
        w,
    )


def seat_taken(w: OfferWords) -> Text:
    """Asked beside somebody else who said yes first."""
    return said(
        w.language,
        "seat_taken",
        f"RRT: Somebody else now has the seat in {w.where}. Nothing to do, please do not travel."
        f" Thank you. Ref {w.code}",
        w,
    )


def still_yours(w: OfferWords, desk_phone: str) -> Text:
    """A no from somebody who is under way or on site: a person finds a relief, no machine opens the seat."""
    return said(
        w.language,
        "still_yours",
        f"RRT: Got your NO, but you are under way or on site for {w.where}. The desk will call you."
        f" Urgent? {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def withdrawn(w: OfferWords) -> Text:
    """The seat is no longer needed."""
    return said(
        w.language,
        "withdrawn",
        f"RRT: The seat in {w.where}, is no longer needed. Nothing to do, please do not travel."
        f" Thank you. Ref {w.code}",
        w,
    )


def stood_down(w: OfferWords, desk_phone: str) -> Text:
    """The whole deployment is called off."""
    return said(
        w.language,
        "stood_down",
        f"RRT: {w.where}, is called off. Do not travel. If you have left, call the desk now: {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def other_offer_taken(w: OfferWords) -> Text:
    """Said yes to another deployment at the same time; this offer is withdrawn."""
    return said(
        w.language,
        "other_offer_taken",
        f"RRT: You said YES to another team, so we no longer ask you for {w.where}."
        f" Nothing to do. Thank you. Ref {w.code}",
        w,
    )


def deferred(w: OfferWords, desk_phone: str) -> Text:
    """A conditional answer: a person looks at it."""
    return said(
        w.language,
        "deferred",
        f"RRT: Thank you. A person at the desk will look at your answer for {w.where}, and get back to you."
        f" Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )
