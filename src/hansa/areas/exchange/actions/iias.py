"""What officers do with agreements of the network: draft, share, compare, approve, terminate."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange import agreements, post
from hansa.areas.exchange.models import Iia
from hansa.areas.exchange.network import catalogue
from hansa.areas.exchange.network.membership import demand_membership
from hansa.areas.exchange.queries import comparison
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.states import IiaState as State
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Person
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp import iia_states as states
from hansa.lib.ewp.iia import Condition, Kind, LanguageSkill, Partner, SubjectArea, check_year
from hansa.lib.ewp.iia import Iia as Copy
from hansa.lib.ewp.iia_clause import Terms, conditions_from_clauses
from hansa.lib.ewp.iia_states import Side, after

BECAUSE = "An interinstitutional agreement is itself what later permits; it binds once both have approved it."
#: A decision is made on what the partner serves now, not on what it served yesterday.
FRESH = timedelta(minutes=15)
OPEN = (State.DRAFT, State.SHARED, State.APPROVED_HERE, State.APPROVED_THERE, State.IN_FORCE, State.CHANGED)
AGREED = (State.IN_FORCE, State.CHANGED)
FAR = date(9999, 7, 31)
MOST_TOLD = 3


def conditions_of(text: str, *, ours: str, theirs: str) -> tuple[Condition, ...]:
    """Return the conditions written as a list in JSON, or raise GivenError naming what is wrong."""
    try:
        found = json.loads(text)
        return tuple(condition_of(one, ours=ours, theirs=theirs) for one in found)
    except (json.JSONDecodeError, InvalidError, KeyError, TypeError, ValueError) as wrong:
        why = str(wrong) if isinstance(wrong, InvalidError) else type(wrong).__name__
        told = _("This is no list of conditions ({why}); see the example beside the field.").format(why=why)
        raise GivenError({"conditions": told}) from wrong


def condition_of(one: dict[str, Any], *, ours: str, theirs: str) -> Condition:
    """Return one condition: its kind, its direction, its years, places, fields, levels and languages."""
    sending, receiving = (ours, theirs) if one["direction"] == "out" else (theirs, ours)
    return Condition(
        kind=Kind(one["kind"]),
        sending_hei=sending,
        receiving_hei=receiving,
        first_year=check_year(one["first_year"], place="first_year"),
        last_year=check_year(one["last_year"], place="last_year"),
        mobilities_per_year=int(one["places"]),
        total_per_year=None if one.get("total") is None else comparison.number(one["total"]),
        subject_areas=tuple(SubjectArea(code=str(code)) for code in one.get("fields", [])),
        eqf_levels=tuple(int(level) for level in one.get("eqf", [])),
        languages=tuple(LanguageSkill(language=key, level=level) for key, level in one.get("languages", {}).items()),
    )


def from_clauses(clauses: list[str], *, institution: str, ours: str, theirs: str) -> tuple[Agreement, Any]:
    """Return the memorandum with clauses about exchange between us and an institution, and the conditions they make."""
    for held in Agreement.objects.filter(state=Agreement.State.IN_FORCE):
        wanted = [one for one in held.document["clauses"] if one["id"] in clauses and one["area"] == Iia.area]
        if wanted and institution in held.parties:
            valid = held.document["valid"]
            last = date.fromisoformat(valid["until"]) if valid["until"] else comparison.programme_end()
            heis = {own().id: ours, institution: theirs}
            terms = Terms(heis=heis, first_day=date.fromisoformat(valid["from"]), last_day=last)
            named = [{**one, "parties": held.parties if one["parties"] == "all" else one["parties"]} for one in wanted]
            return held, conditions_from_clauses(named, terms=terms, between_heis=frozenset((ours, theirs)))
    raise GivenError({"clauses": _("No memorandum in force with this institution has these clauses about exchange.")})


@action(needs="iias.draft", source=(NEW,), target=(State.DRAFT,), because=BECAUSE)
def draft(
    iia: Iia,
    *,
    by: Person,
    partner: str,
    title: str,
    conditions: str = "",
    clauses: list[str] | None = None,
    institution: str = "",
) -> None:
    """Draft an agreement.

    Condition by condition, or from clauses of a memorandum with the same institution. The partner sees nothing yet.
    """
    member = demand_membership()
    if partner not in catalogue.current().institutions or partner == member.hei:
        raise GivenError({"partner": _("The catalogue of the network names no such partner.")})
    iia.partner, iia.title = partner, title
    if clauses:
        held, made = from_clauses(clauses, institution=institution, ours=member.hei, theirs=partner)
        iia.agreement, iia.clauses, found = held.hash, clauses, made.conditions
        # What the network has no word for is said, never dropped in silence.
        iia.trouble = " ".join(f"{gap.sentence} {gap.remedy}" for gap in made.gaps)
    else:
        found = conditions_of(conditions, ours=member.hei, theirs=partner)
    if not found:
        raise GivenError({"conditions": _("An agreement has one condition at least.")})
    begin(iia, Copy(partners=(Partner(hei=member.hei, iia_id=str(iia.pk)), Partner(hei=partner)), conditions=found))


def begin(iia: Iia, copy: Copy, *, partner_id: str = "", side: Side | None = None, is_shared: bool = False) -> None:
    """Make our copy."""
    hash_ = agreements.write(iia, copy)
    made = after(side or Side(), states.Created(str(iia.pk), hash_, partner_id))
    agreements.keep(iia, made, is_shared=is_shared)


@action(needs="iias.draft", source=OPEN, target=OPEN, because=BECAUSE)
def revise(iia: Iia, *, by: Person, conditions: str) -> None:
    """Change our copy.

    Approvals so far hold for the version before; both must approve the new one.
    """
    ours = agreements.own_copy(iia)
    found = conditions_of(conditions, ours=ours.owner.hei, theirs=iia.partner)
    change(iia, replace(ours, conditions=found))


def change(iia: Iia, copy: Copy, *, terminate: bool = False) -> None:
    """Write another version of our copy and tell the partner."""
    hash_ = agreements.write(iia, copy)
    event = states.Terminated(hash_) if terminate else states.Modified(hash_)
    agreements.keep(iia, after(agreements.side_of(iia), event))
    agreements.tell(iia)


@action(needs="iias.share", source=(State.DRAFT,), target=OPEN, because=BECAUSE)
def share(iia: Iia, *, by: Person) -> None:
    """Share the agreement with the partner.

    From now on the partner can fetch our copy, and is told of every change.
    """
    agreements.keep(iia, agreements.side_of(iia), is_shared=True)
    agreements.tell(iia)


@action(needs="iias.share", source=(State.RECEIVED,), target=OPEN, because=BECAUSE)
def take_over(iia: Iia, *, by: Person) -> None:
    """Make our copy from the partner's.

    It says the same and names the partner's copy; the partner is told. It is not approved by that.
    """
    received = agreements.their_copy(iia)
    if received is None or received.iia is None:
        raise RefusedError(_("The partner's copy cannot be read."), iia.trouble or _("Ask the partner to mend it."))
    theirs = received.iia
    ours = Partner(hei=demand_membership().hei, iia_id=str(iia.pk))
    there = replace(theirs.owner, iia_id=received.iia_id)
    copy = replace(theirs, partners=(ours, there), in_effect=False, pdf_file="")
    begin(iia, copy, partner_id=received.iia_id, side=agreements.side_of(iia), is_shared=True)
    agreements.tell(iia)


@action(needs="iias.share", source=(State.DRAFT, State.SHARED), target=OPEN, because=BECAUSE)
def connect(iia: Iia, *, by: Person, received: str) -> None:
    """Link our copy to one that came from the partner.

    Ours names theirs from now on; theirs must name ours before either can be approved.
    """
    other = row_named(Iia.objects.filter(partner=iia.partner, state=State.RECEIVED), received)
    if other is None:
        raise GivenError({"received": _("Nothing of this name came from the same partner.")})
    copy, foreign, at = other.theirs, other.foreign_id, other.seen
    other.delete()
    iia.theirs, iia.seen = copy, at
    seen = states.Seen(**other.side["seen"])
    side = after(agreements.side_of(iia), states.Fetched(seen))
    agreements.keep(iia, agreements.name_theirs(iia, side, partner_id=foreign))
    agreements.tell(iia)


@action(
    needs="iias.approve",
    source=(State.SHARED, State.APPROVED_THERE, State.CHANGED, State.TERMINATED),
    target=(State.APPROVED_HERE, State.IN_FORCE, State.CHANGED, State.TERMINATED),
    because=BECAUSE,
)
def approve(iia: Iia, *, by: Person) -> None:
    """Approve the partner's copy.

    Both copies are compared field by field first, not only by their hashes; what differs is named and nothing is
    approved. The partner's copy is kept as you approved it.
    """
    demand_fresh(iia)
    found = comparison.obstacles(iia)
    if found:
        first = " ".join(one.sentence for one in found[:MOST_TOLD])
        raise RefusedError(_("It would not be approved on both sides. {first}").format(first=first), found[0].remedy)
    agreements.keep(iia, after(agreements.side_of(iia), states.Approved(iia.their_hash)))
    iia.approved_copy = iia.theirs
    post.owe("iia-approval-cnr", iia.partner, subject=iia.foreign_id)


def demand_fresh(iia: Iia) -> None:
    """Refuse to decide on a partner's copy that was fetched too long ago."""
    if iia.seen is None or timezone.now() - iia.seen > FRESH:
        raise RefusedError(
            _("The partner's copy was not fetched just now."), _("Fetch it first: it comes in a moment; then decide.")
        )


