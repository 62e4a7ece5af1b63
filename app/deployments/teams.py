"""Team types and the seats they have (domain.md 1.4), as data."""

from collections.abc import Sequence
from dataclasses import dataclass, field

ANY = ("LE", "VA", "MH", "CL")


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """One seat of a team type, before a request makes a position of it."""

    code: str
    title: str
    disciplines: tuple[str, ...]
    required: dict[str, int] = field(default_factory=dict)
    is_leader: bool = False
    is_licensed: bool = False


TEAM_LEADER = SeatPlan("TL", "Team leader", ANY, is_leader=True)
PEER_EXECUTIVE = SeatPlan("LEX", "Law enforcement executive peer", ("LE",), {"crisis_leadership": 1})
PEER_SUPPORTER = SeatPlan("LEP", "Law enforcement peer supporter", ("LE",))
ADVOCATE = SeatPlan("VA", "Victim advocate", ("VA",))
FAMILY_CENTER = SeatPlan("VAL", "Victim assistance lead", ("VA",), {"family_assistance_center_ops": 1})
CLINICIAN = SeatPlan("CL", "Clinician", ("MH",), is_licensed=True)
CHILD_CLINICIAN = SeatPlan("CLC", "Child and adolescent clinician", ("MH",), {"child_trauma": 1}, is_licensed=True)
COMMUNITY = SeatPlan("CMF", "Community facilitator", ("CL",))
FAITH = SeatPlan("FL", "Faith leader", ("CL",))
TEAMS: dict[str, tuple[SeatPlan, ...]] = {
    "T1": (TEAM_LEADER, PEER_EXECUTIVE, ADVOCATE),
    "T2": (TEAM_LEADER, PEER_SUPPORTER, ADVOCATE, CLINICIAN, COMMUNITY),
    "T3": (
        TEAM_LEADER,
        SeatPlan("DTL", "Deputy team leader", ANY, is_leader=False),
        PEER_SUPPORTER,
        PEER_EXECUTIVE,
        FAMILY_CENTER,
        ADVOCATE,
        CLINICIAN,
        CHILD_CLINICIAN,
        COMMUNITY,
        FAITH,
    ),
}
"""Team type to its seats: T1 advance, T2 standard, T3 mass violence."""
TEAM_NAMES = {"T1": "Advance team", "T2": "Standard team", "T3": "Mass violence team"}
WISHES: dict[str, dict[str, tuple[str, ...]]] = {
    "shooting": {
        "LE": ("ois_response_protocol", "officer_wellness_program"),
        "VA": ("homicide_survivor_support", "gun_violence_victims"),
        "MH": ("post_shooting_psych_support", "traumatic_grief"),
        "CL": ("community_mediation", "community_listening_sessions"),
    },
    "death": {
        "LE": ("in_custody_death_response", "transparency_and_record_release"),
        "VA": ("homicide_survivor_support", "death_notification"),
        "MH": ("traumatic_grief", "family_systems"),
        "CL": ("civil_rights_advocacy", "facilitated_dialogue"),
    },
    "mass": {
        "LE": ("active_attack_aftermath", "ics_and_unified_command"),
        "VA": ("mass_violence_casework", "family_assistance_center_ops"),
        "MH": ("disaster_behavioral_health_lead", "psychological_first_aid"),
        "CL": ("interfaith_coordination", "healing_events_and_vigils"),
    },
}
"""Kind of incident to what is wished of each discipline, the first most."""
KINDS = (
    ("mass", ("mass", "multi_victim", "terrorism", "attack", "school", "vehicle_ramming")),
    ("death", ("custody", "pursuit", "force", "child", "suicide", "lodd")),
    ("shooting", ("shooting",)),
)


def kind_of(incident_type: str) -> str:
    """Which row of `WISHES` an incident type belongs to; "shooting" when none fits better."""
    return next((kind for kind, words in KINDS if any(word in incident_type for word in words)), "shooting")


def wishes(incident_type: str, disciplines: Sequence[str], wanted: Sequence[str]) -> dict[str, float]:
    """Expertise wished for in a seat, with weights 0-1: what the agency asked for first, then what such incidents need.

    Args:
        incident_type: slug of the request.
        disciplines: that fit the seat; a seat for any of them gets no wishes of one.
        wanted: slugs the agency asked for.
    """
    if len(disciplines) > 1:
        return dict.fromkeys(wanted, 1.0)
    usual = WISHES[kind_of(incident_type)].get(disciplines[0], ())
    return {slug: 0.8 / (place + 1) for place, slug in enumerate(usual)} | dict.fromkeys(wanted, 1.0)
