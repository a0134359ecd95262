"""How a study runs: rounds of sums, a lead that adds them, and a result that every party checks and signs.

Each round starts from a public state. Every party computes its sums over its own
rows; with three or more parties they are masked so that only their total can be
read. The lead adds them and derives the next state. Every other party derives it
too, from the total the lead shows, and stops the study if it differs by more than
processors of different makes round differently. A lead that shows different totals
to different parties ends with results that differ, which nobody can sign together.
"""

import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from math import isclose
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.studies import guards, queries
from hansa.areas.studies.models import Caution, Contribution, PastRelease, Question, Round, Study
from hansa.areas.studies.rules import CONTRIBUTE, RELEASE, WITHDRAW
from hansa.areas.studies.states import State
from hansa.kernel import joint, keyring
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.kernel.jobs import enqueue, settle
from hansa.kernel.models import Agreement, Letter, PartyDecision, Verdict
from hansa.lib.canonical import JSON
from hansa.lib.errors import DisclosureError, RefusedError, SignatureError
from hansa.lib.keys import SealingKey, VerifyingKey, derive
from hansa.lib.letters import moment
from hansa.lib.signatures import assemble, payload_of, sign_general, verify_general

PATIENCE = timedelta(seconds=float(os.environ.get("HANSA_PATIENCE_SECONDS", "120")))
RESULT = "result"
# Nobody asks a person before a study starts again, and each time the lead learns totals anew.
MOST_ATTEMPTS = 25
WAITING = "studies.patience"
STOPPED = "studies.stopped"
# How far apart the same sums may come out on two processors, relative and near zero.
ROUNDING, NOTHING = 1e-8, 1e-10


def mask_key(study: Study) -> SealingKey:
    """Return this node's own mask key for one study, derived from its secret and never stored."""
    seed = derive(own().secret, info=f"hansa/mask/{study.urn}")
    return SealingKey(X25519PrivateKey.from_private_bytes(seed))


def check_protection(study: Study) -> None:
    """Refuse a study of too few parties: for its clause, or for masks that an analysis cannot do without."""
    least = int(queries.limits_of(study).get("minimum_sites", 1))
    if len(study.parties) < least:
        raise GivenError(
            {
                "protocol": _("The clause asks for at least {least} institutions; it names {count}.").format(
                    least=least, count=len(study.parties)
                )
            }
        )
    if queries.programme(study).needs_secure_sum and not queries.is_protected(study):
        raise GivenError(
            {
                "protocol": _(
                    "The pooled Cox model and Kaplan-Meier curves add up risk sets, which only a sum over three or "
                    "more institutions hides. Write 'baseline: site' in the Cox model: each institution then keeps "
                    "its own risk sets, and no event time leaves it."
                )
            }
        )


def begin_if_all_approved(study: Study) -> None:
    """Start the rounds when the last approval is in; the lead does that."""
    ready = study.state == State.APPROVED and not joint.waits_for(study, Verdict.APPROVED)
    if ready and queries.is_lead(study):
        begin(study)


def check_attempt(number: int) -> None:
    """Refuse to start a study again for ever."""
    if number > MOST_ATTEMPTS:
        raise RefusedError(
            _("This study was started {count} times already.").format(count=MOST_ATTEMPTS),
            _("Find out why it stops, and propose it anew; every party then decides again."),
        )


def begin(study: Study) -> None:
    """Open the first round of the present attempt."""
    study.state, study.trouble = State.RUNNING, ""
    start_over(study)
    open_round(study, number=1, state=queries.programme(study).start(), total=None)


def open_round(study: Study, *, number: int, state: dict[str, Any], total: list[float] | None) -> None:
    """Open a round here and tell every party its public state and the total it follows from."""
    body: dict[str, JSON] = {"attempt": study.attempt, "number": number, "state": state, "total": total}
    joint.tell(study, "studies.round", body=body, permit=CONTRIBUTE)
    add_round(study, number=number, state=state)
    enqueue(
        WAITING,
        key=key_of(study, number),
        record=study.urn,
        data={"attempt": study.attempt, "number": number},
        after=PATIENCE,
    )


def add_round(study: Study, *, number: int, state: dict[str, Any]) -> None:
    """Keep a round and owe our contribution to it."""
    Round.objects.create(study=study, attempt=study.attempt, number=number, state=state, opened=timezone.now())
    owe(study, "studies.contribute", number=number)


def owe(study: Study, kind: str, *, number: int, **data: JSON) -> None:
    """Owe one step of one round."""
    told = {"attempt": study.attempt, "number": number, **data}
    enqueue(kind, key=key_of(study, number), record=study.urn, data=told)


def key_of(study: Study, number: int) -> str:
    """Return the name under which one round's work is owed once."""
    return f"{study.urn}|{study.attempt}|{number}"


def close_round(round_: Round, total: list[float]) -> None:
    """Keep the total a round ended with, and be patient with nobody any more."""
    rest(round_.study)
    if round_.closed is None:
        round_.total, round_.closed = total, timezone.now()
        round_.save()


def keep_contribution(
    study: Study, *, number: int, party: str, words: str, size: int, labels: list[str] | None
) -> None:
    """Keep what a party gave to a round; when all have given, the lead owes the sum."""
    Contribution.objects.create(
        study=study,
        attempt=study.attempt,
        number=number,
        party=party,
        words=words,
        size=size,
        protected=queries.is_protected(study),
        labels=labels,
        at=timezone.now(),
    )
    round_ = queries.last_round(study)
    if queries.is_lead(study) and round_ is not None and set(queries.contributions_of(round_)) == set(study.parties):
        owe(study, "studies.combine", number=number)


