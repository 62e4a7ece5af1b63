"""The words of the road: what is reported, by which way, and how somebody is."""

from enum import StrEnum


class Step(StrEnum):
    """What is told of one person's journey (ICS-211 and ICS-221 data)."""

    LEFT = "left"
    ARRIVED = "arrived"
    DELAYED = "delayed"
    NOT_THERE = "not_there"
    NO_SHOW = "no_show"
    RELEASED = "released"
    HOME = "home"


class Way(StrEnum):
    """How it was told."""

    TEXT = "text"
    PAGE = "page"
    LEADER = "leader"
    """By the team leader, on behalf."""
    DESK = "desk"


class StayState(StrEnum):
    """What became of the question whether somebody can stay longer."""

    CAPPED = "capped"
    """A cap is in the way: nobody asks them before two people have set it aside."""
    ASKED = "asked"
    STAYS = "stays"
    GOES = "goes"
    """Goes home as planned: said so, did not answer, is promised elsewhere, or may not stay."""


class Light(StrEnum):
    """How somebody is today, and no more than that: the leader's daily look (domain.md 4)."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class Activity(StrEnum):
    """What duty hours were spent on. Travel is work (domain.md 1.5)."""

    ON_SITE = "on_site"
    TRAVEL = "travel"
    REMOTE = "remote"
    PREPARATION = "preparation"


class Spent(StrEnum):
    """What money was spent on; hours are kept apart."""

    TRAVEL = "travel"
    LODGING = "lodging"
    MEALS = "meals"
    OTHER = "other"


class Item(StrEnum):
    """What is signed before a team is released (ICS-221; domain.md 1.2 step 10)."""

    HAND_OFF = "hand_off"
    EQUIPMENT = "equipment"
    EXPENSES = "expenses"
    NOTES_DESTROYED = "notes_destroyed"
    WELLNESS_CONTACT = "wellness_contact"


ITEMS = {
    Item.HAND_OFF: "Local providers have taken over, and the host says so",
    Item.EQUIPMENT: "Equipment is returned or accounted for",
    Item.EXPENSES: "Expenses and hours are handed in",
    Item.NOTES_DESTROYED: "Notes with names are destroyed",
    Item.WELLNESS_CONTACT: "Everybody knows whom to call afterwards",
}
"""Each box in words."""
