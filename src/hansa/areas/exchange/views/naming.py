"""How institutions, people and links are written on the pages of exchange."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from hansa.areas.exchange.models import Member, Mobility
from hansa.areas.exchange.queries.network import HEI
from hansa.kernel.identity import own
from hansa.kernel.models import Partner, Person, Record
from hansa.kernel.people import has

Item = dict[str, Any]


def institutions() -> Mapping[str, str]:
    """Return every institution of the pages by the name people know it by, in two queries."""
    members = {f"{HEI}{hei}": name for hei, name in Member.objects.values_list("hei", "name")}
    return {**members, **dict(Partner.objects.values_list("institution", "name")), own().id: own().name}


def called(institution: str, known: Mapping[str, str]) -> str:
    """Return the name of an institution, or its id."""
    return known.get(institution, institution.removeprefix(HEI))


def may_see_names(person: Person) -> bool:
    """Tell whether somebody may see who goes where, beyond their own stay."""
    return has(person, "mobilities.read")


def who(mobility: Mobility) -> str:
    """Return the name of whoever goes, where the row of it was read along."""
    stay = getattr(mobility, "stay", None)
    return f"{stay.given_names} {stay.family_name}" if stay is not None else ""


def item(record: Record, *, title: str, **more: Any) -> Item:
    """Return a record as one line of the home page."""
    return {
        "title": title,
        "url": reverse("record", args=[record.noun, record.pk]),
        "state": record.state,
        "words": record.get_state_display(),
        "since": record.updated,
        **more,
    }
