"""The hard rules: one name and one sentence each, shared by model, checker, funnel and texts (domain.md 1.4, 1.5)."""

from collections.abc import Mapping
from enum import StrEnum


class Rule(StrEnum):
    """Name of a hard rule, as it appears in funnels, violations and logs."""

    DISCIPLINE = "discipline"
    EXPERTISE = "expertise"
    LEADER = "leader"
    TRAINEE_LEADS = "trainee_leads"
    LICENCE = "licence"
    PAPERS = "papers"
    EXCLUDED = "excluded"
    CONFLICT = "conflict"
    ARRIVAL = "arrival"
    ELIGIBLE = "eligible"
    FREE = "free"
    CAP_90 = "cap_90"
    CAP_365 = "cap_365"
    EXPOSURE = "exposure"
    ONE_SEAT = "one_seat"
    ONE_PLACE = "one_place"
    EMPLOYER = "employer"
    TRAINEES = "trainees"
    MENTOR = "mentor"
    PINNED = "pinned"
    COMPLETE = "complete"
    TRAVEL = "travel"


PERSON_RULES: tuple[Rule, ...] = (
    Rule.DISCIPLINE,
    Rule.EXPERTISE,
    Rule.LEADER,
    Rule.TRAINEE_LEADS,
    Rule.LICENCE,
    Rule.PAPERS,
    Rule.EXCLUDED,
    Rule.CONFLICT,
    Rule.ARRIVAL,
    Rule.ELIGIBLE,
    Rule.FREE,
    Rule.CAP_90,
    Rule.CAP_365,
    Rule.EXPOSURE,
)
"""Decided by one expert and one seat alone; the order of the funnel."""

TEAM_RULES: tuple[Rule, ...] = (
    Rule.ONE_SEAT,
    Rule.ONE_PLACE,
    Rule.EMPLOYER,
    Rule.TRAINEES,
    Rule.MENTOR,
)
"""Decided by who else sits where; they follow the person's rules in the funnel."""

ROSTER_RULES: tuple[Rule, ...] = (Rule.PINNED, Rule.COMPLETE, Rule.TRAVEL)
"""What an answer must be, whoever sits where."""

SENTENCE: Mapping[Rule, str] = {
    Rule.DISCIPLINE: "Works in none of the disciplines that fit the seat.",
    Rule.EXPERTISE: "Lacks a required expertise at the level asked for.",
    Rule.LEADER: "Is not qualified to lead, and the seat leads the team.",
    Rule.TRAINEE_LEADS: "Is a trainee, and trainees never lead.",
    Rule.LICENCE: "Holds no clinical licence valid in that state on every day of the stay.",
    Rule.PAPERS: "Has papers that end before the last day and its margin.",
    Rule.EXCLUDED: "Is left out of this team: said no, is not wanted on it, or was asked often enough lately.",
    Rule.CONFLICT: "Has a tie to the agency, works for it, or lives in the county of the incident.",
    Rule.ARRIVAL: "Cannot arrive by the deadline.",
    Rule.ELIGIBLE: "Is resting or on hold on the day of departure.",
    Rule.FREE: "Is not free for travel, stay and the rest that follows.",
    Rule.CAP_90: "Would exceed the deployments allowed in 90 days.",
    Rule.CAP_365: "Would exceed the deployments allowed in 365 days.",
    Rule.EXPOSURE: "Has reached the exposure cap.",
    Rule.ONE_SEAT: "Sits in another seat of this team.",
    Rule.ONE_PLACE: "Is elsewhere at that time, travel and rest included.",
    Rule.EMPLOYER: "Works for the same employer as somebody on the team.",
    Rule.TRAINEES: "Is a trainee, and the team has as many as it may.",
    Rule.MENTOR: "A trainee needs a mentor on the team.",
    Rule.PINNED: "A pinned expert stays in the seat.",
    Rule.COMPLETE: "Every position appears once, with an expert of the pool or empty.",
    Rule.TRAVEL: "The journey is the one that the policy computes.",
}
"""One sentence for the desk for each rule, neutral and in the third person."""

FELL: Mapping[Rule, str] = {
    Rule.DISCIPLINE: "work in another discipline",
    Rule.EXPERTISE: "lack a required expertise",
    Rule.LEADER: "are not qualified to lead",
    Rule.TRAINEE_LEADS: "are in training, and trainees never lead",
    Rule.LICENCE: "have no clinical licence valid there",
    Rule.PAPERS: "have papers missing or ending too soon",
    Rule.EXCLUDED: "said no, are not wanted on this team, or were asked often enough lately",
    Rule.CONFLICT: "have a tie to the agency or the county",
    Rule.ARRIVAL: "cannot arrive by the deadline",
    Rule.ELIGIBLE: "are resting or on hold",
    Rule.FREE: "are away or promised elsewhere",
    Rule.CAP_90: "have too many deployments in 90 days",
    Rule.CAP_365: "have too many deployments in 365 days",
    Rule.EXPOSURE: "have reached the exposure cap",
    Rule.ONE_SEAT: "sit in another seat of this team",
    Rule.ONE_PLACE: "sit in another team at that time",
    Rule.EMPLOYER: "work for the employer of somebody on the team",
    Rule.TRAINEES: "are in training, and the team has its trainees",
    Rule.MENTOR: "would leave a trainee without a mentor",
}
"""What is said of those who fell at a rule of the funnel: "412 are resting or on hold"."""
OF_ONE = {"are": "is", "have": "has", "work": "works", "lack": "lacks", "sit": "sits"}


def fell(rule: Rule, count: int) -> str:
    """How many fell at a rule: "1 is resting or on hold"."""
    verb, _, rest = FELL[rule].partition(" ")
    return f"{count:,} {OF_ONE.get(verb, verb) if count == 1 else verb} {rest}"
