"""A synthetic national pool and T2 requests, seeded; used by the benchmarks and their tests only.

Every distribution, so that figures can be judged:
- place: one of 40 cities by its population in the 2020 census, plus a normal scatter of 0.25 degrees;
- discipline: LE 30 %, VA 30 %, MH 25 %, CL 15 %; one in five has a second, different one;
- expertise: 3 to 8 slugs, uniform over ten of each discipline held; level 1, 2, 3 with 30, 45, 25 %;
- languages: Spanish 25 % (ILR uniform 2-5), one of six others 8 %;
- leader 12 %, experienced 60 %, trainee 6 %, mentor 15 %; employer known for 70 %, Zipf (s = 1.1) over n / 8 names;
- licence (only MH): own state, one in four a second; ends uniform within 30-900 days;
- absent now 18 %, 2 to 14 days from a uniform day of the next 14; papers end within 30 days for 4 %;
- deployments of the last year: 0, 1, 2, 3 with 45, 30, 17, 8 %, on uniform days; exposure 30 for each, noise 10;
- chance to accept: Beta(5, 5) (GAO: about half decline).
"""

from random import Random

from solver.problem import Expert, Place, Position, Request, Span

NOW = 29_900_000
"""Minutes since the epoch: November 2026."""
DAY = 1440
CITIES: tuple[tuple[str, float, float, int], ...] = (
    ("NY", 40.71, -74.01, 8804), ("CA", 34.05, -118.24, 3899), ("IL", 41.88, -87.63, 2746),
    ("TX", 29.76, -95.37, 2305), ("AZ", 33.45, -112.07, 1608), ("PA", 39.95, -75.17, 1604),
    ("TX", 29.42, -98.49, 1435), ("CA", 32.72, -117.16, 1387), ("TX", 32.78, -96.80, 1304),
    ("CA", 37.34, -121.89, 1013), ("TX", 30.27, -97.74, 962), ("FL", 30.33, -81.66, 950),
    ("TX", 32.76, -97.33, 919), ("OH", 39.96, -83.00, 906), ("IN", 39.77, -86.16, 888),
    ("NC", 35.23, -80.84, 875), ("CA", 37.77, -122.42, 874), ("WA", 47.61, -122.33, 737),
    ("CO", 39.74, -104.99, 716), ("DC", 38.91, -77.04, 690), ("TN", 36.16, -86.78, 689),
    ("OK", 35.47, -97.52, 681), ("TX", 31.76, -106.49, 679), ("MA", 42.36, -71.06, 676),
    ("OR", 45.52, -122.68, 653), ("NV", 36.17, -115.14, 642), ("MI", 42.33, -83.05, 639),
    ("TN", 35.15, -90.05, 633), ("KY", 38.25, -85.76, 633), ("MD", 39.29, -76.61, 586),
    ("WI", 43.04, -87.91, 577), ("NM", 35.08, -106.65, 565), ("AZ", 32.22, -110.97, 543),
    ("MO", 39.10, -94.58, 508), ("GA", 33.75, -84.39, 499), ("NE", 41.26, -95.93, 486),
    ("MN", 44.98, -93.27, 430), ("LA", 29.95, -90.07, 384), ("MO", 38.63, -90.20, 302),
    ("AL", 33.52, -86.80, 201),
)  # fmt: skip
"""State, latitude, longitude, thousands of people (census 2020)."""
SKILLS: dict[str, tuple[str, ...]] = {
    "LE": ("crisis_leadership", "chief_to_chief_peer", "ois_response_protocol", "lodd_response_and_honors",
           "survivor_family_liaison_le", "protest_facilitation", "public_information", "officer_wellness_program",
           "procedural_justice", "ics_and_unified_command"),
    "VA": ("crisis_advocacy", "homicide_survivor_support", "death_notification", "family_assistance_center_ops",
           "victim_compensation", "child_advocacy", "school_victim_support", "hate_crime_victims",
           "mass_violence_casework", "multi_agency_coordination"),
    "MH": ("psychological_first_aid", "acute_crisis_counseling", "child_trauma", "adolescent_trauma",
           "school_crisis_response", "police_psychology", "post_shooting_psych_support", "traumatic_grief",
           "suicide_postvention", "clinical_supervision"),
    "CL": ("community_mediation", "facilitated_dialogue", "interfaith_coordination", "clergy_crisis_response",
           "black_community_engagement", "latino_community_engagement", "youth_engagement", "violence_interruption",
           "community_listening_sessions", "healing_events_and_vigils"),
}  # fmt: skip
OTHER_LANGUAGES = ("vi", "zh-cmn", "ar", "ht", "so", "ase")


def _place(random: Random) -> Place:
    state, latitude, longitude, _ = random.choices(CITIES, weights=[city[3] for city in CITIES])[0]
    return Place(latitude + random.gauss(0, 0.25), longitude + random.gauss(0, 0.25), state)


def _languages(random: Random) -> dict[str, int]:
    spoken = {"es": random.randint(2, 5)} if random.random() < 0.25 else {}
    if random.random() < 0.08:
        spoken[random.choice(OTHER_LANGUAGES)] = random.randint(2, 5)
    return spoken


def _licences(random: Random, state: str) -> dict[str, int]:
    states = {state, random.choice(CITIES)[0]} if random.random() < 0.25 else {state}
    return {one: NOW + random.randint(30, 900) * DAY for one in sorted(states)}


def _absence(random: Random) -> tuple[Span, ...]:
    if random.random() >= 0.18:
        return ()
    start = NOW + random.randint(0, 14) * DAY
    return (Span(start, start + random.randint(2, 14) * DAY),)


def an_expert(random: Random, number: int, employers: list[str], shares: list[float]) -> Expert:
    """One person drawn from the distributions above; `shares` are cumulative weights of the employers."""
    place = _place(random)
    disciplines = {random.choices(("LE", "VA", "MH", "CL"), (30, 30, 25, 15))[0]}
    if random.random() < 0.2:
        disciplines.add(random.choice(("LE", "VA", "MH", "CL")))
    known = [slug for name in sorted(disciplines) for slug in SKILLS[name]]
    served = random.choices((0, 1, 2, 3), (45, 30, 17, 8))[0]
    return Expert(
        id=number,
        name=f"Expert {number}",
        place=place,
        disciplines=frozenset(disciplines),
        expertise={
            slug: random.choices((1, 2, 3), (30, 45, 25))[0] for slug in random.sample(known, random.randint(3, 8))
        },
        languages=_languages(random),
        busy=_absence(random),
        papers_until=NOW + (random.randint(1, 30) if random.random() < 0.04 else random.randint(60, 900)) * DAY,
        licences=_licences(random, place.state) if "MH" in disciplines else {},
        is_leader=random.random() < 0.12,
        is_experienced=random.random() < 0.6,
        is_trainee=random.random() < 0.06,
        is_mentor=random.random() < 0.15,
        employer=random.choices(employers, cum_weights=shares)[0] if random.random() < 0.7 else None,
        served=tuple(NOW - random.randint(1, 365) * DAY for _ in range(served)),
        exposure=max(0.0, served * 30 + random.gauss(0, 10)),
        chance=random.betavariate(5, 5),
    )


def a_pool(size: int, seed: int = 1) -> list[Expert]:
    """`size` experts; the same size and seed give the same people."""
    random = Random(seed)
    names = [f"Employer {n}" for n in range(max(size // 8, 1))]
    shares, total = [], 0.0
    for n in range(len(names)):
        total += 1 / (n + 1) ** 1.1
        shares.append(total)
    return [an_expert(random, number, names, shares) for number in range(1, size + 1)]


def a_request(seed: int, *, number: int = 1) -> Request:
    """A T2 request of seven seats (domain.md 1.4) in one of the cities, urgent, Spanish needed in half of them."""
    random = Random(seed)
    everybody = frozenset(("LE", "VA", "MH", "CL"))
    start = NOW + random.randint(1, 4) * DAY
    wishes = {name: dict.fromkeys(random.sample(slugs, 3), 1.0) for name, slugs in SKILLS.items()}
    first = number * 10
    seats = (
        Position(first + 1, "TL", everybody, desired=wishes["LE"], is_leader=True),
        Position(first + 2, "LEP", frozenset({"LE"}), desired=wishes["LE"], priority=2),
        Position(first + 3, "VA", frozenset({"VA"}), {"death_notification": 2}, wishes["VA"], priority=2),
        Position(first + 4, "CL", frozenset({"MH"}), desired=wishes["MH"], is_licensed=True, priority=2),
        Position(first + 5, "CMF", frozenset({"CL"}), desired=wishes["CL"], priority=2),
        Position(first + 6, "VA", frozenset({"VA", "MH"}), desired=wishes["VA"] | wishes["MH"], priority=2),
        Position(first + 7, "VAL", frozenset({"VA"}), desired={**wishes["VA"], "child_advocacy": 1.0}, priority=2),
    )  # fmt: skip
    languages = ("es", *random.sample(OTHER_LANGUAGES, random.randint(0, 1))) if random.random() < 0.5 else ()
    return Request(
        number, _place(random), Span(start, start + 3 * DAY), NOW + 480, start, seats,
        languages=languages, needs_all_disciplines=True,
    )  # fmt: skip
