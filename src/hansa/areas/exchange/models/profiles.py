"""The profile: what this institution tells the network of itself."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hansa.areas.exchange.states import ProfileState
from hansa.kernel.models import Record


class Profile(Record):
    """Names, address, contact, units, calendar and requirements of this institution; there is one.

    Days of the year are written as month and day (05-31). A unit is one line ``id = name``, a requirement one line
    ``name = details``.
    """

    area = "exchange"
    noun = "profiles"
    title_of_list = _("What the network reads about us")
    State = ProfileState

    name = models.CharField(_("name of the institution"), max_length=200)
    abbreviation = models.CharField(_("abbreviation"), max_length=40, blank=True)
    street = models.CharField(_("street and number"), max_length=200)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=120)
    country = models.CharField(_("country (code)"), max_length=2)
    website = models.URLField(_("website"))
    email = models.EmailField(_("e-mail of the international office"))
    phone = models.CharField(_("telephone, such as +4930450"), max_length=16)
    contact_given_names = models.CharField(_("given names of who signs"), max_length=120)
    contact_family_name = models.CharField(_("family name of who signs"), max_length=120)
    contact_position = models.CharField(_("position of who signs"), max_length=120)
    units = models.TextField(_("units, one a line: id = name"), blank=True)
    nominations_autumn = models.CharField(_("nominations for autumn until"), max_length=5, blank=True, editable=False)
    nominations_spring = models.CharField(_("nominations for spring until"), max_length=5, blank=True, editable=False)
    applications_autumn = models.CharField(_("applications for autumn until"), max_length=5, blank=True, editable=False)
    applications_spring = models.CharField(_("applications for spring until"), max_length=5, blank=True, editable=False)
    decision_weeks = models.PositiveSmallIntegerField(_("weeks until the decision"), default=0, editable=False)
    transcript_weeks = models.PositiveSmallIntegerField(_("weeks until the transcript"), default=0, editable=False)
    requirements = models.TextField(_("requirements, one a line: name = details"), blank=True, editable=False)
    housing = models.URLField(_("page about housing"), blank=True, editable=False)
    visa = models.URLField(_("page about visa"), blank=True, editable=False)
    insurance = models.URLField(_("page about insurance"), blank=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_calendar_given(self) -> bool:
        """Tell whether incoming students were told their dates."""
        return bool(self.nominations_autumn)
