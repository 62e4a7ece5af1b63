"""What an agency is asked, as data: four short steps, and seven sections for more (domain.md 1.3, A to G).

Only what is `needed` has to be answered. Every field says why it is asked. Names that `RequestIn` knows are columns of
the request; all others are kept in its `details`, under these names.
"""

from dataclasses import dataclass
from typing import Literal

from app.core.places import STATES
from app.experts.taxonomy import LANGUAGES as TONGUES
from app.requests.taxonomy import INCIDENT_TYPES, REFERRALS, SERVICE_TYPES
from app.web.languages import N_

Kind = Literal["line", "tel", "email", "prose", "count", "moment", "one", "many", "pick"]
Choices = tuple[tuple[str, str], ...]
NOT_SURE = ("not_sure", N_("Not sure"))
YES_NO: Choices = (("yes", N_("Yes")), ("no", N_("No")), NOT_SURE)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is asked.

    Args:
        name: its name in the form, and where it is kept.
        label: the question.
        why: why it is asked, or how to answer.
        kind: what it looks like.
        choices: value and words, for `one`, `many` and `pick`. Empty words: the value says itself.
        more: choices that are one step away.
        notes: a few words below a choice, value to words.
        needed: whether it must be answered.
        auto: what a browser may fill in by itself.
    """

    name: str
    label: str
    why: str = ""
    kind: Kind = "line"
    choices: Choices = ()
    more: Choices = ()
    notes: Choices = ()
    needed: bool = False
    auto: str = "off"

    @property
    def all_choices(self) -> dict[str, str]:
        """Every choice, value to words."""
        return dict(self.choices + self.more)

    @property
    def anchor(self) -> str:
        """Where the summary of errors leads: the field, or its first choice."""
        return f"{self.name}-{self.choices[0][0]}" if self.kind in ("one", "many") else self.name


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields that are asked on one page."""

    slug: str
    title: str
    intro: str
    fields: tuple[Field, ...]


def _slugs(*values: str) -> Choices:
    return tuple((value, "") for value in values)


def _names(values: tuple[str, ...]) -> Choices:
    return tuple((value, value) for value in values)


def _rest(values: tuple[str, ...], shown: Choices) -> Choices:
    first = {value for value, _words in shown}
    return _slugs(*(value for value in values if value not in first))


COMMON: Choices = (
    ("lodd_felonious", N_("An officer was killed")),
    ("officer_injured_serious", N_("An officer was badly hurt")),
    ("officer_suicide", N_("An officer died by suicide")),
    ("officer_involved_shooting_fatal", N_("An officer shot and killed somebody")),
    ("in_custody_death", N_("Somebody died in custody")),
    ("mass_shooting", N_("A shooting or attack with many victims")),
    ("civil_unrest_or_protest", N_("Protest or unrest")),
    ("something_else", N_("Something else")),
)
"""The first things to choose from, in plain words."""
SERVICES = _slugs(
    "officer_wellness_support", "victim_family_coordination", "executive_consultation", "community_dialogue",
    "communications_advice", "fac_setup",
)  # fmt: skip
LANGUAGES: Choices = tuple((tag, TONGUES[tag]) for tag in ("es", "ase", "zh-cmn", "vi", "ar", "ht"))

