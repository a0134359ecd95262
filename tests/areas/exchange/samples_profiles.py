"""Samples of the actions on the profile for the contract of every action."""

from typing import Any

from hansa.areas.exchange.models import Profile

WHO = {
    "name": "Charité",
    "street": "Charitéplatz 1",
    "city": "Berlin",
    "country": "DE",
    "website": "https://www.charite.example",
    "email": "office@charite.example",
    "phone": "+4930450",
    "contact_given_names": "Olga",
    "contact_family_name": "Office",
    "contact_position": "Coordinator",
}
CALENDAR = {
    "nominations_autumn": "05-31",
    "nominations_spring": "10-31",
    "applications_autumn": "06-15",
    "applications_spring": "11-15",
    "decision_weeks": 4,
    "transcript_weeks": 5,
    "housing": "https://www.charite.example/housing",
    "visa": "https://www.charite.example/visa",
    "insurance": "https://www.charite.example/insurance",
}


def published() -> Profile:
    """Return a profile as an officer published it."""
    made = Profile(state="published", **WHO)
    made.save()
    return made


SAMPLES: dict[str, Any] = {
    "profiles.publish": lambda _world: (Profile(), dict(WHO)),
    "profiles.revise": lambda _world: (published(), {"city": "Potsdam"}),
    "profiles.inform": lambda _world: (published(), dict(CALENDAR)),
}
