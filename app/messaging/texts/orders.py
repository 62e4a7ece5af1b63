"""The mission order, and what the road expects of people: what we send before anybody has texted."""

from app.messaging.texts.words import OfferWords, Text, said


def mission_order(w: OfferWords, desk_phone: str) -> Text:
    """The mission order is out: read it, and say so before travelling."""
    return said(
        w.language,
        "mission_order",
        f"RRT: Your mission order is ready: {w.seat}, {w.where}. Read it on your page, then reply OK {w.code}."
        f" Desk: {desk_phone}",
        w,
        desk_phone=desk_phone,
    )


def order_amended(w: OfferWords, desk_phone: str) -> Text:
    """The mission has changed, and must be read again."""
    return said(
        w.language,
        "order_amended",
        f"RRT: Change to your mission order: {w.where}. Read it again on your page, then reply OK {w.code}."
        f" Desk: {desk_phone}",
        w,
        desk_phone=desk_phone,
    )


def order_unread(w: OfferWords, desk_phone: str) -> Text:
    """The journey is near, and nobody knows whether the order was read."""
    return said(
        w.language,
        "order_unread",
        f"RRT: You leave soon: {w.where}. Please read your mission order first and reply OK {w.code}."
        f" Problem? {desk_phone}",
        w,
        desk_phone=desk_phone,
    )


def change_unread(w: OfferWords, desk_phone: str) -> Text:
    """On the road, and nobody knows whether the change was read."""
    return said(
        w.language,
        "change_unread",
        f"RRT: Please read the change to your mission order: {w.where}. It is on your page; then reply OK {w.code}."
        f" Problem? {desk_phone}",
        w,
        desk_phone=desk_phone,
    )


def order_acknowledged(w: OfferWords, desk_phone: str) -> Text:
    """OK, kept; what to text on the road."""
    return said(
        w.language,
        "order_acknowledged",
        f"RRT: Thank you, noted that you read your order: {w.where}. Text ARRIVED when there, DELAYED if late."
        f" Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def are_you_there(w: OfferWords, desk_phone: str) -> Text:
    """Expected on site an hour ago, and nothing heard."""
    return said(
        w.language,
        "are_you_there",
        f"RRT: We expected you on site by now: {w.where}. Reply ARRIVED or DELAYED. Trouble? Call {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def are_you_home(w: OfferWords, desk_phone: str) -> Text:
    """Expected at home two hours ago, and nothing heard."""
    return said(
        w.language,
        "are_you_home",
        f"RRT: Are you home safely? Reply HOME. Still on the way or in trouble? Call {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def member_missing(w: OfferWords, desk_phone: str) -> Text:
    """To the team leader: somebody of the team is not there."""
    return said(
        w.language,
        "member_missing",
        f"RRT: Somebody of your team has not checked in: {w.where}. See your page, or call the desk: {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def report_due(w: OfferWords, desk_phone: str) -> Text:
    """To the team leader: the day's report is missing."""
    return said(
        w.language,
        "report_due",
        f"RRT: Your report of today is still open: {w.where}. Two minutes on your page. Or call {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def released(w: OfferWords, desk_phone: str) -> Text:
    """Free to go home."""
    return said(
        w.language,
        "released",
        f"RRT: You are released: {w.where}. Thank you. Travel safely, and text HOME when you are there."
        f" Desk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )
