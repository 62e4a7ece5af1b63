"""Invent experts: names, skills, papers, absences, phones. The same seed gives the same people.

Distributions: cities by population to the power 0.6 (programmes recruit a little beyond the big cities); discipline LE
30 %, VA 27 %, MH 23 %, CL 20 %, a second one for 18 %; 22 % qualified to lead, 60 % with a past deployment, 5 %
trainees; Spanish for 17 % in general and 35 % in CA, TX, FL, NM, AZ and PR; 4 % with one lapsed paper; 12 % away some
days of the next 60.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from app.core.places import ZONES
from app.experts.taxonomy import EXPERTISE, LANGUAGES, MANDATORY
from app.seed.cities import CITIES, City

FIRST = [
    "Dana",
    "Luis",
    "Priya",
    "Marcus",
    "Grace",
    "Tom",
    "Ana",
    "Ruth",
    "Samuel",
    "Maya",
    "Omar",
    "Helen",
    "Victor",
    "Tanya",
    "Peter",
    "Rosa",
    "James",
    "Linh",
    "Aisha",
    "Carl",
    "Naomi",
    "Diego",
    "Ellen",
    "Joseph",
    "Keiko",
    "Andre",
    "Teresa",
    "Hannah",
    "Miguel",
    "Claire",
    "David",
    "Sofia",
    "Isaac",
    "Wanda",
    "Rafael",
    "Joan",
    "Amir",
    "Bea",
    "Colin",
    "Fatima",
    "Gloria",
    "Henry",
    "Irene",
    "Jamal",
    "Karen",
    "Leo",
    "Monica",
    "Nadia",
    "Oscar",
    "Paula",
    "Quentin",
    "Rita",
    "Simone",
    "Theo",
    "Ursula",
    "Vera",
    "Walter",
    "Ximena",
    "Yusuf",
    "Zoe",
    "Alma",
    "Boris",
    "Celia",
    "Dennis",
    "Esther",
    "Frank",
    "Gwen",
    "Hugo",
    "Ines",
    "Jerome",
    "Kayla",
    "Lamar",
    "Mina",
    "Nolan",
    "Opal",
    "Pablo",
    "Renee",
    "Silas",
    "Tessa",
    "Uma",
    "Vincent",
    "Willa",
]
LAST = [
    "Whitfield",
    "Arredondo",
    "Nair",
    "Boyd",
    "Okafor",
    "Sorensen",
    "Reyes",
    "Goldberg",
    "Tran",
    "Haddad",
    "Lindqvist",
    "Morales",
    "Petrov",
    "Jackson",
    "Kim",
    "Abara",
    "Novak",
    "Castillo",
    "Begay",
    "Washington",
    "Dubois",
    "Yamamoto",
    "Fitzgerald",
    "Ortega",
    "Hussein",
    "Marsh",
    "Delgado",
    "Osborne",
    "Peretz",
    "Quinn",
    "Robles",
    "Sato",
    "Thorne",
    "Underwood",
    "Vargas",
    "Weiss",
    "Xiong",
    "Young",
    "Zapata",
    "Adeyemi",
    "Bianchi",
    "Carver",
    "Drummond",
    "Eriksen",
    "Farah",
    "Greer",
    "Holloway",
    "Iverson",
    "Jimenez",
    "Kowalski",
    "Larkin",
    "Mbeki",
    "Nunez",
    "Oduya",
    "Pruitt",
    "Ramsey",
    "Solis",
    "Tatum",
    "Ulrich",
    "Valdez",
    "Winslow",
    "Yates",
    "Zeller",
    "Archer",
    "Bellamy",
    "Cordero",
    "Dorsey",
    "Ellison",
    "Fontaine",
    "Garrison",
    "Hale",
    "Ibarra",
    "Jensen",
    "Keller",
    "Lozano",
    "Mercer",
    "Norwood",
    "Oakes",
    "Paxton",
    "Rhodes",
    "Sterling",
    "Truong",
    "Vance",
    "Wilder",
]
SPANISH_STATES = {"CA", "TX", "FL", "NM", "AZ", "PR"}
OTHER_LANGUAGES = [tag for tag in LANGUAGES if tag not in ("en", "es")]
EMPLOYERS = {
    "LE": "{city} Police Department",
    "VA": "{city} Victim Services",
    "MH": "{city} Behavioral Health",
    "CL": "{city} Community Council",
}
LICENCES = ("psychologist", "lcsw", "lpc_lmhc", "lmft")


@dataclass(slots=True)
class Person:
    """One invented expert with everything the tables hold of her."""

    row: dict[str, Any]
    phones: list[tuple[str, str]]
    credentials: list[dict[str, Any]]
    absences: list[tuple[datetime, datetime]] = field(default_factory=list)


def phone(number: int) -> str:
    """An invented mobile number: 555-01xx is reserved for fiction, the area code makes it unique."""
    area = 201 + number // 100
    return f"+1{area}55501{number % 100:02d}"


def _disciplines(random: Random) -> list[str]:
    first = random.choices(("LE", "VA", "MH", "CL"), (30, 27, 23, 20))[0]
    if random.random() >= 0.18:
        return [first]
    return [first, random.choice([other for other in ("LE", "VA", "MH", "CL") if other != first])]


def _expertise(random: Random, disciplines: list[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for discipline in disciplines:
        for slug in random.sample(EXPERTISE[discipline], random.randint(5, 11)):
            known[slug] = random.choices((1, 2, 3), (30, 45, 25))[0]
    return known


def _languages(random: Random, state: str) -> dict[str, int]:
    spoken = {"en": 5}
    if random.random() < (0.35 if state in SPANISH_STATES else 0.17):
        spoken["es"] = random.choice((2, 3, 4, 5))
    if random.random() < 0.12:
        spoken[random.choice(OTHER_LANGUAGES)] = random.choice((3, 4, 5))
    return spoken


def _neighbours(city: City) -> list[str]:
    """The states a clinician of this city is licensed in: her own and those within 700 miles, roughly."""
    near = {
        other.state
        for other in CITIES
        if abs(other.latitude - city.latitude) + abs(other.longitude - city.longitude) < 12
    }
    return sorted(near | {city.state})


def _credentials(random: Random, city: City, disciplines: list[str], today: date) -> list[dict[str, Any]]:
    lapsed = random.choice(sorted(MANDATORY)) if random.random() < 0.04 else None
    papers: list[dict[str, Any]] = [
        {
            "kind": kind,
            "state": None,
            "expires_on": today + timedelta(days=-5 if kind == lapsed else random.randint(90, 900)),
        }
        for kind in sorted(MANDATORY)
    ]
    if "MH" in disciplines and random.random() < 0.85:
        kind, until = random.choice(LICENCES), today + timedelta(days=random.randint(60, 700))
        papers += [{"kind": kind, "state": state, "expires_on": until} for state in _neighbours(city)]
    return papers


def _absences(random: Random, now: datetime) -> list[tuple[datetime, datetime]]:
    if random.random() >= 0.12:
        return []
    start = now + timedelta(days=random.randint(0, 55))
    return [(start, start + timedelta(days=random.randint(2, 12)))]


def people(count: int, seed: int, now: datetime) -> list[Person]:
    """`count` invented experts.

    Args:
        count: how many, at most 70,000 (phone numbers).
        seed: the same seed gives the same people.
        now: papers and absences are around this moment.
    """
    random = Random(seed)  # noqa: S311 - invented people, not secrets
    weights = [city.thousands**0.6 for city in CITIES]
    return [_person(random, number, random.choices(CITIES, weights)[0], now) for number in range(count)]


def _person(random: Random, number: int, city: City, now: datetime) -> Person:
    disciplines = _disciplines(random)
    first, last = FIRST[random.randrange(len(FIRST))], LAST[random.randrange(len(LAST))]
    is_experienced = random.random() < 0.6
    is_trainee = not is_experienced and random.random() < 0.12
    employer = EMPLOYERS[disciplines[0]].format(city=city.name) if random.random() < 0.5 else None
    row = {
        "name": f"{first} {last}",
        "email": f"{first}.{last}.{number}@experts.example".lower(),
        "disciplines": disciplines,
        "expertise": _expertise(random, disciplines),
        "languages": _languages(random, city.state),
        "city": city.name,
        "state": city.state,
        "county": None,
        "latitude": round(city.latitude + random.gauss(0, 0.12), 4),
        "longitude": round(city.longitude + random.gauss(0, 0.12), 4),
        "time_zone": ZONES[city.state],
        "employer": employer,
        "is_leader": is_experienced and random.random() < 0.37,
        "is_trainee": is_trainee,
        "is_mentor": is_experienced and random.random() < 0.3,
        "past_deployments": random.randint(1, 9) if is_experienced else 0,
        "conflict_agencies": [],
        "eligible_from": None,
        "wakes_for_immediate": random.random() < 0.8,
        "is_active": True,
        "version": 1,
    }
    phones = [("mobile", phone(number * 2))]
    if random.random() < 0.35:
        phones.append(("alternate", phone(number * 2 + 1)))
    return Person(row, phones, _credentials(random, city, disciplines, now.date()), _absences(random, now))
