"""What people do with studies and with the data they stand on."""

import re
import uuid
from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.studies import counting, datasets, genotypes, guards, omop, rounds
from hansa.areas.studies.models import Dataset, Inquiry, Study
from hansa.areas.studies.queries import clause_of, is_lead, programme
from hansa.areas.studies.rules import APPROVE, CONTRIBUTE, COUNT, DECLINE, PROPOSE, RELEASE, WITHDRAW
from hansa.areas.studies.states import OPEN, DatasetKind, DatasetState, InquiryState, State
from hansa.kernel import joint
from hansa.kernel.actions import NEW, GivenError, action, first
from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.kernel.jobs import enqueue
from hansa.kernel.models import Agreement, Person, Verdict
from hansa.kernel.people import pseudonym
from hansa.lib.canonical import JSON
from hansa.lib.canonical import parse as parse_json
from hansa.lib.cohorts import reading as cohort_expressions
from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.duo import look_up
from hansa.lib.errors import DisclosureError, HansaError, RefusedError
from hansa.lib.statistics import protocol as protocols

PROPOSED_LETTER, ASKED_LETTER = "studies.proposed", "inquiries.asked"
NAME = re.compile(r"[-a-zA-Z0-9_]{1,60}")
AT_HOME = "A hospital's own data stay in its own house; the clause speaks when a study wants to use them."


@action(needs="studies.propose", source=(NEW,), target=(State.PROPOSED,), permit=PROPOSE)
def propose(study: Study, *, by: Person, protocol: str, agreement: str = "", note: str = "") -> None:
    """Propose a study.

    Every party of the clause receives the protocol and decides for itself. Nothing is
    computed before all of them have approved.
    """
    if faults := protocols.check(protocol):
        raise GivenError({"protocol": " ".join(str(fault) for fault in faults)})
    read = protocols.parse(protocol)
    held = choose(agreement, clause=read.clause)
    clause = clause_of(held.hash, read.clause) or {}
    named = clause.get("parties")
    study.title, study.question, study.purpose = read.title[:200], read.question, read.purpose
    study.protocol, study.source_text = read.to_json(), protocol
    study.stated_limits = read.limits()
    study.proposer = pseudonym(by)
    guards.look_ahead(study)
    study.lead, study.agreement, study.clause = own().id, held.hash, read.clause
    study.parties = held.parties if named == "all" or not isinstance(named, list) else [str(party) for party in named]
    rounds.check_protection(study)
    joint.note(study.urn, own().id, verdict=Verdict.PROPOSED, reason=note, facts={})
    joint.tell(
        study,
        PROPOSED_LETTER,
        body={
            "protocol": study.protocol,
            "text": protocol,
            "note": note,
            "lead": study.lead,
            "proposer": study.proposer,
        },
        permit=PROPOSE,
    )


def choose(hash_: str, *, clause: str) -> Agreement:
    """Return the memorandum a study is proposed under: the one named, or the only one with the clause."""
    in_force = Agreement.objects.filter(state=Agreement.State.IN_FORCE)
    found = [held for held in in_force if (hash_ in ("", held.hash)) and clause_of(held.hash, clause)]
    if not found:
        raise RefusedError(
            _("No memorandum in force here has a clause {clause}.").format(clause=clause),
            _("Look at the clauses of the memorandum and name one of them in the protocol."),
        )
    if len(found) > 1:
        raise GivenError({"agreement": _("Several memoranda have this clause; name one by its hash.")})
    return found[0]


@action(needs="studies.decide", source=(State.PROPOSED,), target=(State.APPROVED, State.RUNNING), permit=APPROVE)
def approve(
    study: Study,
    *,
    by: Person,
    dataset: str,
    mapping: dict[str, str] | None = None,
    units: dict[str, str] | None = None,
    note: str = "",
) -> None:
    """Approve the study at this institution.

    The sums described on the study's page will be computed on the dataset you name and
    added to those of the other parties. No row leaves this institution. Where a variable has
    another name or unit in your data, say so: variable to column, variable to unit.
    """
    stand_on(study, dataset, mapping=mapping, units=units)
    guards.examine(study, at=timezone.now())
    rounds.ask(study)
    joint.decide(
        study,
        Verdict.APPROVED,
        reason=note,
        facts={"mask_key": rounds.mask_key(study).public.text, "protocol": study.protocol_digest},
        permit=APPROVE,
    )
    study.state = State.APPROVED
    rounds.begin_if_all_approved(study)


