"""The steps of a study that take time: contribute, add up, check, and not wait for ever."""

from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.studies import computing, counting, datasets, genotypes, guards, omop, queries, rounds
from hansa.areas.studies.models import Dataset, Inquiry, Round, Study
from hansa.areas.studies.rules import CONTRIBUTE, COUNT
from hansa.areas.studies.states import OPEN, DatasetState, InquiryState, State
from hansa.kernel import joint
from hansa.kernel.identity import own
from hansa.kernel.jobs import Effect, WaitingError, failed, job
from hansa.kernel.models import Job, Verdict
from hansa.kernel.policy import demand
from hansa.lib import secure_sum
from hansa.lib.canonical import JSON, digest
from hansa.lib.disclosure import check_totals
from hansa.lib.errors import DisclosureError, RefusedError
from hansa.lib.keys import SealingPublicKey
from hansa.lib.secure_sum import STATISTICS, Encoding, Numbers, Words

APPROVAL_SECONDS = 0.2


def study_of(row: Job) -> Study:
    """Return the study a job works on."""
    return Study.objects.get(id=row.record.rpartition(":")[2])


def round_of(row: Job) -> tuple[Study, Round | None]:
    """Return the study and the round a job works on; no round if that attempt is over."""
    study = study_of(row)
    stale = study.state not in (State.RUNNING, State.REVIEW) or row.data["attempt"] != study.attempt
    found = study.rounds.filter(attempt=row.data["attempt"], number=row.data["number"]).first()
    return study, None if stale else found


def nothing() -> None:
    """Change nothing; the work is no longer needed."""


@job("studies.contribute")
def contribute(row: Job) -> Effect:
    """Compute our sums of one round, mask them and send them to the lead."""
    study, round_ = round_of(row)
    if round_ is None:
        return nothing
    if waiting := joint.waits_for(study, Verdict.APPROVED):
        raise WaitingError(
            _("the approval letter of {names}").format(names=", ".join(joint.names(waiting))), seconds=APPROVAL_SECONDS
        )
    # The clause may have lapsed, or the memorandum been suspended, since the approval.
    demand(study.request(CONTRIBUTE))
    if not queries.is_lead(study):
        follows(study, round_)
    programme = queries.programme(study)
    table = guards.reading(study).table
    guards.guard(study, table, public=round_.state)
    if not queries.is_asked(study):
        guards.stop_at(guards.within_budget(study, at=timezone.now()))
    labels = list(programme.labels(round_.state))
    words = masked(study, round_, values=computing.sums(programme, round_.state, table=table), labels=labels)
    text = secure_sum.to_text(words)

    def effect() -> None:
        fresh = study_of(row)
        if fresh.state != State.RUNNING or fresh.attempt != round_.attempt:
            return
        rounds.ask(fresh)
        rounds.remember_rows(fresh, public=round_.state)
        rounds.keep_contribution(
            fresh, number=round_.number, party=own().id, words=text, size=len(labels), labels=labels
        )
        if not queries.is_lead(fresh):
            body: dict[str, JSON] = {
                "attempt": round_.attempt,
                "number": round_.number,
                "total": None,
                "words": text,
                "size": len(labels),
            }
            joint.tell(fresh, "studies.contributed", body=body, permit=CONTRIBUTE, to=[fresh.lead])

    return effect


def follows(study: Study, round_: Round) -> None:
    """Refuse a round whose public state does not follow from a total that may be built upon."""
    before = study.rounds.filter(attempt=round_.attempt, number=round_.number - 1).first()
    if before is None:
        expected: Any = queries.programme(study).start()
    else:
        expected = combined(study, before, total=vector(before.total))
    if not rounds.alike(expected, round_.state):
        raise RefusedError(
            _("Round {number} does not follow from the totals shown.").format(number=round_.number),
            _("Nothing was contributed. Ask the lead which version of Hansa it runs, and start again."),
        )