def conclude(study: Study, result: Mapping[str, Any]) -> None:
    """Keep a result this node derived itself; sign it at once where the clause leaves that to the node."""
    study.result = {"result": dict(result), "signed": None}
    study.state = State.REVIEW
    if not queries.needs_steward(study):
        sign_result(study)


def sign_result(study: Study) -> None:
    """Sign the result for this institution and tell every party."""
    if study.result is None:
        raise RefusedError(_("There is no result yet."), _("Wait until the study has run."))
    if own().id in joint.decided(study, Verdict.RELEASED):
        raise RefusedError(_("This institution has released the result already."), _("It waits for the other parties."))
    # Another study of the same rows may have come this far meanwhile.
    table, public = guards.reading(study).table, study.result["result"]
    guards.guard(study, table, public=public)
    remember_rows(study, public=public)
    header = {"party": own().id, "at": moment(timezone.now())}
    signature = sign_general(study.result["result"], key=own().signing, kind=RESULT, header=header)
    facts: dict[str, JSON] = {"signature": dict(signature), "attempt": study.attempt}
    joint.decide(study, Verdict.RELEASED, facts=facts, permit=RELEASE)
    release_if_all_signed(study)


def release_if_all_signed(study: Study) -> None:
    """Release the result once every party has signed the very same one."""
    signed = joint.decided(study, Verdict.RELEASED)
    if study.result is None or study.state != State.REVIEW or set(signed) != set(study.parties):
        return
    signatures = [signed[party].facts["signature"] for party in study.parties]
    document = assemble(study.result["result"], signatures)
    verify_general(document, keys=party_keys(study), kind=RESULT)
    study.result = {**study.result, "signed": document}
    study.state = State.RELEASED


def start_over(study: Study) -> None:
    """Let result and signatures of earlier attempts count no more."""
    study.result = None
    signed = joint.decided(study, Verdict.RELEASED).values()
    old = [row.pk for row in signed if row.facts.get("attempt") != study.attempt]
    PartyDecision.objects.filter(pk__in=old).delete()


def check_signature(study: Study, decision: PartyDecision) -> None:
    """Refuse a partner's signature that is not over the result derived here."""
    if study.result is None:
        return
    try:
        document = assemble(study.result["result"], [decision.facts["signature"]])
        headers = verify_general(document, keys=party_keys(study), kind=RESULT)
    except (SignatureError, KeyError) as wrong:
        raise RefusedError(
            _("The signature is not over the result that was derived here."),
            _("Compare the two results; one node computed something else."),
        ) from wrong
    if {header["party"] for header in headers.values()} != {decision.party}:
        raise RefusedError(_("The signature is another party's."), _("Each party signs for itself."))


def party_keys(study: Study) -> dict[str, VerifyingKey]:
    """Return the signing keys that the memorandum names for the parties, and those that took their place since."""
    document = Agreement.objects.get(hash=study.agreement).document
    named = {party["id"]: VerifyingKey.from_text(party["signing_key"]) for party in document["parties"]}
    return {key.kid: key for party, first in named.items() for key in keyring.keys_since(party, first)}


def remember_rows(study: Study, *, public: Mapping[str, Any]) -> None:
    """Remember which rows and groups our sums stand on, so that later ones cannot be subtracted from them.

    Every party's node reads the totals of a round, so this begins with the first contribution and not with a result.
    """
    dataset = guards.dataset_of(study)
    sets = guards.row_sets(study, guards.reading(study).table, public=public)
    told = dict.fromkeys(group.rows.to_text() for rows in sets for group in guards.groups_of(study, rows))
    rows = " ".join(rows.to_text() for rows in sets)
    PastRelease.objects.update_or_create(
        study=study, defaults={"dataset": dataset, "rows": rows, "groups": " ".join(told), "at": timezone.now()}
    )


def ask(study: Study) -> None:
    """Take one question from the budget of whoever proposed the study, once for each attempt."""
    asked = queries.question(study, guards.dataset_of(study), at=timezone.now())
    Question.objects.get_or_create(study=study, attempt=study.attempt, defaults=asdict(asked))


def caution(study: Study, stopped: DisclosureError) -> None:
    """Keep for the steward what the rules of disclosure stopped, in plain words."""
    Caution.objects.create(study=study, message=stopped.message, remedy=stopped.remedy, at=timezone.now())


def rest(study: Study) -> None:
    """Wait for nobody's contribution any more."""
    settle(WAITING, record=study.urn)


def stop(study: Study, trouble: str, *, tells: bool = True, told: str = "") -> None:
    """End an attempt with the reason, here and at every party; ``told`` is what the others hear in its place."""
    if study.state not in (State.RUNNING, State.REVIEW):
        return
    study.state, study.trouble = State.FAILED, trouble
    study.save()
    rest(study)
    if tells:
        body: dict[str, JSON] = {"attempt": study.attempt, "trouble": told or trouble}
        joint.tell(study, STOPPED, body=body, permit=WITHDRAW)


def told_trouble(study: Study) -> str:
    """Return why the present attempt stopped, in the words that our partners were told."""
    ours = Letter.objects.filter(record=study.urn, kind=STOPPED, direction=Letter.Direction.OUT).order_by("created")
    if (last := ours.last()) is None:
        return study.trouble
    body: Any = payload_of(last.token)
    body = body["body"]
    return str(body["trouble"]) if body["attempt"] == study.attempt else study.trouble


def alike(one: Any, other: Any) -> bool:
    """Tell whether two states or results are the same but for the rounding of different processors."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(alike(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if is_number(one) and is_number(other):
        return isclose(one, other, rel_tol=ROUNDING, abs_tol=NOTHING)
    return bool(one == other)


def is_number(value: Any) -> bool:
    """Tell whether a value is a number and not a truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)
