"""The cast of the demo: three real institutions, and people who are not."""

from dataclasses import dataclass

#: What each person of a house does; the second word is their role at the node.
ROLES = ("administrator", "signatory", "steward", "investigator", "coordinator")


@dataclass(frozen=True)
class HouseRole:
    """One institution of the demo and its people."""

    key: str
    institution: str
    name: str
    country: str
    language: str
    reachable: bool
    patients: int
    people: dict[str, str]
    office: str


HOUSES = (
    HouseRole(
        key="charite",
        institution="https://ror.org/001w7jn25",
        name="Charité – Universitätsmedizin Berlin",
        country="DE",
        language="en",
        reachable=True,
        patients=343,
        people={
            "administrator": "Jana Winter",
            "signatory": "Professor Adele Brandt",
            "steward": "Dr Moritz Keller",
            "investigator": "Dr Leonie Hartmann",
            "coordinator": "Clara Vogt",
        },
        office="Chair of the Executive Board",
    ),
    HouseRole(
        key="institutet",
        institution="https://ror.org/056d84691",
        name="Karolinska Institutet",
        country="SE",
        language="en",
        reachable=True,
        patients=206,
        people={
            "administrator": "Oskar Nyström",
            "signatory": "Professor Ingrid Lund",
            "steward": "Dr Maja Sandberg",
            "investigator": "Dr Elias Norén",
            "coordinator": "Tuva Falk",
        },
        office="President",
    ),
    HouseRole(
        key="sjukhuset",
        institution="https://ror.org/00m8d6786",
        name="Karolinska University Hospital",
        country="SE",
        language="en",
        reachable=False,
        patients=137,
        people={
            "administrator": "Sixten Berg",
            "signatory": "Dr Astrid Holm",
            "steward": "Dr Hedda Lindqvist",
            "investigator": "Dr Axel Strand",
            "coordinator": "Ebba Rosén",
        },
        office="Hospital Director",
    ),
)