WHAT = Section(
    "what",
    N_("What happened?"),
    N_("Pick the closest. You do not need to give details now. We will call you."),
    (
        Field(
            "incident_type", N_("What happened?"), "", "one", COMMON, _rest(INCIDENT_TYPES, COMMON),
            (("something_else", N_("Or you would rather say it on the phone")),), needed=True,
        ),
    ),
)  # fmt: skip
WHERE = Section(
    "where",
    N_("Where do you need help?"),
    N_("So that we find people who can be there in time."),
    (
        Field("city", N_("City or town"), needed=True, auto="address-level2"),
        Field("state", N_("State or territory"), "", "pick", tuple(STATES.items()), needed=True),
        Field(
            "priority", N_("How soon do you need people there?"), N_("This decides whom we ask first."), "one",
            (("immediate", N_("Within 24 hours")), ("urgent", N_("In one to three days")), ("planned", N_("Later")),
             NOT_SURE),
        ),
    ),
)  # fmt: skip
HELP = Section(
    "help",
    N_("What would help?"),
    N_("Choose as many as you like, or none. We advise you on the phone."),
    (
        Field(
            "service_types", N_("Kinds of help"), N_("So that we send the right people."), "many",
            (*SERVICES, NOT_SURE), _rest(SERVICE_TYPES, SERVICES),
        ),
        Field(
            "languages", N_("Languages besides English"), N_("So that families and witnesses are understood."), "many",
            LANGUAGES, tuple((tag, name) for tag, name in TONGUES.items() if tag not in {"en", *dict(LANGUAGES)}),
        ),
        Field("days", N_("For how many days?"), N_("Most teams stay 3 days. Up to 14 can be asked for."), "count"),
    ),
)  # fmt: skip
REACH = Section(
    "reach",
    N_("How do we reach you?"),
    N_("We call this number within two hours. Nobody else gets it."),
    (
        Field("contact_name", N_("Your name"), N_("So that we ask for the right person."), needed=True, auto="name"),
        Field("contact_title", N_("Your title"), N_("So that we address you rightly."), auto="organization-title"),
        Field(
            "contact_phone", N_("A phone we can call now"), N_("Day and night, if you can."), "tel",
            needed=True, auto="tel",
        ),
        Field(
            "contact_email", N_("E-mail address"), N_("For papers, and if the phone does not work."), "email",
            needed=True, auto="email",
        ),
    ),
)  # fmt: skip
STEPS = (WHAT, WHERE, HELP, REACH)
"""What is asked before a request is sent, a page each."""

