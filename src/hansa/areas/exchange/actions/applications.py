"""What participants and the office do with applications."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call
from hansa.areas.exchange.states import ApplicationState as State
from hansa.areas.exchange.states import CallState, Level
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.files import Upload, forget, keep
from hansa.kernel.models import Person
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp import identifiers
from hansa.lib.exchange import ranking

AT_HOME = "An application stays in this house; only who is nominated is told to a host."
LevelName = Literal["none", "A1", "A2", "B1", "B2", "C1", "C2"]
CycleName = Literal["short", "bachelor", "master", "doctoral"]
Gender = Literal["female", "male", "other", "unknown"]


def open_call(key: str) -> Call:
    """Return a call that takes applications, or say that there is none."""
    try:
        found = Call.objects.filter(pk=UUID(key)).first()
    except ValueError:
        found = None
    if found is None:
        raise GivenError({"call": _("There is no such call.")})
    demand_open(found)
    return found


def demand_open(call: Call) -> None:
    """Refuse what comes after a deadline, or to a call that is not open."""
    if call.state != CallState.OPEN or timezone.now() > call.deadline:
        raise RefusedError(
            _("The deadline was {deadline}.").format(
                deadline=timezone.localtime(call.deadline).strftime("%Y-%m-%d %H:%M")
            ),
            _("Look for another call, or ask the international office."),
        )


def fill(application: Application, **about: Any) -> None:
    """Fill an application, or raise GivenError naming what is wrong in it."""
    for name, value in about.items():
        setattr(application, name, value)
    faults: dict[str, str] = {}
    checks = {"nationality": identifiers.check_country, "esi": identifiers.check_esi}
    for name, check in checks.items():
        try:
            if about[name]:
                check(about[name], name)
        except InvalidError as wrong:
            faults[name] = wrong.remedy
    known = {one["institution"] for one in application.call.destinations}
    wishes = application.wishes
    if not wishes or not set(wishes) <= known or len(set(wishes)) < len(wishes):
        faults["wishes"] = _("Choose among the destinations of the call, each once.")
    elif len(wishes) > application.call.most_wishes:
        faults["wishes"] = _("Choose {most} at most.").format(most=application.call.most_wishes)
    if faults:
        raise GivenError(faults)


@action(needs="applications.apply", source=(NEW,), target=(State.DRAFT,), because=AT_HOME)
def apply(
    application: Application,
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
    wishes: list[str],
    language_level: LevelName = "none",
    esi: str = "",
    motivation: str = "",
) -> None:
    """Apply.

    You can go on writing until the deadline; only what you hand in is considered.
    """
    found = open_call(call)
    if Application.objects.filter(call=found, person=by).exists():
        raise RefusedError(_("You have an application for this call already."), _("Open it and go on writing."))
    application.call, application.person = found, by
    about = {"given_names": given_names, "family_name": family_name, "birth_date": birth_date, "email": email}
    more = {"nationality": nationality.upper(), "gender": gender, "field": field, "cycle": cycle, "esi": esi}
    fill(application, **about, **more, wishes=wishes, language_level=language_level, answers={"motivation": motivation})


@action(needs="applications.apply", source=(State.DRAFT,), target=(State.DRAFT,), because=AT_HOME, own=True)
def revise(
    application: Application,
    *,
    by: Person,
    email: str,
    field: int,
    cycle: CycleName,
    wishes: list[str],
    language_level: LevelName = "none",
    esi: str = "",
    motivation: str = "",
) -> None:
    """Go on writing."""
    demand_open(application.call)
    about = {"email": email, "field": field, "cycle": cycle, "esi": esi, "nationality": application.nationality}
    fill(application, **about, wishes=wishes, language_level=language_level, answers={"motivation": motivation})


@action(needs="applications.apply", source=(State.DRAFT,), target=(State.DRAFT,), because=AT_HOME, own=True)
def attach(application: Application, *, by: Person, document: Upload, purpose: str = "") -> None:
    """Add a document."""
    demand_open(application.call)
    keep(application, document, role=purpose[:40])


@action(needs="applications.apply", source=(State.DRAFT,), target=(State.DRAFT,), because=AT_HOME, own=True)
def detach(application: Application, *, by: Person, document: str) -> None:
    """Remove a document."""
    if not forget(application, digests=[document]):
        raise GivenError({"document": _("There is no such document.")})


def missing(application: Application) -> list[str]:
    """Return which documents that the call asks for are not there."""
    here = {file.role for file in application.files()}
    return [name for name in application.call.documents if name not in here]


@action(needs="applications.submit", source=(State.DRAFT,), target=(State.SUBMITTED,), because=AT_HOME, own=True)
def submit(application: Application, *, by: Person) -> None:
    """Hand in the application.

    The office looks at it after the deadline. You can withdraw it at any time.
    """
    call = application.call
    demand_open(call)
    if names := missing(application):
        raise RefusedError(
            _("Documents are missing: {names}.").format(names=", ".join(names)), _("Add them, then hand it in.")
        )
    levels = list(Level.values)
    if levels.index(application.language_level) < levels.index(call.language_level):
        raise RefusedError(
            _("The call asks for the language level {level}.").format(level=call.language_level),
            _("Correct yours if it is higher, or choose another call."),
        )
    application.submitted = timezone.now()


BEFORE_PLACE = (State.DRAFT, State.SUBMITTED, State.SELECTED, State.RESERVE)


@action(needs="applications.withdraw", source=BEFORE_PLACE, target=(State.WITHDRAWN,), because=AT_HOME, own=True)
def withdraw(application: Application, *, by: Person) -> None:
    """Withdraw your application.

    A place that was offered to you goes to the next on the waiting list.
    """
    if application.state == State.SELECTED:
        pass_on(application)


@action(needs="applications.assess", source=(State.SUBMITTED,), target=(State.SUBMITTED,), because=AT_HOME)
def assess(application: Application, *, by: Person, points: dict[str, str], excluded: str = "") -> None:
    """Assess the application.

    Points from 0 to 100 for each published criterion; or why the application cannot be considered.
    """
    known = [one["name"] for one in application.call.criteria]
    if unknown := sorted(set(points) - set(known)):
        raise GivenError({"points": _("The call has no criterion {name}.").format(name=unknown[0])})
    wrong = [name for name, value in points.items() if not value.isdigit() or int(value) > ranking.MOST_POINTS]
    if wrong or (not excluded and set(points) != set(known)):
        raise GivenError(
            {"points": _("Give points from 0 to 100 for each of: {names}.").format(names=", ".join(known))}
        )
    application.points = {name: int(value) for name, value in points.items()}
    application.reason = excluded


@action(needs="applications.answer", source=(State.SELECTED,), target=(State.TAKEN,), because=AT_HOME, own=True)
def accept_place(application: Application, *, by: Person) -> None:
    """Take the place.

    The office nominates you to the host.
    """


@action(needs="applications.answer", source=(State.SELECTED,), target=(State.WITHDRAWN,), because=AT_HOME, own=True)
def refuse_place(application: Application, *, by: Person) -> None:
    """Do not take the place.

    It goes to the next on the waiting list.
    """
    pass_on(application)


def pass_on(application: Application) -> None:
    """Offer a place that became free to the first on the waiting list who wished for it."""
    waiting = application.call.applications.filter(state=State.RESERVE).order_by("rank")
    following = next((row for row in waiting if application.outcome in row.wishes), None)
    if following is not None:
        following.state, following.outcome = State.SELECTED, application.outcome
        following.save()


UNDECIDED = (State.SUBMITTED, State.SELECTED, State.RESERVE, State.DECLINED)


@action(
    needs="applications.decide",
    source=UNDECIDED,
    target=(State.SELECTED, State.RESERVE, State.DECLINED),
    because=AT_HOME,
)
def decide(
    application: Application,
    *,
    by: Person,
    decision: Literal["selected", "reserve", "declined"],
    reason: str,
    destination: str = "",
) -> None:
    """Decide by hand.

    Apart from the ranking, for a reason that is kept with the application.
    """
    known = {one["institution"] for one in application.call.destinations}
    is_selected = decision == "selected"
    if is_selected and destination not in known:
        raise GivenError({"destination": _("Choose one of the destinations of the call.")})
    application.outcome = destination if is_selected else ""
    application.state, application.reason = State(decision), reason