@action(needs="iias.draft", source=(State.CHANGED,), target=OPEN, because=BECAUSE)
def revert(iia: Iia, *, by: Person) -> None:
    """Go back to the version that the partner approved.

    Changes since then are given up; the partner is told.
    """
    side = after(agreements.side_of(iia), states.Reverted())
    copy = comparison.served_copy(iia, side.own_hash)
    if copy is None:
        raise RefusedError(_("This version is no longer kept here."), _("Write it once more as it was."))
    agreements.write(iia, copy)
    agreements.keep(iia, side)
    agreements.tell(iia)


@action(needs="iias.terminate", source=AGREED, target=(*OPEN, State.TERMINATED), because=BECAUSE)
def terminate(iia: Iia, *, by: Person) -> None:
    """Terminate the agreement.

    Nobody is nominated under it any more; stays under way go on. The partner approves the termination like a change.
    """
    change(iia, replace(agreements.own_copy(iia), terminated_as_a_whole=True), terminate=True)


@action(
    needs="iias.draft",
    source=(State.DRAFT, State.SHARED, State.APPROVED_HERE, State.APPROVED_THERE),
    target=(State.DELETED,),
    because=BECAUSE,
)
def delete(iia: Iia, *, by: Person) -> None:
    """Delete our copy.

    Only what was never approved by both; its id is never used again. The partner is told.
    """
    side = after(agreements.side_of(iia), states.Deleted())
    agreements.tell(iia)
    agreements.keep(iia, side)
    iia.state, iia.foreign_id = State.DELETED, ""


LIVE = (State.RECEIVED, State.TERMINATED, *OPEN[1:])


@action(needs="iias.refresh", source=LIVE, target=LIVE, because=BECAUSE)
def refresh(iia: Iia, *, by: Person) -> None:
    """Fetch the partner's copy now.

    And ask which version of ours the partner approves. It comes in a moment.
    """
    if iia.foreign_id:
        post.owe_fetch("iia-get", iia.partner, subject=iia.foreign_id)
    else:
        post.owe_fetch(post.SWEEP, iia.partner, subject=post.EVERYTHING)
    if iia.hash:
        post.owe_fetch("iia-approval-get", iia.partner, subject=str(iia.pk))