def stand_on(study: Study, dataset: str, *, mapping: dict[str, str] | None, units: dict[str, str] | None) -> None:
    """Let a study stand on a connected dataset, or say that there is none of this name."""
    chosen = Dataset.objects.filter(name=dataset, state=DatasetState.CONNECTED).first()
    if chosen is None:
        raise GivenError({"dataset": _("There is no connected dataset of this name; add it under Datasets.")})
    if guards.asks_for_cohorts(study) and chosen.kind != DatasetKind.OMOP:
        raise GivenError({"dataset": _("The study asks for cohorts: choose an OMOP database, not a table.")})
    if not guards.asks_for_cohorts(study) and chosen.kind == DatasetKind.OMOP:
        raise GivenError({"dataset": _("The study names no cohorts: choose a table with a row for each person.")})
    panel = programme(study).protocol.data.panel
    if panel is not None:
        if chosen.kind != DatasetKind.GENOTYPES:
            raise GivenError({"dataset": _("The study is about variants: choose people with their genotypes.")})
        genotypes.check_build(chosen, panel)
    study.dataset, study.mapping, study.units = chosen, mapping or {}, units or {}


@first("studies.approve")
def note_what_rules_stop(study: Study, *, by: Person, dataset: str, **given: Any) -> None:
    """Keep that the rules of disclosure stopped an approval: the ledger says so, and the study's page why."""
    try:
        stand_on(study, dataset, mapping=given["mapping"], units=given["units"])
        guards.examine(study, at=timezone.now())
    except DisclosureError as stopped:
        # The reason may speak of other studies, so it stays out of the ledger, of which partners are shown parts.
        with change({"refused": "studies.approve", "record": study.urn, "by": pseudonym(by)}):
            rounds.caution(study, stopped)
            # Who asks by halves learns from refusals as well, so they are counted; a spent budget tells nothing.
            if not guards.within_budget(study, at=timezone.now()):
                rounds.ask(study)
    except HansaError:
        # The action says what is wrong with what was given.
        return


@action(needs="studies.decide", source=(State.PROPOSED, State.APPROVED), target=(State.DECLINED,), permit=DECLINE)
def decline(study: Study, *, by: Person, reason: str) -> None:
    """Decline the study.

    Every party learns the reason. The study ends for all of them.
    """
    joint.decide(study, Verdict.DECLINED, reason=reason, permit=DECLINE)


def has_signed(study: Study) -> bool:
    """Tell whether this institution has signed the result of a study, and waits for the others."""
    return own().id in joint.decided(study, Verdict.RELEASED)


@action(
    needs="studies.withdraw",
    source=tuple(OPEN),
    target=(State.WITHDRAWN,),
    permit=WITHDRAW,
    unless=lambda study, _by: study.state == State.REVIEW and has_signed(study),
)
def withdraw(study: Study, *, by: Person, reason: str) -> None:
    """Withdraw from the study.

    Possible at any time before your institution releases the result; nothing more is computed and no result appears.
    """
    if study.state == State.REVIEW and has_signed(study):
        raise RefusedError(
            _("This institution has signed the result, and others may hold its signature."),
            _("The study is released when every party has signed; another party can still withdraw."),
        )
    rounds.rest(study)
    joint.decide(study, Verdict.WITHDRAWN, reason=reason, permit=WITHDRAW)


@action(
    needs="studies.retry",
    source=(State.FAILED,),
    target=(State.RUNNING,),
    permit=CONTRIBUTE,
    unless=lambda study, _by: not is_lead(study),
)
def retry(study: Study, *, by: Person) -> None:
    """Start the study again from its first round.

    Every party's approval still holds; all masks are new, so nothing of the first attempt can be combined with it.
    """
    if not is_lead(study):
        raise RefusedError(_("Only the institution that proposed the study starts it again."), _("Ask them to."))
    rounds.check_attempt(study.attempt + 1)
    study.attempt += 1
    rounds.begin(study)


@action(
    needs="studies.release",
    source=(State.REVIEW,),
    target=(State.REVIEW, State.RELEASED),
    permit=RELEASE,
    unless=lambda study, _by: has_signed(study),
)
def release(study: Study, *, by: Person) -> None:
    """Release the result.

    Your institution signs it; when every party has, it may be read by the investigators of all.
    """
    rounds.sign_result(study)


