"""Transcripts, both ways: what this institution certified as ELMO, and a partner's ELMO as a transcript of ours."""

from dataclasses import dataclass
from typing import Any

from hansa.areas.exchange.models import Mobility, Profile
from hansa.areas.exchange.network.membership import demand_membership
from hansa.areas.exchange.network.nominations import field_of
from hansa.areas.exchange.network.profiles import profile
from hansa.lib.errors import InvalidError
from hansa.lib.ewp import certified, tors
from hansa.lib.ewp.elmo import Learner, Record
from hansa.lib.ewp.tors import Tor
from hansa.lib.exchange.grades import Scale


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who issues transcripts here; read once for many stays."""

    hei: str
    profile: Profile | None

    @property
    def host(self) -> dict[str, str]:
        """Return what ELMO says of the issuer, or raise InvalidError where nobody has said it."""
        if self.profile is None:
            raise InvalidError(
                "profile: ELMO names the country and the website of who issues a transcript.", "Publish the profile."
            )
        about = self.profile
        return {"schac": self.hei, "name": about.name, "country": about.country, "url": about.website}


def issuer() -> Issuer:
    """Return who issues transcripts here now."""
    return Issuer(hei=demand_membership().hei, profile=profile())


def tor_of(mobility: Mobility, *, by: Issuer) -> Tor:
    """Return the transcript of one incoming stay, as the receiving institution serves it."""
    stay = certified.Stay(
        host=by.host,
        participant=mobility.foreign_id,
        first=mobility.arrived or mobility.starts,
        last=mobility.departed or mobility.ends,
        year=mobility.year,
        field=field_of(mobility.field),
    )
    who = mobility.stay
    learner = Learner(given_names=who.given_names, family_name=who.family_name, esi=who.esi)
    return Tor(mobility.foreign_id, Record(certified.record_of(mobility.transcript, stay=stay), learner))


def check(mobility: Mobility) -> None:
    """Refuse a transcript that the network could not carry, naming what is missing."""
    tors.build_get([tor_of(mobility, by=issuer())])


def heard(tor: Tor, *, mobility: str, scale: Scale | None = None) -> dict[str, Any]:
    """Return a partner's transcript as one of ours, or raise InvalidError; a scale is needed where it says none."""
    return certified.transcript_of(tor.record.document, mobility=mobility, scale=scale)
