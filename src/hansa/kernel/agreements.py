"""Agreements: how a memorandum is drafted, offered, signed, amended, suspended and ended.

The document is text and terms in one; its hash names it at every party. Signing
adds one signature over that hash. When the last party's signature has arrived and
all verify, the memorandum is in force, at each node by its own check. Suspension
by one party works at once; an end works after the notice the document names.
"""

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.kernel.actions import NEW, action
from hansa.kernel.identity import own
from hansa.kernel.jobs import Effect, enqueue, job
from hansa.kernel.letters import letter, send
from hansa.kernel.models import Agreement, Job, Partner, Person
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.people import grant, grant_everyone
from hansa.kernel.policy import VOCABULARIES
from hansa.lib import agreement as documents
from hansa.lib import document as document_form
from hansa.lib import shapes
from hansa.lib.canonical import JSON, digest
from hansa.lib.errors import RefusedError
from hansa.lib.keys import Identity
from hansa.lib.letters import Letter

State = Agreement.State
STOPS = ("agreements.suspended", "agreements.resumed")
BECAUSE = "A memorandum is made by letters before any of its clauses is in force."

grant("coordinator", ("agreements.draft", "agreements.offer"))
grant("signatory", ("agreements.sign", "agreements.suspend", "agreements.end"))
grant_everyone(("agreements.read",))


def name_of(hash_: str) -> uuid.UUID:
    """Return the id under which every party keeps the version with this hash."""
    return uuid.uuid5(uuid.NAMESPACE_URL, hash_)


def fill(agreement: Agreement, document: dict[str, Any]) -> None:
    """Put a checked document into a record, under the name every party uses."""
    document_form.check(document, vocabularies=VOCABULARIES)
    check_keys(document)
    check_previous(document)
    agreement.document = document
    agreement.hash = digest(document)
    agreement.version = document["version"]
    agreement.id = name_of(agreement.hash)


def check_previous(document: Mapping[str, Any]) -> None:
    """Refuse a version that does not follow the one it names: nobody sets aside what binds others by a new number."""
    if document["previous"] is None:
        return
    if before := Agreement.objects.filter(hash=document["previous"]).first():
        documents.check_follows(document, previous=before.document)
    elif any(held.document["id"] == document["id"] for held in Agreement.objects.all()):
        raise RefusedError(
            _("The version before this one is not held here, though others of this memorandum are."),
            _("Ask the partner for the versions in between."),
        )


def confirmed_keys() -> dict[str, Identity]:
    """Return the keys that people confirmed, and this node's own, by institution."""
    known = {partner.institution: partner.keys for partner in Partner.objects.filter(state=Partner.State.KNOWN)}
    return {**known, own().id: own().identity}


def no_partner(name: JSON) -> RefusedError:
    """Return why a memorandum cannot name somebody whose keys nobody confirmed."""
    return RefusedError(
        _("{name} is a party, but no confirmed partner of this node.").format(name=name),
        _("Exchange invitations with it and confirm the fingerprint first."),
    )


def with_keys(document: dict[str, Any]) -> dict[str, Any]:
    """Return a document with the parties' blank keys filled in; what is no party is left for the check to name."""
    known, parties = confirmed_keys(), document.get("parties")
    if not isinstance(parties, list):
        return document
    return {**document, "parties": [with_key(party, known=known) for party in parties]}


def with_key(party: Any, *, known: Mapping[str, Identity]) -> Any:
    """Return one party with its blank keys filled in from those that people confirmed."""
    blank = [name for name in ("signing_key", "sealing_key") if isinstance(party, dict) and party.get(name) == ""]
    if not blank:
        return party
    keys = known.get(str(party.get("id")))
    if keys is None:
        raise no_partner(party.get("name") or party.get("id"))
    return {**party, **{name: keys.to_json()[name] for name in blank}}


def check_keys(document: Mapping[str, Any]) -> None:
    """Refuse a document that names other keys than those people confirmed."""
    known = confirmed_keys()
    for party in document["parties"]:
        keys = known.get(party["id"])
        if keys is None:
            raise no_partner(party["name"])
        if (keys.signing.text, keys.sealing.text) != (party["signing_key"], party["sealing_key"]):
            raise RefusedError(
                _("The memorandum names another key for {name} than the one confirmed here.").format(
                    name=party["name"]
                ),
                _("Draft it again with the present keys."),
            )


@action(needs="agreements.draft", source=(NEW,), target=(State.DRAFT,), because=BECAUSE)
def draft(agreement: Agreement, *, by: Person, document: dict[str, Any]) -> None:
    """Draft a memorandum.

    Nobody else sees it before it is offered. A party's key that is left blank is filled in as it was confirmed here.
    """
    fill(agreement, with_keys(document))


@action(needs="agreements.draft", source=(NEW,), target=(State.DRAFT,), because=BECAUSE)
def amend(agreement: Agreement, *, by: Person, version: str, changes: dict[str, Any]) -> None:
    """Draft a new version of a memorandum in force.

    The present version stays in force until every party signed the new one.
    """
    present = Agreement.objects.filter(hash=version, state__in=[State.IN_FORCE, State.SUSPENDED]).first()
    if present is None:
        raise RefusedError(_("No memorandum in force has this hash."), _("Choose the version that is in force."))
    fill(agreement, documents.amend(present.document, with_keys(changes), vocabularies=VOCABULARIES))