def vector(total: list[float] | None) -> Numbers:
    """Return a kept total as numbers."""
    return np.asarray(total or [], dtype=np.float64)


def masked(study: Study, round_: Round, *, values: Numbers, labels: list[str]) -> Words:
    """Return our sums as words that only the sum of all parties makes readable."""
    if not queries.is_protected(study):
        return secure_sum.plain(values, labels=labels)
    public = {party: SealingPublicKey.from_text(key) for party, key in queries.mask_keys(study).items()}
    others = {party: key for party, key in public.items() if party != own().id}
    context = secure_sum.context(
        study.urn, attempt=round_.attempt, round_number=round_.number, state=digest(round_.state)
    )
    keys = secure_sum.pair_keys(rounds.mask_key(study), others, own_id=own().id, context=context)
    return secure_sum.mask(values, own=own().id, keys=keys, encoding=encoding_of(study, round_), labels=labels)


def encoding_of(study: Study, round_: Round) -> Encoding:
    """Return how the numbers of a round are written; those of two parties are never written shortly."""
    if not queries.is_protected(study):
        return STATISTICS
    return queries.programme(study).encoding(round_.state, parties=len(study.parties))


@job("studies.combine")
def combine(row: Job) -> Effect:
    """Add what all parties gave, check the total, and open the next round or conclude."""
    study, round_ = round_of(row)
    if round_ is None or round_.closed is not None:
        return nothing
    programme = queries.programme(study)
    total = added(study, round_)
    state = combined(study, round_, total=total)
    result = programme.result(state, study=study.urn) if programme.is_done(state) else None
    numbers = [float(value) for value in total]

    def effect() -> None:
        fresh = study_of(row)
        if fresh.state != State.RUNNING or fresh.attempt != round_.attempt:
            return
        rounds.close_round(Round.objects.get(pk=round_.pk), numbers)
        if result is None:
            rounds.open_round(fresh, number=round_.number + 1, state=state, total=numbers)
        else:
            body: dict[str, JSON] = {
                "attempt": round_.attempt,
                "number": round_.number,
                "total": list(numbers),
                "result": result,
            }
            joint.tell(fresh, "studies.concluded", body=body, permit=CONTRIBUTE)
            rounds.conclude(fresh, result)
            fresh.save()

    return effect


def added(study: Study, round_: Round) -> Numbers:
    """Return the sum of all contributions of a round."""
    encoding = encoding_of(study, round_)
    words = {
        party: secure_sum.from_text(row.words, size=row.size, encoding=encoding)
        for party, row in queries.contributions_of(round_).items()
    }
    return secure_sum.total(words, parties=study.parties, encoding=encoding)


def combined(study: Study, round_: Round, *, total: Numbers) -> dict[str, Any]:
    """Return the state that follows from a total, or stop if the total says too much about too few."""
    programme = queries.programme(study)
    state = programme.combine(round_.state, total)
    findings = check_totals(
        programme.cells(round_.state, total),
        minimum_cell=queries.minimum_cell(study),
        rows=state["complete"],
        parameters=programme.parameters,
        sums=programme.sums(round_.state, total),
        sites=len(study.parties),
        minimum_sites=int(queries.limits_of(study).get("minimum_sites", 1)),
        limits=queries.figures(study),
    )
    if blocking := [finding for finding in findings if finding.blocks]:
        raise DisclosureError(blocking[0].message, blocking[0].remedy)
    return state


