"""What moves an agreement of the network, whoever causes it: an officer here, or what was fetched from the partner.

What each side knows is followed by ``lib.ewp.iia_states``; this module keeps it in the record, together with both
copies as they are, and says in which state that leaves the agreement.
"""

from dataclasses import asdict, replace
from typing import Any

from django.db.models import Case, F, PositiveSmallIntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange import post
from hansa.areas.exchange.models import Iia, IiaVersion, Mobility
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.states import IiaState
from hansa.lib.ewp import iia_states as states
from hansa.lib.ewp.iia import Condition, Kind, SubjectArea, in_schema_order
from hansa.lib.ewp.iia import Iia as Copy
from hansa.lib.ewp.iia_difference import pairs
from hansa.lib.ewp.iia_reading import Received, read_stored
from hansa.lib.ewp.iia_states import Seen, Side, after
from hansa.lib.ewp.iia_xml import get_response

SHARED = "shared"


def side_of(iia: Iia) -> Side:
    """Return what this side knows of an agreement."""
    kept = {name: value for name, value in iia.side.items() if name != SHARED}
    sets = {name: frozenset(kept.get(name, ())) for name in ("served", "used_ids")}
    seen = kept.get("seen")
    return Side(**{**kept, **sets, "seen": Seen(**seen) if seen else None})


def keep(iia: Iia, side: Side, *, is_shared: bool | None = None) -> None:
    """Keep what this side knows, and the state in which it leaves the agreement."""
    shared = bool(iia.side.get(SHARED)) if is_shared is None else is_shared
    plain = asdict(side)
    iia.side = {**plain, "served": sorted(side.served), "used_ids": sorted(side.used_ids), SHARED: shared}
    iia.hash, iia.foreign_id, iia.their_hash = side.own_hash, side.partner_id, side.partner_hash
    iia.approved_here, iia.approved_there = side.approved_here, side.approved_by_partner
    iia.state = state_of(side, shared=shared)
    if iia.ours and (side.is_agreed or not side.was_agreed):
        # What both approved gives places until both approve something else, whatever one of them writes meanwhile.
        before, iia.conditions = iia.conditions, given_by(own_copy(iia))
        renumber(iia, before)


def renumber(iia: Iia, before: list[dict[str, Any]]) -> None:
    """Let stays go on under their condition where a new version puts it at another place."""
    matched, _gone, _new = pairs([condition_in(one) for one in before], [condition_in(one) for one in iia.conditions])
    moved = [When(Q(condition=old + 1), then=Value(new + 1)) for old, new in matched if old != new]
    if moved:
        now = Case(*moved, default=F("condition"), output_field=PositiveSmallIntegerField())
        Mobility.objects.filter(iia=iia).update(condition=now)


def state_of(side: Side, *, shared: bool) -> IiaState:
    """Return where an agreement stands, from what this side knows."""
    found = (
        (not side.own_id, IiaState.RECEIVED),
        (not shared, IiaState.DRAFT),
        (side.is_over or (side.is_terminated and side.was_agreed), IiaState.TERMINATED),
        (side.is_agreed, IiaState.IN_FORCE),
        (side.was_agreed, IiaState.CHANGED),
        (side.approved_here and side.approved_here == side.partner_hash, IiaState.APPROVED_HERE),
        (side.approved_by_partner and side.approved_by_partner == side.own_hash, IiaState.APPROVED_THERE),
    )
    return next((state for holds, state in found if holds), IiaState.SHARED)


def own_copy(iia: Iia) -> Copy:
    """Return our copy, read from what we serve."""
    found = read_stored(iia.ours.encode()).iia
    if found is None:
        raise AssertionError("our own copy cannot be read")
    return found


def their_copy(iia: Iia) -> Received | None:
    """Return the partner's copy as it came, read anew, or None where none has come."""
    return read_stored(iia.theirs.encode()) if iia.theirs else None


def write(iia: Iia, copy: Copy) -> str:
    """Write our copy as we serve it; return its hash."""
    ordered = replace(copy, conditions=in_schema_order(copy.conditions))
    iia.ours, iia.told = get_response(ordered).decode(), timezone.now()
    return read_stored(iia.ours.encode()).computed


def file(iia: Iia) -> None:
    """File our copy among the versions that were served."""
    IiaVersion.objects.get_or_create(iia=iia, is_ours=True, hash=iia.hash, defaults={"document": iia.ours})


def file_approved(iia: Iia) -> None:
    """File the partner's copy, which we approved just now."""
    told = {"document": iia.theirs, "approved": timezone.now()}
    IiaVersion.objects.update_or_create(iia=iia, is_ours=False, hash=iia.approved_here, defaults=told)


def given_by(copy: Copy) -> list[dict[str, Any]]:
    """Return in short what the conditions of a copy give, in their order."""
    return [summary(condition) for condition in copy.conditions]


def summary(condition: Condition) -> dict[str, Any]:
    """Return in short what a condition gives."""
    return {
        "kind": condition.kind.value,
        "sending": condition.sending_hei,
        "receiving": condition.receiving_hei,
        "first_year": condition.first_year,
        "last_year": condition.last_year,
        "places": condition.mobilities_per_year,
        "fields": [area.code for area in condition.subject_areas],
        "eqf": list(condition.eqf_levels),
    }


def condition_in(short: dict[str, Any]) -> Condition:
    """Return a condition as far as it is told in short."""
    return Condition(
        kind=Kind(short["kind"]),
        sending_hei=short["sending"],
        receiving_hei=short["receiving"],
        first_year=short["first_year"],
        last_year=short["last_year"],
        mobilities_per_year=short["places"],
        subject_areas=tuple(SubjectArea(code=code) for code in short["fields"]),
    )