@action(needs="agreements.offer", source=(State.DRAFT,), target=(State.OFFERED,), because=BECAUSE)
def offer(agreement: Agreement, *, by: Person) -> None:
    """Offer the memorandum for signature.

    Every party receives it; from now on its text can only be changed by a new version.
    """
    tell(agreement, "agreements.offered", body={})


def has_signed(agreement: Agreement) -> bool:
    """Tell whether this institution has signed a memorandum."""
    return own().id in agreement.signatures


@action(
    needs="agreements.sign",
    source=(State.OFFERED,),
    target=(State.OFFERED, State.IN_FORCE, State.SUSPENDED),
    because=BECAUSE,
    unless=lambda agreement, _by: has_signed(agreement),
)
def sign(agreement: Agreement, *, by: Person, office: str) -> None:
    """Sign the memorandum for this institution.

    You sign under the office that the memorandum names for you; the signature binds the whole text.
    """
    me = own()
    if has_signed(agreement):
        raise RefusedError(_("This institution has signed already."), _("Nothing more is needed here."))
    made = documents.sign(
        agreement.document, key=me.signing, party=me.id, name=by.name, office=office, at=timezone.now()
    )
    agreement.signatures = {**agreement.signatures, me.id: made}
    tell(agreement, "agreements.signed", body={"signature": made})
    enter_into_force(agreement)


@action(
    needs="agreements.sign",
    source=(State.OFFERED,),
    target=(State.DECLINED,),
    because=BECAUSE,
    unless=lambda agreement, _by: has_signed(agreement),
)
def decline(agreement: Agreement, *, by: Person, reason: str) -> None:
    """Decline to sign the memorandum.

    Every party learns the reason; a new draft can follow.
    """
    agreement.reason = reason
    tell(agreement, "agreements.declined", body={"reason": reason})


@action(needs="agreements.suspend", source=(State.IN_FORCE,), target=(State.SUSPENDED,), because=BECAUSE)
def suspend(agreement: Agreement, *, by: Person, reason: str) -> None:
    """Suspend the memorandum at once.

    From this moment nothing new happens under it here, and at each partner when the letter arrives.
    """
    agreement.suspended_by, agreement.reason = own().id, reason
    tell(agreement, "agreements.suspended", body={"reason": reason})


@action(
    needs="agreements.suspend",
    source=(State.SUSPENDED,),
    target=(State.IN_FORCE, State.SUSPENDED),
    because=BECAUSE,
    unless=lambda agreement, _by: agreement.suspended_by != own().id,
)
def resume(agreement: Agreement, *, by: Person) -> None:
    """Lift this institution's suspension.

    If a partner suspended the memorandum as well, it stays suspended until that partner lifts its own.
    """
    if agreement.suspended_by != own().id:
        raise RefusedError(
            _("Another party suspended the memorandum."), _("Only the party that suspended it can lift that.")
        )
    lift(agreement, others=suspenders(agreement))
    tell(agreement, "agreements.resumed", body={})


def suspenders(agreement: Agreement) -> list[str]:
    """Return the partners whose suspension stands, as the last letter of each says; two may have written at once."""
    rows = LetterRow.objects.filter(
        record=agreement.urn, direction=LetterRow.Direction.IN, state=LetterRow.State.APPLIED, kind__in=STOPS
    )
    last = dict(rows.order_by("sequence").values_list("partner", "kind"))
    return [party for party, kind in last.items() if kind == STOPS[0]]


def lift(agreement: Agreement, *, others: list[str]) -> None:
    """Lift one suspension; another that stands beside it goes on."""
    agreement.suspended_by = next(iter(others), "")
    if not others:
        agreement.reason = ""
    if agreement.state == State.SUSPENDED and not others:
        agreement.state = State.IN_FORCE


@action(
    needs="agreements.end",
    source=(State.IN_FORCE, State.SUSPENDED),
    target=(State.IN_FORCE, State.SUSPENDED),
    because=BECAUSE,
    unless=lambda agreement, _by: agreement.ends_on is not None,
)
def end(agreement: Agreement, *, by: Person, reason: str) -> None:
    """Give notice to end the memorandum.

    It ends when the notice named in the text has run; until then it binds.
    """
    last = give_notice(agreement, reason=reason)
    tell(agreement, "agreements.ended", body={"ends_on": last.isoformat(), "reason": reason})


def give_notice(agreement: Agreement, *, reason: str) -> date:
    """Let the notice run from today and return the last day; a second notice never puts the end off."""
    notice = timezone.now().date() + timedelta(days=int(agreement.document["valid"]["notice_days"]))
    last = min(notice, agreement.ends_on or notice)
    agreement.ends_on, agreement.reason = last, reason
    owe_the_end(agreement)
    return last