@job("studies.check")
def check(row: Job) -> Effect:
    """Derive the result ourselves from the totals shown, then let what the lead shows be signed if it is the same."""
    study, round_ = round_of(row)
    if round_ is None:
        return nothing
    follows(study, round_)
    programme = queries.programme(study)
    state = combined(study, round_, total=vector(round_.total))
    if not programme.is_done(state):
        raise RefusedError(
            _("The lead concluded before the analyses had converged."), _("Ask it to start the study again.")
        )
    result = row.data["result"]
    if not rounds.alike(programme.result(state, study=study.urn), result):
        raise RefusedError(
            _("The result does not follow from the totals shown."),
            _("Nothing was signed. Ask the lead which version of Hansa it runs, and start again."),
        )

    def effect() -> None:
        fresh = study_of(row)
        if fresh.state == State.RUNNING and fresh.attempt == round_.attempt:
            rounds.conclude(fresh, result)
            fresh.save()

    return effect


@job(rounds.WAITING)
def patience(row: Job) -> Effect:
    """End a round that a party did not contribute to in time, saying who."""
    _study, round_ = round_of(row)
    if round_ is None or round_.closed is not None:
        return nothing

    def effect() -> None:
        fresh = study_of(row)
        given = queries.contributions_of(round_)
        late = joint.names(party for party in fresh.parties if party not in given)
        if not late:
            return
        seconds = round((timezone.now() - round_.opened).total_seconds())
        rounds.stop(
            fresh,
            _(
                "Round {number} ended without {names}, who did not contribute within {seconds} seconds. "
                "When they can be reached again, start the study again: retry."
            ).format(number=round_.number, names=", ".join(late), seconds=seconds),
        )

    return effect


@job("studies.drop")
def drop(row: Job) -> Effect:
    """Delete the copied rows of a dataset that was removed."""
    table = str(row.data["table"])
    kind, _mark, _name = table.partition("_")
    {omop.KIND: omop.drop, genotypes.KIND: genotypes.drop}.get(kind, datasets.drop)(table)
    return nothing


@job(guards.EXTRACT)
def extract(row: Job) -> Effect:
    """Extract the rows that a proposed study asks for, so that its page can say what could be learnt from them."""
    study = study_of(row)
    dataset = Dataset.objects.filter(pk=row.data["dataset"], state=DatasetState.CONNECTED).first()
    if dataset is not None and study.state in OPEN:
        omop.extract(dataset, queries.programme(study).protocol)
    return nothing


@job("studies.examine")
def examine(row: Job) -> Effect:
    """Check how good a connected OMOP database is; its page tells, and partners who ask for numbers hear a summary."""
    dataset = Dataset.objects.get(pk=row.data["dataset"])
    if dataset.state != DatasetState.CONNECTED:
        return nothing
    found = omop.examined(dataset)

    def effect() -> None:
        fresh = Dataset.objects.get(pk=dataset.pk)
        fresh.quality = found
        fresh.save()

    return effect


@job(counting.JOB)
def count(row: Job) -> Effect:
    """Count the people of a cohort here and tell whoever asked, or say why there is no number."""
    inquiry = Inquiry.objects.get(id=row.record.rpartition(":")[2])
    if inquiry.state == InquiryState.WITHDRAWN or inquiry.counts.filter(party=own().id).exists():
        return nothing
    counts: list[int | None] = []
    reason = ""
    try:
        # The clause may have lapsed, or the memorandum been suspended, since it was asked.
        demand(inquiry.request(COUNT))
        counting.check_budget(inquiry, at=inquiry.created)
        counts = counting.counted(inquiry)
    except RefusedError as refused:
        reason = f"{refused.message} {refused.remedy}"

    def effect() -> None:
        fresh = Inquiry.objects.get(pk=inquiry.pk)
        counting.tell(fresh, counts=counts, reason=reason)
        fresh.save()

    return effect


@failed("studies.contribute")
@failed("studies.combine")
@failed("studies.check")
def stop(row: Job) -> None:
    """End the attempt at every party, with the reason."""
    study = study_of(row)
    if row.data["attempt"] == study.attempt:
        told = guards.withheld() if isinstance(row.fault, guards.OwnRulesError) else ""
        if isinstance(row.fault, DisclosureError):
            rounds.caution(study, row.fault)
        rounds.stop(study, row.trouble, told=told)