@action(needs="inquiries.ask", source=(NEW,), target=(InquiryState.ASKED,), permit=COUNT)
def ask(
    inquiry: Inquiry, *, by: Person, title: str, cohort: str, purpose: str, clause: str = "", agreement: str = ""
) -> None:
    """Ask how many people each institution has.

    Every party of the clause counts the people of the cohort in its OMOP database, rule by rule, and answers with
    blurred and rounded numbers as the clause allows. No study is needed for it.
    """
    try:
        compiled(cohort_expressions.read(cohort), Target())
        look_up(purpose, place="purpose")
    except HansaError as wrong:
        place = "purpose" if wrong.message.startswith("purpose") else "cohort"
        raise GivenError({place: f"{wrong.message.removeprefix('purpose: ')} {wrong.remedy}"}) from wrong
    held = choose(agreement, clause=clause)
    named = (clause_of(held.hash, clause) or {}).get("parties")
    inquiry.title, inquiry.cohort, inquiry.purpose = title[:200], parse_json(cohort), purpose
    inquiry.proposer = pseudonym(by)
    inquiry.lead, inquiry.agreement, inquiry.clause = own().id, held.hash, clause
    inquiry.parties = held.parties if named == "all" or not isinstance(named, list) else [str(party) for party in named]
    inquiry.stated_limits = {"minimum_cell": counting.step_of(inquiry), "minimum_sites": len(inquiry.parties)}
    counting.check_budget(inquiry, at=timezone.now())
    body: dict[str, JSON] = {
        "title": inquiry.title,
        "cohort": inquiry.cohort,
        "lead": inquiry.lead,
        "proposer": inquiry.proposer,
    }
    joint.tell(inquiry, ASKED_LETTER, body=body, permit=COUNT)
    counting.owe(inquiry)


@action(
    needs="studies.decide",
    source=(InquiryState.ASKED,),
    target=(InquiryState.ASKED,),
    permit=COUNT,
    unless=lambda inquiry, _by: is_lead(inquiry),
)
def count(inquiry: Inquiry, *, by: Person) -> None:
    """Count and answer.

    The numbers are blurred and rounded as the clause says, and go to whoever asked.
    """
    counting.owe(inquiry)


@action(
    needs="studies.decide",
    source=(InquiryState.ASKED,),
    target=(InquiryState.DECLINED,),
    permit=DECLINE,
    unless=lambda inquiry, _by: is_lead(inquiry),
)
def refuse(inquiry: Inquiry, *, by: Person, reason: str) -> None:
    """Decline to count.

    Whoever asked learns the reason, and no number.
    """
    if is_lead(inquiry):
        raise RefusedError(_("This institution asked itself."), _("Wait for the others' answers."))
    counting.tell(inquiry, counts=[], reason=reason)


@action(
    needs="inquiries.ask",
    source=(InquiryState.ASKED,),
    target=(InquiryState.WITHDRAWN,),
    permit=WITHDRAW,
    unless=lambda inquiry, _by: not is_lead(inquiry),
)
def retract(inquiry: Inquiry, *, by: Person) -> None:
    """Take the question back.

    Who has not answered yet no longer counts; answers that are here stay.
    """
    if not is_lead(inquiry):
        raise RefusedError(_("Another institution asked this."), _("Decline to count instead."))
    joint.tell(inquiry, "inquiries.withdrawn", body={}, permit=WITHDRAW)


@action(needs="datasets.add", source=(NEW,), target=(DatasetState.CONNECTED,), because=AT_HOME)
def add(
    dataset: Dataset,
    *,
    by: Person,
    name: str,
    source: str,
    kind: Literal["table", "omop", "genotypes"] = "table",
    build: Literal["as_the_file_says", "GRCh37", "GRCh38"] = "as_the_file_says",
) -> None:
    """Connect data.

    Hansa copies them into this node's own file and shows what they hold. Nothing leaves.
    """
    if Dataset.objects.filter(name=name).exists():
        raise GivenError({"name": _("A dataset of this name exists; choose another name.")})
    if not NAME.fullmatch(name):
        raise GivenError({"name": _("Use letters, digits, hyphens and underscores, at most 60.")})
    dataset.name, dataset.kind = name, DatasetKind(kind)
    if dataset.kind == DatasetKind.OMOP:
        omop.connect(dataset, source)
        enqueue("studies.examine", key=dataset.table, record=dataset.urn, data={"dataset": str(dataset.pk)})
        return
    if dataset.kind == DatasetKind.GENOTYPES:
        genotypes.connect(dataset, source, build=build)
        return
    frame = datasets.load(source)
    dataset.source = datasets.described(source)[:300]
    dataset.table = f"d_{uuid.uuid4().hex}"
    dataset.rows, dataset.profile = len(frame), datasets.profile(frame)
    dataset.digest = datasets.keep(frame, table=dataset.table)


@action(needs="datasets.remove", source=(DatasetState.CONNECTED,), target=(DatasetState.REMOVED,), because=AT_HOME)
def remove(dataset: Dataset, *, by: Person) -> None:
    """Remove the data from this node.

    The copied rows are deleted. What was released before stays, and so does the memory of which rows it stood on.
    """
    if using := list(Study.objects.filter(dataset=dataset, state__in=OPEN).values_list("title", flat=True)):
        raise RefusedError(
            _("A study under way stands on these data: {studies}.").format(studies=", ".join(using)),
            _("Withdraw from it first."),
        )
    # As a job, because DuckDB cannot take back what the node's database does not write in the end.
    enqueue("studies.drop", key=dataset.table, record=dataset.urn, data={"table": dataset.table})
