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
from datetime import timedelta
from functools import lru_cache
from math import isclose
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.studies import datasets, queries
from hansa.areas.studies.models import Contribution, PastRelease, Round, Study
from hansa.areas.studies.rules import CONTRIBUTE, RELEASE, WITHDRAW
from hansa.areas.studies.states import State
from hansa.kernel import joint, keyring
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.kernel.jobs import enqueue, settle
from hansa.kernel.models import Agreement, Letter, PartyDecision, Verdict
from hansa.lib.canonical import JSON, canonical
from hansa.lib.canonical import parse as parse_json
from hansa.lib.disclosure import Finding, check_site, small_cells
from hansa.lib.errors import DisclosureError, RefusedError, SignatureError
from hansa.lib.keys import SealingKey, VerifyingKey, derive
from hansa.lib.letters import moment
from hansa.lib.row_sets import RowSet, distance
from hansa.lib.signatures import assemble, payload_of, sign_general, verify_general
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.reading import Reading, read
from hansa.lib.statistics.table import Table

PATIENCE = timedelta(seconds=float(os.environ.get("HANSA_PATIENCE_SECONDS", "120")))
RESULT = "result"
# Nobody asks a person before a study starts again, and each time the lead learns totals anew.
MOST_ATTEMPTS = 25
WAITING = "studies.patience"
STOPPED = "studies.stopped"
# How far apart the same sums may come out on two processors, relative and near zero.
ROUNDING, NOTHING = 1e-8, 1e-10


class OwnRulesError(DisclosureError):
    """The rules of disclosure forbid it at this site; the reason speaks of its own rows and stays in the house."""


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


def reading(study: Study) -> Reading:
    """Return the rows of the study's dataset as its protocol asks, with what does not fit."""
    if study.dataset is None:
        raise RefusedError(_("No dataset was chosen for this study."), _("Approve it with a dataset."))
    fits = canonical({"mapping": study.mapping, "units": study.units}).decode()
    return _reading(canonical(study.protocol).decode(), study.dataset.table, fits=fits)


@lru_cache(maxsize=4)
def _reading(protocol: str, table: str, *, fits: str) -> Reading:
    # A dataset's table is never changed, only replaced by another of a new name; so this can be kept.
    columns = {str(name): column for name, column in datasets.rows(table).items()}
    return read(columns, protocol=protocols.parse(protocol), **parse_json(fits))


def examine(study: Study) -> None:
    """Refuse to approve on data that do not fit the protocol or that a rule protects."""
    found = reading(study)
    if blocking := [finding for finding in found.findings if finding.blocks]:
        raise GivenError({"dataset": " ".join(f"{finding.message} {finding.remedy}" for finding in blocking)})
    guard(study, found.table)


def guard(study: Study, table: Table, *, public: Mapping[str, Any] | None = None) -> None:
    """Stop before anything leaves if the rules of disclosure forbid it at this site.

    ``public`` is the state or result reached so far, which says whether Table 1 sees all rows.
    """
    if study.dataset is None:
        raise RefusedError(_("No dataset was chosen for this study."), _("Approve it with a dataset."))
    findings: list[Finding] = []
    for rows in row_sets(study, table, public=public or {}):
        findings += check_site(
            minimum_cell=queries.minimum_cell(study),
            masked=queries.is_protected(study),
            rows=rows,
            earlier=queries.earlier_releases(study, study.dataset),
        )
    if not queries.is_protected(study):
        findings += unmasked(study, table)
    if blocking := [finding for finding in findings if finding.blocks]:
        raise OwnRulesError(blocking[0].message, blocking[0].remedy)


def withheld() -> str:
    """Return what partners hear when our own rules of disclosure stop a study; the reason may name other studies."""
    return _("{name}'s rules of disclosure do not let it contribute; its data steward knows why.").format(
        name=own().name
    )


def unmasked(study: Study, table: Table) -> list[Finding]:
    """Return what the other party, which reads our sums as they are, would learn of few persons."""
    programme, minimum_cell = queries.programme(study), queries.minimum_cell(study)
    findings = small_cells(programme.own_cells(table), minimum_cell=minimum_cell)
    for own_rows in programme.own_checks(table):
        findings += check_site(
            minimum_cell=minimum_cell,
            masked=False,
            variables=own_rows.variables,
            design=own_rows.design,
            columns=own_rows.columns,
            parameters=own_rows.parameters,
        )
    return findings


def chosen_rows(study: Study, table: Table) -> RowSet:
    """Return which rows of the dataset the models of a study use."""
    keep = np.ones(table.rows, dtype=np.bool_)
    for name in queries.programme(study).protocol.model_variables():
        keep &= ~table.missing(name)
    return RowSet.of(keep)


def row_sets(study: Study, table: Table, *, public: Mapping[str, Any]) -> list[RowSet]:
    """Return every set of rows that a study stands on: that of its models, and all rows where its Table 1 sees them.

    Before the parties have counted, Table 1 is sure to see all rows if enough are incomplete here alone.
    """
    models, every = chosen_rows(study, table), RowSet.of(np.ones(table.rows, dtype=np.bool_))
    if public.get("complete") is None:
        sees_all = distance(models, every) >= queries.minimum_cell(study)
    else:
        sees_all = public["rows"] != public["complete"]
    has_table = any(analysis.kind == "table_one" for analysis in queries.programme(study).protocol.analyses)
    return [models, every] if has_table and sees_all and models != every else [models]


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
    guard(study, reading(study).table, public=study.result["result"])
    remember_rows(study)
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


def remember_rows(study: Study) -> None:
    """Remember which rows a result we sign stands on, so that later ones cannot be subtracted from it."""
    if study.dataset is not None and study.result is not None:
        sets = row_sets(study, reading(study).table, public=study.result["result"])
        rows = " ".join(rows.to_text() for rows in sets)
        PastRelease.objects.update_or_create(
            study=study, defaults={"dataset": study.dataset, "rows": rows, "at": timezone.now()}
        )


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