AGENCY = Section(
    "agency",
    N_("Your agency"),
    N_("We know your agency already. This helps the team to know whom they meet."),
    (
        Field("executive_name", N_("Name of the chief, sheriff or director"), N_("Who invites the team.")),
        Field("executive_title", N_("Title of the chief, sheriff or director")),
        Field("executive_email", N_("Their e-mail address"), N_("For the letter of agreement."), "email"),
        Field("executive_phone", N_("Their phone"), N_("Only if we cannot reach you."), "tel"),
        Field("alternate_contact", N_("Another person we may call"), N_("Name and phone, if you are asleep.")),
        Field("sworn_count", N_("Sworn officers, about"), N_("So that the team is large enough."), "count"),
        Field("civilian_count", N_("Civilian staff, about"), N_("Dispatchers need care too."), "count"),
        Field("population", N_("People living in your area, about"), "", "count"),
    ),
)  # fmt: skip
INCIDENT = Section(
    "incident",
    N_("The incident"),
    N_("Only what you know. Please no names of victims or suspects, and nothing from criminal records."),
    (
        Field("occurred_at", N_("When did it happen?"), N_("The time at the place."), "moment"),
        Field("summary", N_("A few words on the situation"), N_("So that nobody has to ask you twice."), "prose"),
        Field("killed", N_("People killed, about"), "", "count"),
        Field("injured", N_("People hurt, about"), "", "count"),
        Field("officers_involved", N_("Officers involved, about"), N_("So that enough peers come."), "count"),
        Field("officers_killed", N_("Officers killed"), "", "count"),
        Field("officers_injured", N_("Officers hurt"), "", "count"),
        Field("children", N_("Are children affected?"), N_("Then somebody trained for it comes."), "one", YES_NO),
        Field(
            "status", N_("Where do things stand?"), "", "one",
            (("ongoing", N_("Still going on")), ("scene_closed", N_("The scene is closed")),
             ("investigation", N_("Under investigation")), ("trial", N_("In court")),
             ("anniversary", N_("An anniversary")), NOT_SURE),
        ),
        Field("investigating_agency", N_("Who leads the investigation?"), N_("So that the team stays out of its way.")),
        Field(
            "media_level", N_("How much is the press there?"), "", "one",
            (("none", N_("Not at all")), ("local", N_("Local")), ("state", N_("The whole state")),
             ("national", N_("National")), NOT_SURE),
        ),
        Field("protests", N_("Are there protests or threats, or are some expected?"), N_("For the team's safety."),
              "one", YES_NO),
        Field("video", N_("Is there video in social media?"), "", "one", YES_NO),
        Field("prior_incidents", N_("Were there earlier incidents that belong to it?"), "", "prose"),
    ),
)  # fmt: skip
COMMUNITY = Section(
    "community",
    N_("The community"),
    N_("So that the team is welcome where it goes."),
    (
        Field("communities", N_("Which communities are affected?"), "", "prose"),
        Field("culture", N_("What of culture or faith should we know?"), "", "prose"),
        Field("tribal_land", N_("Is it on tribal land?"), N_("Then the tribal government must agree."), "one", YES_NO),
        Field("tribal_consent", N_("Has the tribal government agreed?"), "", "one", YES_NO),
        Field("partners", N_("Who is helping already?"), N_("Victim services, clergy, schools: we work with them."),
              "prose"),
        Field("tensions", N_("Which tensions were there before?"), "", "prose"),
        Field("official_informed", N_("Does the mayor or another elected official know?"), "", "one", YES_NO),
    ),
)  # fmt: skip
NEED = Section(
    "need",
    N_("The help you need"),
    N_("So that the team comes prepared."),
    (
        Field("needed_by", N_("When should the team be there at the latest?"), N_("The time at the place."), "moment"),
        Field(
            "mode", N_("On site or by video?"), "", "one",
            (("on_site", N_("On site")), ("virtual", N_("By video")), ("hybrid", N_("Both"))),
        ),
        Field("goals", N_("What should be better when the team leaves?"), "", "prose"),
        Field(
            "groups", N_("Who needs help?"), "", "many",
            (("command", N_("Command staff")), ("officers", N_("Officers")), ("dispatchers", N_("Dispatchers")),
             ("families", N_("Families of officers")), ("victims", N_("Victims and their families")),
             ("schools", N_("Schools")), ("clergy", N_("Clergy")), ("community", N_("The wider community"))),
        ),
        Field("group_sizes", N_("How many people is that, roughly?"), "", "line"),
        Field("tried", N_("What have you tried already?"), "", "prose"),
        Field(
            "other_help", N_("Which other help is there, or asked for?"), N_("So that nobody does it twice."), "many",
            (*_names(REFERRALS), ("VOCA", N_("State victim assistance")), ("CISM", N_("A peer support or CISM team"))),
        ),
        Field("policies", N_("Which of your policies apply?"),
              N_("On shootings by officers, peer support, notifying victims."), "prose"),
    ),
)  # fmt: skip
HOST = Section(
    "host",
    N_("When the team arrives"),
    N_("So that the team does not have to ask you on the way."),
    (
        Field("report_to", N_("Whom does the team report to?"), N_("Name and phone.")),
        Field("reporting_place", N_("Where does the team report?"), N_("An address or a landmark.")),
        Field("work_space", N_("Where can the team work?")),
        Field("airport", N_("Nearest airport")),
        Field("lodging", N_("Where do visitors usually stay?")),
        Field("transport", N_("How does one get around there?")),
        Field("security", N_("What should we know about safety?"), "", "prose"),
        Field("parking", N_("Rules for parking and badges")),
        Field("accessibility", N_("Steps, lifts, hearing loops"), N_("Some of our experts need to know.")),
        Field("equipment", N_("Weather, and protective equipment")),
        Field("host_pays", N_("Can you pay or provide anything?"), N_("You do not have to."), "prose"),
    ),
)  # fmt: skip
LIMITS = Section(
    "limits",
    N_("Limits the team must know"),
    N_("So that the team does you no harm."),
    (
        Field("litigation", N_("Is there a litigation hold?"), N_("Your counsel's name and phone, if so.")),
        Field("decree", N_("Is there a consent decree or a monitor?")),
        Field("confidentiality", N_("What must stay confidential?"), N_("Only the subject, not the matter itself."),
              "prose"),
        Field("embargo", N_("Until when must the press not know?")),
        Field("labor", N_("Which union or association should be told?")),
        Field("conflicts", N_("With whom should we not come?"), N_("Experts or organizations with a conflict."),
              "prose"),
    ),
)  # fmt: skip
MORE = (AGENCY, INCIDENT, COMMUNITY, NEED, HOST, LIMITS)
"""What may be told as well, before sending or after."""
SECTIONS = {section.slug: section for section in STEPS + MORE}
FIELDS = {field.name: field for section in SECTIONS.values() for field in section.fields}
