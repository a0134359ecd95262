"""What nodes tell each other about studies, and what hearing it does.

A letter is judged by the memorandum on the terms it states. So a letter about a study
that is here already must state the very terms of that study, or it is refused.
"""

import math
import re
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from hansa.areas.studies import guards, queries, rounds
from hansa.areas.studies.models import Study
from hansa.areas.studies.rules import APPROVE, CONTRIBUTE, DECLINE, PROPOSE, RELEASE, WITHDRAW
from hansa.areas.studies.states import OPEN, State
from hansa.kernel import joint
from hansa.kernel.actions import said as state_in_words
from hansa.kernel.identity import own
from hansa.kernel.letters import letter, refused
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner, PartyDecision, Verdict
from hansa.lib import shapes
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Letter
from hansa.lib.statistics import protocol as protocols

LONGEST_TITLE = 200
PSEUDONYM = re.compile(r"[0-9a-f]{1,64}")


def id_of(urn: str, *, noun: str = "studies") -> UUID:
    """Return the id in the name of a study or an inquiry, or refuse a name that is none."""
    try:
        found = UUID(urn.rpartition(":")[2])
    except ValueError:
        found = None
    if found is None or urn != f"urn:hansa:{noun}:{found}":
        words = {
            "studies": _("The letter does not name a study."),
            "inquiries": _("The letter does not name an inquiry."),
        }
        raise InvalidError(words[noun], _("Ask its sender."))
    return found


def known(urn: str) -> Study | None:
    """Return the study of a name, if it is here already, locked until the change ends."""
    return Study.objects.select_for_update().filter(id=id_of(urn)).first()


def about(said: Letter) -> Study | None:
    """Return the study a party's letter is about, if it is here; refuse a letter that states other terms."""
    study = known(said.record)
    if study is None:
        return None
    if said.sender not in study.parties:
        raise RefusedError(_("The sender is no party of this study."), _("Only its parties take part."))
    terms = {"parties": study.parties, "purposes": [study.purpose], "limits": study.stated_limits}
    if (said.agreement, said.clause, said.terms) != (study.agreement, study.clause, terms):
        raise RefusedError(
            _("The letter states other terms than the study it is about."),
            _("Only what was proposed and approved is carried out."),
        )
    return study


def running(said: Letter) -> Study:
    """Return the study a letter of its rounds is about, or refuse the letter."""
    study = about(said)
    if study is None:
        raise RefusedError(_("This study is not known here."), _("Propose it first."))
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
    stated = (protocol, said.clause, said.terms["limits"], said.terms["purposes"])
    if stated != (read.to_json(), read.clause, read.limits(), [read.purpose]):
        raise RefusedError(_("The letter states other terms than the protocol in it."), _("Propose the study again."))
    parties = said.terms["parties"]
    if not {said.sender, own().id} <= set(parties) or len(set(parties)) < len(parties):
        raise RefusedError(_("The sender and we must both be parties of the study."), _("Propose the study again."))
    study = Study(
        id=id_of(said.record),
        state=State.PROPOSED,
        title=read.title[:200],
        question=read.question,
        purpose=read.purpose,
        protocol=protocol,
        source_text=text,
        stated_limits=read.limits(),
        lead=said.sender,
        proposer=proposer_of(said),
        parties=parties,
        agreement=said.agreement,
        clause=said.clause,
    )
    rounds.check_protection(study)
    study.save()
    guards.look_ahead(study)
    forget_others(study)
    joint.note(study.urn, said.sender, verdict=Verdict.PROPOSED, reason=str(said.body.get("note", "")), facts={})
    overtaken(study)


def proposer_of(said: Letter) -> str:
    """Return the pseudonym of whoever proposes; those whom their institution does not tell apart count as one."""
    named = said.body.get("proposer")
    return named if isinstance(named, str) and PSEUDONYM.fullmatch(named) else ""


def forget_others(study: Study) -> None:
    """Forget what came before the proposal and is not about it: words of strangers, approvals of another protocol."""
    early = PartyDecision.objects.filter(record=study.urn)
    early.exclude(party__in=study.parties).delete()
    for row in early.filter(verdict=Verdict.APPROVED):
        if row.facts.get("protocol") != study.protocol_digest:
            row.delete()


def overtaken(study: Study) -> None:
    """End a study at once that another party ended before its proposal reached us."""
    for verdict, state in ((Verdict.DECLINED, State.DECLINED), (Verdict.WITHDRAWN, State.WITHDRAWN)):
        for row in joint.decided(study, verdict).values():
            study.state, study.trouble = state, row.reason
            study.save()


@letter("studies.approved", permit=APPROVE, proves="approval")
def approved(said: Letter, partner: Partner) -> None:
    """Note that a partner approved, and begin if that was the last approval."""
    study = about(said)
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
    study = about(said)
    if study is not None and study.state == State.RELEASED:
        raise RefusedError(_("The result is released already."), _("It can no longer be withdrawn."))
    joint.heard(said, verdict)
    if study is not None and study.state in OPEN:
        study.state, study.trouble = state, shapes.remark(said.body.get("reason"))
        study.save()
        rounds.rest(study)


