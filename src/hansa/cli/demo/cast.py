"""The cast of the demo: three real institutions, and people who are not."""

from dataclasses import dataclass

#: Who takes part in the story at every house; Berlin's other two do as well, and elsewhere they join when it is over.
EVERYWHERE = ("administrator", "signatory", "steward")
LEADING = ("investigator", "coordinator")


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
    leads: bool = False

    @property
    def players(self) -> dict[str, str]:
        """Return the people who take part in the story."""
        wanted = (*EVERYWHERE, *(LEADING if self.leads else ()))
        return {role: name for role, name in self.people.items() if role in wanted}


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
            "officer": "Olivia Sommer",
            "department": "Dr Paul Adler",
            "participant": "Anna Lindner",
        },
        office="Chair of the Executive Board",
        leads=True,
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
            "officer": "Nils Åberg",
            "department": "Dr Karin Ek",
            "participant": "Elin Dahl",
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
            "officer": "Signe Holm",
            "department": "Dr Lars Berglund",
            "participant": "Isak Lind",
        },
        office="Hospital Director",
    ),
)
