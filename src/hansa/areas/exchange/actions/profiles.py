"""What an officer tells the network of this institution: who we are, and what incoming students need to know."""

from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import Field

from hansa.areas.exchange.models import Profile
from hansa.areas.exchange.network import profiles
from hansa.areas.exchange.states import ProfileState as State
from hansa.kernel.actions import NEW, action
from hansa.kernel.models import Person
from hansa.lib.errors import RefusedError

BECAUSE = "What an institution tells of itself needs no clause."
DayOfYear = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$")]
Weeks = Annotated[int, Field(ge=0, le=52)]


def keep(profile: Profile, **about: Any) -> None:
    """Take over what was given, and refuse what the network could not read."""
    for name, value in about.items():
        setattr(profile, name, value)
    profiles.check(profile)


@action(needs="profiles.publish", source=(NEW,), target=(State.PUBLISHED,), because=BECAUSE)
def publish(
    profile: Profile,
    *,
    by: Person,
    name: str,
    street: str,
    city: str,
    country: str,
    website: str,
    email: str,
    phone: str,
    contact_given_names: str,
    contact_family_name: str,
    contact_position: str,
    abbreviation: str = "",
    postal_code: str = "",
    units: str = "",
) -> None:
    """Tell the network who we are.

    Every member reads it. Say afterwards what incoming students need to know.
    """
    if Profile.objects.exists():
        raise RefusedError(_("There is a profile already."), _("Open it and revise it."))
    keep(
        profile,
        name=name,
        street=street,
        city=city,
        country=country,
        website=website,
        email=email,
        phone=phone,
        contact_given_names=contact_given_names,
        contact_family_name=contact_family_name,
        contact_position=contact_position,
        abbreviation=abbreviation,
        postal_code=postal_code,
        units=units,
    )


@action(needs="profiles.publish", source=(State.PUBLISHED,), target=(State.PUBLISHED,), because=BECAUSE)
def revise(
    profile: Profile,
    *,
    by: Person,
    name: str = "",
    street: str = "",
    city: str = "",
    country: str = "",
    website: str = "",
    email: str = "",
    phone: str = "",
    contact_given_names: str = "",
    contact_family_name: str = "",
    contact_position: str = "",
    abbreviation: str = "",
    postal_code: str = "",
    units: str = "",
) -> None:
    """Revise who we are.

    What you leave empty stays as it is.
    """
    given = {
        "name": name,
        "street": street,
        "city": city,
        "country": country,
        "website": website,
        "email": email,
        "phone": phone,
        "contact_given_names": contact_given_names,
        "contact_family_name": contact_family_name,
        "contact_position": contact_position,
        "abbreviation": abbreviation,
        "postal_code": postal_code,
        "units": units,
    }
    keep(profile, **{key: value for key, value in given.items() if value})


@action(needs="profiles.publish", source=(State.PUBLISHED,), target=(State.PUBLISHED,), because=BECAUSE)
def inform(
    profile: Profile,
    *,
    by: Person,
    nominations_autumn: DayOfYear,
    nominations_spring: DayOfYear,
    applications_autumn: DayOfYear,
    applications_spring: DayOfYear,
    decision_weeks: Weeks,
    transcript_weeks: Weeks,
    housing: str,
    visa: str,
    insurance: str,
    requirements: str = "",
) -> None:
    """Say what incoming students need to know.

    It becomes the factsheet that partners read: deadlines as month and day (05-31), pages about housing, visa and
    insurance, and requirements such as a language level, one a line: name = details.
    """
    keep(
        profile,
        nominations_autumn=nominations_autumn,
        nominations_spring=nominations_spring,
        applications_autumn=applications_autumn,
        applications_spring=applications_spring,
        decision_weeks=decision_weeks,
        transcript_weeks=transcript_weeks,
        housing=housing,
        visa=visa,
        insurance=insurance,
        requirements=requirements,
    )
