"""What nodes tell each other about studies, and what hearing it does."""

from django.utils.translation import gettext as _

from hansa.areas.studies import queries, rounds
from hansa.areas.studies.models import Study
from hansa.areas.studies.rules import APPROVE, CONTRIBUTE, DECLINE, PROPOSE, RELEASE, WITHDRAW
from hansa.areas.studies.states import OPEN, State
from hansa.kernel import joint
from hansa.kernel.actions import said as state_in_words
from hansa.kernel.letters import letter, refused
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner, Verdict
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Letter
from hansa.lib.statistics import protocol as protocols


def known(urn: str) -> Study | None:
    """Return the study a letter is about, if it is here already."""
    found = Study.objects.select_for_update().filter(id=urn.rpartition(":")[2]).first()
    return found if found is not None and found.urn == urn else None


def running(said: Letter) -> Study:
    """Return the study a letter of its rounds is about, or refuse the letter."""
    study = known(said.record)
    if study is None:
        raise RefusedError(_("This study is not known here."), _("Propose it first."))
    if said.sender not in study.parties:
        raise RefusedError(_("The sender is no party of this study."), _("Only its parties take part."))
    if study.state not in (State.APPROVED, State.RUNNING, State.REVIEW, State.FAILED):
        raise RefusedError(
            _("The study is {state} here.").format(state=state_in_words(study, study.state)),
            _("Nothing more is computed in it."),
        )
    return study


@letter("studies.proposed", permit=PROPOSE)
def proposed(said: Letter, partner: Partner) -> None:
    """Keep a study that a partner proposes, for our steward to decide."""
    if known(said.record) is not None:
        raise RefusedError(_("A study of this name is here already."), _("Propose it under a new name."))
    text, protocol = said.body.get("text"), said.body.get("protocol")
    if not isinstance(text, str) or protocols.check(text):
        raise InvalidError(_("The protocol has faults."), _("Run: hansa studies check PROTOCOL"))
    read = protocols.parse(text)
    if read.to_json() != protocol or read.limits() != said.terms["limits"] or [read.purpose] != said.terms["purposes"]:
        raise RefusedError(_("The letter states other terms than the protocol in it."), _("Propose the study again."))
    study = Study(
        id=said.record.rpartition(":")[2],
        state=State.PROPOSED,
        title=read.title[:200],
        question=read.question,
        purpose=read.purpose,
        protocol=protocol,
        source_text=text,
        stated_limits=read.limits(),
        lead=said.sender,
        parties=said.terms["parties"],
        agreement=said.agreement,
        clause=said.clause,
    )
    if study.clause != read.clause:
        raise RefusedError(_("The protocol names another clause than the letter."), _("Propose the study again."))
    study.save()
    joint.note(study.urn, said.sender, verdict=Verdict.PROPOSED, reason=str(said.body.get("note", "")), facts={})


@letter("studies.approved", permit=APPROVE)
def approved(said: Letter, partner: Partner) -> None:
    """Note that a partner approved, and begin if that was the last approval."""
    study = known(said.record)
    facts = said.body.get("facts")
    if study is not None and (not isinstance(facts, dict) or facts.get("protocol") != study.protocol_digest):
        raise RefusedError(_("The partner approved another protocol."), _("Approve the protocol that was proposed."))
    joint.heard(said, Verdict.APPROVED)
    if study is not None:
        rounds.begin_if_all_approved(study)
        study.save()


@letter("studies.declined", permit=DECLINE)
def declined(said: Letter, partner: Partner) -> None:
    """Note that a partner declined; the study ends."""
    end(said, Verdict.DECLINED, state=State.DECLINED)


@letter("studies.withdrawn", permit=WITHDRAW)
def withdrawn(said: Letter, partner: Partner) -> None:
    """Note that a partner withdrew; the study ends."""
    end(said, Verdict.WITHDRAWN, state=State.WITHDRAWN)


def end(said: Letter, verdict: Verdict, *, state: State) -> None:
    """End a study by a partner's word, unless its result is out already."""
    study = known(said.record)
    if study is not None and study.state == State.RELEASED:
        raise RefusedError(_("The result is released already."), _("It can no longer be withdrawn."))
    joint.heard(said, verdict)
    if study is not None and study.state in OPEN:
        study.state, study.trouble = state, str(said.body.get("reason", ""))
        study.save()


