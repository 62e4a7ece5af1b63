"""What we reply to people on the road: LEFT, ARRIVED, DELAYED, HOME, and a wish for relief."""

from app.messaging import spanish
from app.messaging.texts.words import OfferWords, Text, said


def left_noted(w: OfferWords, desk_phone: str) -> Text:
    """LEFT, kept with the seat."""
    return said(
        w.language,
        "left_noted",
        f"RRT: Thank you, noted that you left. Text ARRIVED when there, DELAYED if late: {w.where}."
        f" Trouble? {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def arrived_noted(w: OfferWords, desk_phone: str) -> Text:
    """ARRIVED, kept with the seat."""
    return said(
        w.language,
        "arrived_noted",
        f"RRT: Thank you, noted that you arrived: {w.where}. The desk sees it. To talk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def delay_noted(w: OfferWords, desk_phone: str) -> Text:
    """DELAYED, shown to the desk."""
    return said(
        w.language,
        "delay_noted",
        f"RRT: Thank you. The desk now sees that you are delayed: {w.where}. Urgent? {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def home_noted(w: OfferWords, desk_phone: str) -> Text:
    """HOME, kept with the seat."""
    return said(
        w.language,
        "home_noted",
        f"RRT: Thank you, noted that you are home. Rest well. The desk sees it. To talk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def not_under_way(w: OfferWords, desk_phone: str) -> Text:
    """ARRIVED or HOME before the journey has begun."""
    return said(
        w.language,
        "not_under_way",
        f"RRT: Got your text, but your trip for {w.where} has not begun. A person will look: {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def no_mission(desk_phone: str, language: str = "en") -> Text:
    """ARRIVED, HOME or DELAYED from somebody without a seat."""
    return said(
        language,
        "no_mission",
        f"RRT: Got your text, but you have no seat with us now. A person at the desk will look. To talk: {desk_phone}",
        desk_phone=desk_phone,
    )


def relief_noted(w: OfferWords, desk_phone: str) -> Text:
    """Relief was asked for, and is looked for at once."""
    return said(
        w.language,
        "relief_noted",
        f"RRT: Noted. We look for somebody to relieve you now: {w.where}. No reason needed. To talk: {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def relief_before_leaving(w: OfferWords, desk_phone: str) -> Text:
    """Relief was asked for by somebody who is still at home."""
    return said(
        w.language,
        "relief_before_leaving",
        f"RRT: Noted. We look for somebody to go instead of you: {w.where}. Until we text you, the seat is yours."
        f" Talk: {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def need_not_go(w: OfferWords, desk_phone: str) -> Text:
    """Somebody goes instead, and they have not left."""
    return said(
        w.language,
        "need_not_go",
        f"RRT: Somebody goes instead of you: {w.where}. Please do not travel. No reason needed. Left already? Call"
        f" {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def turn_back(w: OfferWords, desk_phone: str) -> Text:
    """Whoever comes instead is there, and they are on the way."""
    return said(
        w.language,
        "turn_back",
        f"RRT: Somebody is there instead of you: {w.where}. Turn back now, and text HOME when home. Problem?"
        f" {desk_phone}. Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def relief_by_desk(w: OfferWords, desk_phone: str) -> Text:
    """RELIEF when there is none to look for: no order yet, the team is leaving, or they are released."""
    return said(
        w.language,
        "relief_by_desk",
        f"RRT: Got your RELIEF for {w.where}. A person at the desk looks now. Cannot wait? Call {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )


def welcome_home(w: OfferWords, rest_until: str) -> Text:
    """HOME, and the rest that has begun."""
    return said(
        w.language,
        "welcome_home",
        f"RRT: Welcome home, and thank you. Your rest has begun: we ask you nothing before {rest_until}."
        f" To talk to somebody call or text 988. Ref {w.code}",
        w,
        rest_until=spanish.days(rest_until) if w.language == "es" else rest_until,
    )


def not_released(w: OfferWords, desk_phone: str) -> Text:
    """HOME from somebody who is listed on site."""
    return said(
        w.language,
        "not_released",
        f"RRT: You texted HOME, but we still list you on site: {w.where}. The desk looks, or call {desk_phone}."
        f" Ref {w.code}",
        w,
        desk_phone=desk_phone,
    )
