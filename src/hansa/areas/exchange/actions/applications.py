"""What applicants and the international office do with applications: write, hand in, assess, decide, answer."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call
from hansa.areas.exchange.queries import applications, calls
from hansa.areas.exchange.rules import NOMINATE
from hansa.areas.exchange.states import ApplicationState as State
from hansa.areas.exchange.states import CallState, Level
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.files import Upload, forget, keep
from hansa.kernel.models import Person
from hansa.kernel.policy import granted
from hansa.lib.errors import RefusedError
from hansa.lib.exchange.ranking import MOST_POINTS

AT_HOME = "An application stays in this house until a clause is asked for the nomination."
Gender = Literal["female", "male", "other", "unknown"]
Decision = Literal["selected", "reserve", "declined"]
CycleName = Literal["short", "bachelor", "master", "doctoral"]
LevelName = Literal["none", "A1", "A2", "B1", "B2", "C1", "C2"]
WRITTEN = frozenset(
    [
        "given_names",
        "family_name",
        "birth_date",
        "nationality",
        "gender",
        "email",
        "field",
        "cycle",
        "wishes",
        "esi",
        "language",
        "language_level",
    ]
)
YES_NO = {"yes": MOST_POINTS, "no": 0}


def call_named(key: str) -> Call:
    """Return a call, or say that there is none."""
    try:
        found = Call.objects.filter(pk=UUID(key)).first()
    except ValueError:
        found = None
    if found is None:
        raise GivenError({"call": _("There is no such call.")})
    return found


def demand_open(call: Call) -> None:
    """Refuse what can only be done while people can apply."""
    if call.state != CallState.OPEN or timezone.now() >= call.deadline:
        raise RefusedError(
            _("Applications for this call were taken until {deadline:%Y-%m-%d %H:%M} UTC; it is {state}.").format(
                deadline=call.deadline, state=call.get_state_display()
            ),
            _("Ask the international office whether it extends the call."),
        )


def write(row: Application, said: dict[str, Any]) -> None:
    """Fill an application, or raise GivenError naming what is wrong."""
    for name, value in said.items():
        setattr(row, name, value)
    if found := applications.faults(row, today=timezone.localdate()):
        raise GivenError(found)


@action(needs="applications.apply", source=(NEW,), target=(State.DRAFT,), because=AT_HOME, own=True)
def apply(
    row: Application,
    *,
    by: Person,
    call: str,
    given_names: str,
    family_name: str,
    birth_date: date,
    nationality: str,
    gender: Gender,
    email: str,
    field: int,
    cycle: CycleName,
    wishes: list[str] | None = None,
    esi: str = "",
    language: str = "",
    language_level: LevelName = "none",
    motivation: str = "",
) -> None:
    """Apply.

    You can go on writing and attach documents until the deadline. It counts once you hand it in.
    """
    row.call, row.person = call_named(call), by
    demand_open(row.call)
    if row.call.applications.filter(person=by).exists():
        raise RefusedError(
            _("You have an application for this call already."), _("Open it under your applications and go on there.")
        )
    row.answers = {"motivation": motivation}
    said = {name: value for name, value in locals().items() if name in WRITTEN}
    write(row, {**said, "wishes": wishes or []})


WRITING = (State.DRAFT, State.SUBMITTED, State.WITHDRAWN)


@action(needs="applications.apply", source=WRITING, target=(State.DRAFT,), because=AT_HOME, own=True)
def revise(
    row: Application,
    *,
    by: Person,
    given_names: str | None = None,
    family_name: str | None = None,
    birth_date: date | None = None,
    nationality: str | None = None,
    gender: Gender | None = None,
    email: str | None = None,
    field: int | None = None,
    cycle: CycleName | None = None,
    wishes: list[str] | None = None,
    esi: str | None = None,
    language: str | None = None,
    language_level: LevelName | None = None,
    motivation: str | None = None,
) -> None:
    """Go on writing.

    What you leave empty stays as it is. An application that was handed in is taken back by this; hand it in again
    before the deadline.
    """
    demand_open(row.call)
    if motivation is not None:
        row.answers = {"motivation": motivation}
    write(row, {name: value for name, value in locals().items() if name in WRITTEN and value is not None})
    row.state, row.submitted = State.DRAFT, None
    row.points, row.is_eligible, row.reason = {}, True, ""


@action(needs="applications.submit", source=(State.DRAFT,), target=(State.DRAFT,), because=AT_HOME, own=True)
def attach(row: Application, *, by: Person, document: Upload, purpose: str) -> None:
    """Add a document.

    Under one of the names that the call asks for. It stays at your own institution.
    """
    demand_open(row.call)
    if purpose not in row.call.documents:
        asked = ", ".join(row.call.documents) or _("none")
        raise GivenError({"purpose": _("The call asks for: {documents}.").format(documents=asked)})
    forget(row, digests=[file.digest for file in row.files() if file.role == purpose])
    keep(row, document, role=purpose)


@action(needs="applications.submit", source=(State.DRAFT,), target=(State.DRAFT,), because=AT_HOME, own=True)
def detach(row: Application, *, by: Person, document: str) -> None:
    """Remove a document."""
    if not forget(row, digests=[document]):
        raise GivenError({"document": _("The application has no such document.")})


@action(needs="applications.submit", source=(State.DRAFT,), target=(State.SUBMITTED,), because=AT_HOME, own=True)
def submit(row: Application, *, by: Person) -> None:
    """Hand in your application.

    The international office assesses it after the deadline by the criteria of the call.
    """
    demand_open(row.call)
    if found := applications.missing(row):
        raise RefusedError(
            _("The application cannot be handed in yet. Missing: {missing}.").format(missing="; ".join(found)),
            _("Add it before the deadline."),
        )
    demand_level(row)
    for wish in row.wishes:
        demand_fit(row, wish)
    row.submitted = timezone.now()


def demand_level(row: Application) -> None:
    """Refuse an application whose language level is below that of the call."""
    levels = list(Level.values)
    if levels.index(row.language_level) < levels.index(row.call.language_level):
        raise RefusedError(
            _("The call asks for the language level {level}.").format(level=row.call.language_level),
            _("Correct yours if it is higher, or choose another call."),
        )


def demand_fit(row: Application, institution: str) -> None:
    """Refuse a destination whose clause, or agreement of the network, would not let the applicant be nominated."""
    there = row.call.destination(institution)
    if there is None:
        raise GivenError({"destination": _("The call has no such destination.")})
    granted(row.call.judge_place(there, NOMINATE, application=row), by_person=True)


ENDING = (State.DRAFT, State.SUBMITTED, State.RESERVE, *calls.HOLDING)


@action(needs="applications.withdraw", source=ENDING, target=(State.WITHDRAWN,), because=AT_HOME, own=True)
def withdraw(row: Application, *, by: Person) -> None:
    """Withdraw your application.

    A place that you held goes to the next on the waiting list.
    """
    give_up(row)


@action(needs="applications.answer", source=(State.SELECTED,), target=(State.TAKEN,), because=AT_HOME, own=True)
def accept_place(row: Application, *, by: Person) -> None:
    """Take the place.

    The international office nominates you.
    """


@action(needs="applications.answer", source=(State.SELECTED,), target=(State.WITHDRAWN,), because=AT_HOME, own=True)
def refuse_place(row: Application, *, by: Person) -> None:
    """Do not take the place.

    It goes to the next on the waiting list at once. This cannot be taken back.
    """
    give_up(row)


def give_up(row: Application) -> None:
    """Let an application end; a place it held goes to the next on the waiting list, in the same change."""
    if row.state in calls.HOLDING:
        offer_next(row, row.outcome)
    row.outcome, row.state = "", State.WITHDRAWN


def offer_next(row: Application, institution: str) -> None:
    """Offer the place that an application held to whoever is next on the waiting list and wished for it."""
    call = Call.objects.select_for_update().get(pk=row.call.pk)
    follower = applications.next_waiting(call, institution, without=row)
    if follower is None or applications.free(call, institution, without=row) < 1:
        return
    follower.state, follower.outcome = State.SELECTED, institution
    (name,) = calls.names_of([institution])
    follower.reason = _("A place at {institution} became free, and you were next on the waiting list.").format(
        institution=name
    )
    follower.save()


@action(needs="applications.assess", source=(State.SUBMITTED,), target=(State.SUBMITTED,), because=AT_HOME)
def assess(row: Application, *, by: Person, points: dict[str, str] | None = None, excluded: str = "") -> None:
    """Assess the application.

    Give points from 0 to 100, or yes or no, in each criterion; or say why it cannot be considered, which the applicant
    reads.
    """
    row.points = {} if excluded else pointed(row.call, points or {})
    row.is_eligible, row.reason = not excluded, excluded


def pointed(call: Call, given: dict[str, str]) -> dict[str, int]:
    """Return the points in each criterion, or say which are missing or malformed."""
    names = [one["name"] for one in call.criteria]
    if set(given) != set(names):
        raise GivenError({"points": _("Give points in each of: {names}.").format(names=", ".join(names))})
    found = {name: YES_NO.get(said.strip().lower(), said) for name, said in given.items()}
    wrong = [name for name, said in found.items() if not is_points(said)]
    if wrong:
        raise GivenError(
            {"points": _("Write a whole number from 0 to 100, yes or no, for: {names}.").format(names=", ".join(wrong))}
        )
    return {name: int(said) for name, said in found.items()}


def is_points(said: str | int) -> bool:
    """Tell whether somebody gave points that count."""
    text = str(said)
    return text.isascii() and text.isdigit() and int(text) <= MOST_POINTS


BY_HAND = (State.SUBMITTED, State.SELECTED, State.RESERVE, State.DECLINED)
DECIDED = (State.SELECTED, State.RESERVE, State.DECLINED)


@action(needs="applications.decide", source=BY_HAND, target=DECIDED, because=AT_HOME)
def decide(row: Application, *, by: Person, decision: Decision, reason: str, destination: str = "") -> None:
    """Decide by hand.

    Where the ranking does not do justice to a case. The applicant reads the reason, and the ledger keeps who decided.
    """
    if row.call.state not in (CallState.CLOSED, CallState.RANKED):
        raise RefusedError(_("People can still apply."), _("Decide when the call is closed."))
    if bool(destination) != (decision == State.SELECTED.value):
        raise GivenError({"destination": _("Choose one where a place is offered, and only there.")})
    if destination:
        demand_fit(row, destination)
        demand_free(row, destination)
    row.state, row.outcome, row.reason = State(decision), destination, reason


def demand_free(row: Application, institution: str) -> None:
    """Refuse to offer a place that is not there."""
    call = Call.objects.select_for_update().get(pk=row.call.pk)
    if applications.free(call, institution, without=row) < 1:
        raise RefusedError(
            _("No place is left at this destination."), _("Put the applicant on the waiting list, or choose another.")
        )