@letter("studies.round", permit=CONTRIBUTE)
def round_opened(said: Letter, partner: Partner) -> None:
    """Take note of a new round, and owe our contribution to it."""
    study = running(said)
    attempt, number, total = numbers(said)
    state = said.body.get("state")
    if said.sender != study.lead or not isinstance(state, dict):
        raise RefusedError(_("Only the lead opens rounds."), _("Ask the institution that proposed the study."))
    study.attempt = max(study.attempt, attempt)
    last = queries.last_round(study)
    if attempt != study.attempt or number != (last.number if last else 0) + 1:
        raise RefusedError(
            _("Round {number} does not follow here.").format(number=number), _("Start the study again: retry.")
        )
    if last is not None and total is not None:
        rounds.close_round(last, total)
    study.state, study.trouble = State.RUNNING, ""
    study.save()
    rounds.add_round(study, number=number, state=state)


def numbers(said: Letter) -> tuple[int, int, list[float] | None]:
    """Return attempt, number and total that a letter of a round names."""
    attempt, number, total = (said.body.get(name) for name in ("attempt", "number", "total"))
    if not isinstance(attempt, int) or not isinstance(number, int) or not isinstance(total, list | None):
        raise InvalidError(_("The letter does not say which round it is about."), _("Ask its sender."))
    return attempt, number, [float(value) for value in total] if total is not None else None


@letter("studies.contributed", permit=CONTRIBUTE)
def contributed(said: Letter, partner: Partner) -> None:
    """Keep a partner's contribution, and owe the sum if it was the last."""
    study = running(said)
    attempt, number, _total = numbers(said)
    round_ = queries.last_round(study)
    if not queries.is_lead(study) or study.state != State.RUNNING:
        raise RefusedError(_("This study takes no contributions now."), _("Wait for the next round."))
    if round_ is None or (round_.attempt, round_.number) != (attempt, number):
        raise RefusedError(_("The contribution is for another round."), _("It is no longer needed."))
    words, size = said.body.get("words"), said.body.get("size")
    if not isinstance(words, str) or not isinstance(size, int):
        raise InvalidError(_("The contribution is malformed."), _("Ask its sender."))
    rounds.keep_contribution(study, number=number, party=said.sender, words=words, size=size, labels=None)


@letter("studies.concluded", permit=CONTRIBUTE)
def concluded(said: Letter, partner: Partner) -> None:
    """Take note of the last total and the result; we derive it ourselves before we sign."""
    study = running(said)
    attempt, number, total = numbers(said)
    round_ = queries.last_round(study)
    if said.sender != study.lead or round_ is None or (round_.attempt, round_.number) != (attempt, number):
        raise RefusedError(_("The result does not follow from a round here."), _("Start the study again: retry."))
    rounds.close_round(round_, total or [])
    rounds.owe(study, "studies.check", number)


@letter("studies.released", permit=RELEASE)
def released(said: Letter, partner: Partner) -> None:
    """Keep a partner's signature of the result, and release it if it was the last."""
    joint.heard(said, Verdict.RELEASED)
    study = known(said.record)
    if study is not None:
        rounds.check_signature(study, joint.decided(study, Verdict.RELEASED)[said.sender])
        rounds.release_if_all_signed(study)
        study.save()


@letter("studies.stopped", permit=WITHDRAW)
def stopped(said: Letter, partner: Partner) -> None:
    """Take note that an attempt ended at a partner, and why."""
    study = running(said)
    if said.body.get("attempt") == study.attempt:
        rounds.stop(study, f"{partner.name}: {said.body.get('trouble', '')}", tells=False)


@refused("studies.proposed")
def proposal_refused(row: LetterRow) -> None:
    """End a study that a partner's node would not even take."""
    study = known(row.record)
    if study is not None and study.state in OPEN:
        partner = queries.partner_name(row.partner)
        joint.note(study.urn, row.partner, verdict=Verdict.DECLINED, reason=row.reason, facts={})
        study.state, study.trouble = State.DECLINED, f"{partner}: {row.reason} {row.remedy}".strip()
        study.save()


@refused("studies.round")
def round_refused(row: LetterRow) -> None:
    """Stop an attempt in which a partner will not take part."""
    study = known(row.record)
    if study is not None:
        rounds.stop(study, f"{queries.partner_name(row.partner)}: {row.reason} {row.remedy}".strip())


@refused("studies.contributed")
def contribution_refused(row: LetterRow) -> None:
    """Stop an attempt whose lead will not take our contribution."""
    round_refused(row)