def name_theirs(iia: Iia, side: Side, *, partner_id: str) -> Side:
    """Let our copy name the partner's; with its ids our hash changes."""
    copy = own_copy(iia)
    first, second = copy.partners
    hash_ = write(iia, replace(copy, partners=(first, replace(second, iia_id=partner_id))))
    return after(side, states.Mapped(partner_id, hash_))


def tell(iia: Iia) -> None:
    """Tell the partner that our copy changed, once it was shared."""
    if iia.side.get(SHARED):
        iia.told = timezone.now()
        iia.save()
        file(iia)
        post.owe("iia-cnr", iia.partner, subject=str(iia.pk))


def hear_copy(received: Received, *, partner: str) -> None:
    """Take over the partner's copy as it came; where it names ours, ours names it from now on."""
    iia = about(received, partner=partner)
    if iia is None:
        iia = Iia(partner=partner, title=title_of(received, partner=partner), state=IiaState.RECEIVED)
        iia.side = {}
    names = received.iia.other.iia_id if received.iia is not None else ""
    is_terminated = received.iia is not None and received.iia.terminated_as_a_whole
    seen = Seen(id=received.iia_id, hash=received.computed, names=names, is_terminated=is_terminated)
    side = after(side_of(iia), states.Fetched(seen))
    if side.seen != seen:
        # Another copy is linked to ours; what this one says is of no concern.
        return
    iia.theirs, iia.seen = received.raw.decode("utf-8", "replace"), timezone.now()
    iia.trouble = trouble_of(received) or change_of(side)
    is_new_link = side.should_map
    if is_new_link:
        side = name_theirs(iia, side, partner_id=received.iia_id)
    keep(iia, side if side.own_id else replace(side, partner_id=received.iia_id))
    iia.save()
    if is_new_link:
        tell(iia)


def about(received: Received, *, partner: str) -> Iia | None:
    """Return the agreement a partner's copy is about: the one it is linked to, or the one of ours that it names."""
    rows = Iia.objects.select_for_update().filter(partner=partner).exclude(state=IiaState.DELETED)
    found = rows.filter(foreign_id=received.iia_id).first()
    named = received.iia.other.iia_id if received.iia is not None else ""
    if found is None and named:
        ours = row_named(rows.filter(foreign_id=""), named)
        # The id is part of the hash, so it is ours only as we write it.
        found = ours if ours is not None and str(ours.pk) == named else None
    return found


def title_of(received: Received, *, partner: str) -> str:
    """Return what an agreement that came from a partner is called here."""
    code = received.iia.owner.iia_code if received.iia is not None else ""
    return (code or _("Agreement of {partner}").format(partner=partner))[:200]


def trouble_of(received: Received) -> str:
    """Say what is wrong with a partner's copy, or nothing."""
    if received.iia is None:
        return f"{received.fault} {received.remedy}"
    if not received.hash_holds:
        told = _("The hash that the partner publishes is not the hash of its copy.")
        more = _("It served a terminated agreement beside this one, which changes its hash.")
        return f"{told} {more}" if received.is_leaking else told
    return ""


def change_of(side: Side) -> str:
    """Say what the partner has done with a copy that both had approved, or nothing."""
    if not side.was_agreed or side.seen is None:
        return ""
    if side.seen.is_terminated and not side.is_terminated:
        return _("The partner has terminated this agreement. Terminate it here too and approve, or ask its office.")
    if side.partner_hash != side.approved_here:
        return _(
            "The partner has changed its copy since both approved it. What both approved holds until both approve "
            "the change: compare the copies."
        )
    return ""


def hear_absence(*, partner: str, iia_id: str) -> None:
    """Note that a partner no longer serves its copy; what both had approved is left for a person to ask about."""
    iia = Iia.objects.select_for_update().filter(partner=partner, foreign_id=iia_id).first()
    if iia is None:
        return
    side = side_of(iia)
    if side.was_agreed or iia.is_approved:
        iia.trouble = _("The partner no longer serves this agreement, which both had approved: ask its office.")
    elif not side.own_id:
        iia.state, iia.foreign_id = IiaState.DELETED, ""
    else:
        copy = own_copy(iia)
        first, second = copy.partners
        hash_ = write(iia, replace(copy, partners=(first, replace(second, iia_id=""))))
        keep(iia, after(side, states.Gone(hash_)))
        iia.theirs = ""
        iia.trouble = _("The partner deleted its copy.")
        # Ours names it no more, and every change of what is served is told.
        tell(iia)
    iia.save()


def hear_approval(iia: Iia, hash_: str, *, raw: str) -> None:
    """Note which version of our copy the partner approves, and keep its answer as proof.

    What both had approved cannot be taken back by one of them (DeleteModifyScenarios, sheet 19).
    """
    side = side_of(iia)
    if side.was_agreed and not hash_:
        iia.trouble = _(
            "The partner no longer says that it approved this agreement. What both approved holds: ask its office."
        )
    else:
        keep(iia, after(side, states.ApprovalLearnt(hash_)))
        iia.approval = raw if hash_ else ""
        if side.was_agreed:
            iia.trouble = change_of(side)
        same = IiaVersion.objects.filter(iia=iia, is_ours=True, hash=hash_, approved=None)
        same.update(approved=timezone.now(), approval=raw)
    iia.save()
