"""Transcripts, both ways: what this institution certified as ELMO, and a partner's ELMO as a transcript of ours."""

from dataclasses import dataclass
from typing import Any

from hansa.areas.exchange.models import Mobility, Profile
from hansa.areas.exchange.network.membership import demand_membership, membership
from hansa.areas.exchange.network.nominations import field_of
from hansa.areas.exchange.network.profiles import profile
from hansa.lib.errors import InvalidError
from hansa.lib.ewp import certified, elmo, elmo_reading, tors
from hansa.lib.ewp.elmo import Learner, Record
from hansa.lib.ewp.tors import Tor
from hansa.lib.ewp.xml import parse, write
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
        participant=mobility.foreign_id or str(mobility.pk),
        first=mobility.arrived or mobility.starts,
        last=mobility.departed or mobility.ends,
        year=mobility.year,
        field=field_of(mobility.field),
    )
    who = mobility.stay
    learner = Learner(given_names=who.given_names, family_name=who.family_name, esi=who.esi)
    return Tor(mobility.foreign_id, Record(certified.record_of(mobility.transcript, stay=stay), learner))


def elmo_of(mobility: Mobility) -> str:
    """Return the transcript of an incoming stay as ELMO 2.1.1, or nothing where no profile says who issues it."""
    if membership() is None or profile() is None:
        return ""
    return write(elmo.build(tor_of(mobility, by=issuer()).record)).decode()


def demand_elmo(document: str, *, mobility: Mobility) -> None:
    """Refuse a host's ELMO that is none, or is about another stay."""
    found = elmo_reading.read(parse(document.encode()))
    if found.document["id"] != mobility.urn:
        raise InvalidError("elmo: it is about another stay.", "Send the one of this stay.")


def check(mobility: Mobility) -> None:
    """Refuse a transcript that the network could not carry, naming what is missing."""
    tors.build_get([tor_of(mobility, by=issuer())])


def heard(tor: Tor, *, mobility: str, scale: Scale | None = None) -> dict[str, Any]:
    """Return a partner's transcript as one of ours, or raise InvalidError; a scale is needed where it says none."""
    return certified.transcript_of(tor.record.document, mobility=mobility, scale=scale)