def owe_the_end(agreement: Agreement) -> None:
    """Owe the note that a memorandum has ended, on the day after its last."""
    last = agreement.standing().last_day
    if last is not None:
        ends = datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
        enqueue("agreements.close", key=f"{agreement.hash}|{last}", record=agreement.urn, after=ends - timezone.now())


@job("agreements.close")
def close(row: Job) -> Effect:
    """Note that a memorandum has ended; decisions have kept to the date all along."""

    def effect() -> None:
        agreement = Agreement.objects.get(id=row.record.rpartition(":")[2])
        last = agreement.standing().last_day
        binds = agreement.state in (State.IN_FORCE, State.SUSPENDED)
        if binds and last is not None and last < timezone.now().date():
            agreement.state = State.ENDED
            agreement.save()

    return effect


def tell(agreement: Agreement, kind: str, *, body: dict[str, JSON]) -> None:
    """Send a letter about a memorandum, with its document, to every other party."""
    whole: dict[str, JSON] = {"document": agreement.document, **body}
    for party in agreement.parties:
        if party != own().id:
            send(party, kind, record=agreement.urn, body=whole)


def enter_into_force(agreement: Agreement) -> None:
    """Put a memorandum in force once every party's signature is here and holds."""
    signed = documents.signing_of(agreement.document, list(agreement.signatures.values()))
    if not signed.is_complete:
        return
    agreement.state = State.SUSPENDED if agreement.suspended_by else State.IN_FORCE
    owe_the_end(agreement)
    for older in Agreement.objects.filter(hash=agreement.document["previous"] or "-"):
        older.state = State.AMENDED
        older.save()


def held(said: Letter) -> Agreement:
    """Return the memorandum a letter is about, kept here from now on if it is new."""
    document = said.body.get("document")
    if not isinstance(document, dict):
        raise RefusedError(_("The letter carries no memorandum."), _("Send it with its document."))
    if said.record != f"urn:hansa:{Agreement.noun}:{name_of(digest(document))}":
        raise RefusedError(_("The letter names another memorandum than the one in it."), _("Send it once more."))
    if found := Agreement.objects.filter(hash=digest(document)).first():
        if said.sender not in found.parties:
            raise RefusedError(_("The sender is no party of this memorandum."), _("Only a party may write about it."))
        return found
    agreement = Agreement(state=State.OFFERED)
    fill(agreement, document)
    if not {said.sender, own().id} <= set(agreement.parties):
        raise RefusedError(_("The sender and we must both be parties of a memorandum."), _("Draft it with both."))
    agreement.save()
    return agreement


@letter("agreements.offered", because=BECAUSE)
def offered(said: Letter, partner: Partner) -> None:
    """Keep a memorandum that a partner offers."""
    held(said)


@letter("agreements.signed", because=BECAUSE)
def signed(said: Letter, partner: Partner) -> None:
    """Keep a partner's signature, and see whether it was the last."""
    agreement = held(said)
    signature = said.body.get("signature")
    found = documents.signing_of(agreement.document, [signature])  # type: ignore[list-item]  # reason: checked inside
    if set(found.signatories) != {said.sender}:
        raise RefusedError(_("The signature is not the sender's."), _("Each party signs for itself."))
    agreement.signatures = {**agreement.signatures, said.sender: signature}
    if agreement.state == State.OFFERED:
        enter_into_force(agreement)
    agreement.save()


@letter("agreements.declined", because=BECAUSE)
def declined(said: Letter, partner: Partner) -> None:
    """Note that a partner will not sign."""
    agreement = held(said)
    if agreement.state == State.OFFERED:
        agreement.state, agreement.reason = State.DECLINED, shapes.remark(said.body.get("reason"))
        agreement.save()


@letter("agreements.suspended", because=BECAUSE)
def suspended(said: Letter, partner: Partner) -> None:
    """Stop everything under a memorandum because a partner suspended it.

    It may be in force there before a third party's signature arrives here; then it begins suspended.
    """
    agreement = held(said)
    if agreement.state in (State.IN_FORCE, State.OFFERED):
        agreement.state = State.SUSPENDED if agreement.state == State.IN_FORCE else State.OFFERED
        agreement.suspended_by, agreement.reason = said.sender, shapes.remark(said.body.get("reason"))
        agreement.save()


@letter("agreements.resumed", because=BECAUSE)
def resumed(said: Letter, partner: Partner) -> None:
    """Go on because the partner that suspended the memorandum lifted that."""
    agreement = held(said)
    standing = suspenders(agreement)
    if said.sender not in standing:
        raise RefusedError(_("The sender did not suspend the memorandum."), _("Nothing is to be lifted."))
    if agreement.suspended_by == said.sender:
        lift(agreement, others=[party for party in standing if party != said.sender])
        agreement.save()


@letter("agreements.ended", because=BECAUSE)
def ended(said: Letter, partner: Partner) -> None:
    """Note the day on which a partner's notice ends the memorandum."""
    agreement = held(said)
    give_notice(agreement, reason=shapes.remark(said.body.get("reason")))
    agreement.save()