@letter("studies.round", permit=CONTRIBUTE, proves="total")
def round_opened(said: Letter, partner: Partner) -> None:
    """Take note of a new round, and owe our contribution to it."""
    study = running(said)
    attempt, number, total = numbers(said)
    state = said.body.get("state")
    if said.sender != study.lead or not isinstance(state, dict):
        raise RefusedError(_("Only the lead opens rounds."), _("Ask the institution that proposed the study."))
    if attempt == study.attempt and study.state not in (State.APPROVED, State.RUNNING):
        raise RefusedError(
            _("This attempt is {state} here. {trouble}")
            .format(state=state_in_words(study, study.state), trouble=rounds.told_trouble(study))
            .strip(),
            _("Start the study again: retry."),
        )
    if attempt > study.attempt:
        rounds.check_attempt(attempt)
        study.attempt = attempt
        rounds.start_over(study)
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
    if not all(rounds.is_number(value) and math.isfinite(value) for value in total or []):
        raise InvalidError(_("The total in the letter is not a list of numbers."), _("Ask its sender."))
    return attempt, number, [float(value) for value in total] if total is not None else None


@letter("studies.contributed", permit=CONTRIBUTE, proves="contribution")
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
    if said.sender in queries.contributions_of(round_):
        raise RefusedError(_("The sender has contributed to this round already."), _("Nothing was added twice."))
    rounds.keep_contribution(study, number=number, party=said.sender, words=words, size=size, labels=None)


@letter("studies.concluded", permit=CONTRIBUTE, proves="total")
def concluded(said: Letter, partner: Partner) -> None:
    """Take note of the last total and the result; we derive it ourselves before we sign."""
    study = running(said)
    attempt, number, total = numbers(said)
    round_ = queries.last_round(study)
    is_next = round_ is not None and (round_.attempt, round_.number) == (attempt, number)
    if said.sender != study.lead or study.state != State.RUNNING or round_ is None or not is_next:
        raise RefusedError(_("The result does not follow from a round here."), _("Start the study again: retry."))
    rounds.close_round(round_, total or [])
    rounds.owe(study, "studies.check", number=number, result=said.body.get("result"))


@letter("studies.released", permit=RELEASE)
def released(said: Letter, partner: Partner) -> None:
    """Keep a partner's signature of the result, and release it if it was the last."""
    study = running(said)
    facts = said.body.get("facts")
    attempt = facts.get("attempt") if isinstance(facts, dict) else None
    if not isinstance(attempt, int) or attempt < study.attempt:
        raise RefusedError(_("The signature is for an attempt that is over."), _("Sign the result of the present one."))
    PartyDecision.objects.filter(record=study.urn, party=said.sender, verdict=Verdict.RELEASED).delete()
    joint.heard(said, Verdict.RELEASED)
    if attempt == study.attempt:
        rounds.check_signature(study, joint.decided(study, Verdict.RELEASED)[said.sender])
        rounds.release_if_all_signed(study)
        study.save()


@letter("studies.stopped", permit=WITHDRAW)
def stopped(said: Letter, partner: Partner) -> None:
    """Take note that an attempt ended at a partner, and why."""
    study = running(said)
    if said.body.get("attempt") == study.attempt:
        rounds.stop(study, f"{partner.name}: {shapes.remark(said.body.get('trouble'))}", tells=False)


def attempt_of(row: LetterRow) -> Any:
    """Return the attempt that a letter of ours is about."""
    body = Letter.read(row.token, key=own().signing.public).body
    return body.get("attempt", body.get("facts", {}).get("attempt", 1))


@refused("studies.proposed")
def proposal_refused(row: LetterRow) -> None:
    """End a study that a partner's node would not even take, and tell the parties that took it."""
    study = known(row.record)
    if study is not None and study.state in OPEN:
        joint.note(study.urn, row.partner, verdict=Verdict.DECLINED, reason=row.reason, facts={})
        study.state, study.trouble = State.DECLINED, reasons(row)
        study.save()
        told = [party for party in joint.others(study) if party != row.partner]
        joint.tell(study, "studies.withdrawn", body={"reason": study.trouble, "facts": {}}, permit=WITHDRAW, to=told)


@refused("studies.approved")
@refused("studies.round")
@refused("studies.contributed")
@refused("studies.concluded")
@refused("studies.released")
def round_refused(row: LetterRow) -> None:
    """Stop an attempt in which a partner will not take part, or tell people why it cannot begin."""
    study = known(row.record)
    if study is None or attempt_of(row) != study.attempt:
        return
    if study.state == State.APPROVED:
        study.trouble = reasons(row)
        study.save()
    rounds.stop(study, reasons(row))


def reasons(row: LetterRow) -> str:
    """Return who refused a letter, why, and what helps."""
    return shapes.remark(f"{queries.partner_name(row.partner)}: {row.reason} {row.remedy}")
