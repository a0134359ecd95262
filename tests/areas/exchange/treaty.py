"""An agreement of the network between the node under test and a partner, whose copy is written here."""

import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone
from pypdf import PdfWriter

from hansa.areas.exchange import agreements
from hansa.areas.exchange.actions import iias
from hansa.areas.exchange.models import Iia
from hansa.lib.ewp import iia_states as states
from hansa.lib.ewp.iia import Iia as Copy
from hansa.lib.ewp.iia import Partner
from hansa.lib.ewp.iia_hash import hash_document
from hansa.lib.ewp.iia_reading import Received, read_get_response, read_stored
from hansa.lib.ewp.iia_xml import get_response
from hansa.lib.ewp.xml import parse, write
from tests.areas.exchange.league import CHARITE, KI
from tests.conftest import given

OUT: dict[str, Any] = {
    "kind": "student-studies",
    "direction": "out",
    "first_year": "2026/2027",
    "last_year": "2028/2029",
    "places": 4,
    "total": 20,
    "fields": ["0912"],
    "eqf": [7],
    "languages": {"en": "B2"},
}
IN = {**OUT, "direction": "in", "places": 2}
CONDITIONS = json.dumps([OUT, IN])
THERE = "KI-1"


def drafted(*, conditions: str = CONDITIONS, is_shared: bool = False, partner: str = KI) -> Iia:
    """Return an agreement as an officer wrote it."""
    iia = Iia(partner=partner, title="Medicine")
    found = iias.conditions_of(conditions, ours=CHARITE, theirs=partner)
    with given():
        sides = (Partner(hei=CHARITE, iia_id=str(iia.pk)), Partner(hei=partner))
        iias.begin(iia, Copy(partners=sides, conditions=found), is_shared=is_shared)
        iia.save()
        if is_shared:
            agreements.file(iia)
    return iia


def copy_of(iia: Iia, *, iia_id: str = THERE, **changes: Any) -> Received:
    """Return the partner's copy of an agreement of ours: the same from its side, but for what changes."""
    ours = agreements.own_copy(iia)
    first, second = ours.partners
    theirs = replace(ours, partners=(replace(second, iia_id=iia_id), replace(first, iia_id=str(iia.pk))), **changes)
    return received(theirs)


def received(copy: Copy) -> Received:
    """Return a copy as it is read from an answer."""
    return read_stored(get_response(copy))


def unknown(*, iia_id: str = THERE, partner: str = KI) -> Received:
    """Return a copy of a partner that names none of ours."""
    found = iias.conditions_of(CONDITIONS, ours=CHARITE, theirs=partner)
    sides = (Partner(hei=partner, iia_id=iia_id, iia_code="MED 2026"), Partner(hei=CHARITE))
    return received(Copy(partners=sides, conditions=found))


def heard(copy: Received, *, partner: str = KI) -> Iia:
    """Let the node hear a copy of a partner; return the agreement it is about."""
    with given():
        agreements.hear_copy(copy, partner=partner)
    return Iia.objects.get(partner=partner, foreign_id=copy.iia_id)


def linked() -> Iia:
    """Return an agreement of which both sides have a copy that names the other and says the same."""
    iia = drafted(is_shared=True)
    heard(copy_of(iia))
    iia.refresh_from_db()
    return heard(copy_of(iia))


def agreed() -> Iia:
    """Return an agreement that both sides have approved."""
    iia = linked()
    with given():
        agreements.keep(iia, states.after(agreements.side_of(iia), states.Approved(iia.their_hash)))
        agreements.hear_approval(iia, iia.hash, raw="<approval/>")
    return iia


def changed() -> Iia:
    """Return an agreement that both had approved, and whose copy here was changed since."""
    iia = agreed()
    with given():
        found = iias.conditions_of(json.dumps([OUT]), ours=CHARITE, theirs=KI)
        iias.change(iia, replace(agreements.own_copy(iia), conditions=found))
        iia.save()
    return iia


def stale(iia: Iia) -> Iia:
    """Return an agreement whose partner's copy was fetched an hour ago."""
    with given():
        iia.seen = timezone.now() - timedelta(hours=1)
        iia.save()
    return iia


def approved_here() -> Iia:
    """Return an agreement that this side alone has approved."""
    iia = linked()
    with given():
        agreements.keep(iia, states.after(agreements.side_of(iia), states.Approved(iia.their_hash)))
        iia.approved_copy = iia.theirs
        iia.save()
    return iia


def differing(**changes: Any) -> Iia:
    """Return an agreement whose copies name each other, and whose first condition is another one at the partner's."""
    iia = drafted(is_shared=True)
    first, second = agreements.own_copy(iia).conditions
    for _turn in range(2):
        # The first time our copy comes to name theirs; then it is heard as it is compared.
        iia = heard(copy_of(iia, conditions=(replace(first, **changes), second)))
    return iia


def signed(*, pages: int = 1) -> bytes:
    """Return the signed agreement as a PDF."""
    writer, out = PdfWriter(), io.BytesIO()
    for _page in range(pages):
        writer.add_blank_page(100, 100)
    writer.write(out)
    return out.getvalue()


def together(copy: Copy, *, beside: Copy) -> bytes:
    """Return two agreements in one document, as a partner serves them that hashes the document as a whole."""
    root = parse(get_response(copy))
    root.append(parse(get_response(beside))[0])
    for one in hash_document(root):
        one.iia.find("{*}iia-hash").text = one.hash  # type: ignore[union-attr]  # reason: every copy has one
    return write(root)


def leaking(copy: Copy, *, beside: Copy) -> Received:
    """Return a copy as it is read from a document with another one beside it."""
    return read_get_response(together(copy, beside=beside))[0]
