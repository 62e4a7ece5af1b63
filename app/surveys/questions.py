"""What is asked, of whom and when. Short on purpose; nothing has to be answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.surveys.models import Audience, Touch
from app.web.languages import N_, _

FIVE = (
    ("5", N_("Very good")), ("4", N_("Good")), ("3", N_("Fair")), ("2", N_("Poor")), ("1", N_("Very poor")),
)  # fmt: skip
AGAIN = (("yes", N_("Yes")), ("not_sure", N_("Not sure")), ("no", N_("No")))
PARTLY = (("yes", N_("Yes")), ("partly", N_("Partly")), ("no", N_("No")))
GOOD = {"5": 1.0, "4": 1.0, "yes": 1.0, "partly": 0.5}
"""What an answer counts as a share of the good ones; everything else nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its choices; `title` is its name in reports and figures."""

    name: str
    text: str
    choices: tuple[tuple[str, str], ...]
    title: str


HELP = Question("help", N_("How was the team's help?"), FIVE, N_("Help was good or very good"))
TIME = Question("in_time", N_("How was its timing?"), FIVE, N_("Was there in time"))
ASK_AGAIN = Question("again", N_("Would you ask us again?"), AGAIN, N_("Would ask again"))
ADOPTED = Question("adopted", N_("Did you do what the team advised?"), PARTLY, N_("Did what was advised"))
TOGETHER = Question("together", N_("Do you still work with the partners from then?"), PARTLY, N_("Partnership lasts"))
READY = Question("ready", N_("How was your briefing and preparation?"), FIVE, N_("Were prepared and briefed well"))
SUPPORT = Question("support", N_("How was the support by the desk and the team?"), FIVE, N_("Were supported well"))
GO_AGAIN = Question("again", N_("Would you go again?"), AGAIN, N_("Would go again"))
WORKED = Question("worked", N_("How was the team's work with you?"), FIVE, N_("Worked well with partners"))
HANDED = Question("handed", N_("How was the handing over to you?"), FIVE, N_("Handed over well"))
WITH_US = Question("again", N_("Would you work with us again?"), AGAIN, N_("Would work with us again"))
QUESTIONS: Mapping[tuple[Audience, Touch], tuple[Question, ...]] = {
    (Audience.EXPERT, Touch.HOURS_72): (READY, SUPPORT, GO_AGAIN),
    (Audience.AGENCY, Touch.DAYS_7): (HELP, TIME, ASK_AGAIN),
    (Audience.PARTNER, Touch.DAYS_7): (WORKED, HANDED, WITH_US),
    (Audience.AGENCY, Touch.DAYS_90): (HELP, ADOPTED, TOGETHER),
    (Audience.PARTNER, Touch.DAYS_90): (WORKED, TOGETHER, WITH_US),
}
"""Who is asked what, and when."""
AFTER = {Touch.HOURS_72: timedelta(hours=72), Touch.DAYS_7: timedelta(days=7), Touch.DAYS_90: timedelta(days=90)}
WHEN = {
    Touch.HOURS_72: N_("after 72 hours"), Touch.DAYS_7: N_("after 7 days"), Touch.DAYS_90: N_("after 90 days"),
}  # fmt: skip
WORDS = "words"
"""The answer that is no choice: what they wrote."""
LONGEST_WORDS = 2000


def read(asked: tuple[Question, ...], given: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What was typed: the answers, or the errors, field to sentence."""
    answers, errors = {}, {}
    for one in asked:
        said = given.get(one.name, "")
        if said and said not in dict(one.choices):
            errors[one.name] = _("Choose from the list.")
        elif said:
            answers[one.name] = said
    words = given.get(WORDS, "").replace("\0", "").strip()
    if words:
        answers[WORDS] = words[:LONGEST_WORDS]
    if not answers and not errors:
        errors[asked[0].name] = _("Answer at least one question, or write a few words.")
    return answers, errors
