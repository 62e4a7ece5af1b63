"""What we ask an expert: an offer, its reminder, and the question again when an answer was not clear."""

from collections.abc import Sequence

from app.core.text import segments
from app.messaging import sealed
from app.messaging.texts.words import OfferWords, Text, said, spanish_words


def offer(w: OfferWords) -> Text:
    """The question itself. The link to its page stands in it where it fits; the text is enough without."""
    ways = ("", *((f" {w.link}", f" More: {w.link}") if w.link else ()))
    for more in reversed(ways):
        text = said(
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
    return said(
        w.language,
        "offer_link",
        f"RRT: Your page for {w.where}: {w.link} Only for you. Ref {w.code}",
        w,
        link=w.link,
    )


def reminder(w: OfferWords) -> Text:
    """The question once more, to somebody silent. The link takes the place of the role, which the first text said."""
    fine, role = " NO is fine.", f", {w.seat}"
    for about, more in (("", f"{fine} {w.link}"), ("", f" {w.link}"), (role, fine)) if w.link else ((role, fine),):
        text = said(
            w.language,
            "reminder",
            f"RRT: We still need your answer: {w.where}{about}. Reply {w.answers} by {w.reply_by}.{more} STOP to end",
            w,
            about=f", {spanish_words(w)['role']}" if about else "",
            more=more.replace(fine, " Puede decir NO."),
        )
        if segments(sealed.measured(text.body)) == 1:
            break
    return text


def other_seat(w: OfferWords) -> Text:
    """Asked beside somebody else who said yes first: the same question for another seat that they fit."""
    return said(
        w.language,
        "other_seat",
        f"RRT: That seat is taken now. Can you go to {w.where}, as {w.seat}? Reply {w.answers} by {w.reply_by}.",
        w,
    )


def not_clear(w: OfferWords) -> Text:
    """An answer nobody could read, sent once."""
    return said(
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
        text = said(
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
    return said(
        w.language,
        "which_person",
        f"RRT: Two of our experts use this phone. For {w.where}, please reply with the number: {w.answers}.",
        w,
    )
