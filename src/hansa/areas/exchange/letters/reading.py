"""How a letter about a stay is read: its form, its mobility, and that it states that mobility's own terms.

A letter is judged by the memorandum on the terms it states. So whatever it states is compared with what this node
knows of the stay itself, but for the number of places taken, which each node counts for itself.
"""

from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, ValidationError

from hansa.areas.exchange import stays
from hansa.areas.exchange.models import Mobility
from hansa.kernel.actions import said as state_in_words
from hansa.kernel.joint import names
from hansa.kernel.models import Letter as LetterRow
from hansa.lib import shapes
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Letter

COUNT, DAYS = "places_per_year", "longest_days"
B = TypeVar("B", bound="Body")


class Body(BaseModel):
    """What the body of a letter holds; a key that is not known is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)

    taken: int = 0


def read(form: type[B], said: Letter) -> B:
    """Return the body of a letter in its form, or raise InvalidError naming the places, never what stands there."""
    try:
        return form.model_validate(said.body)
    except ValidationError as wrong:
        where = ", ".join(sorted({".".join(map(str, fault["loc"])) for fault in wrong.errors()}))
        raise InvalidError(
            _("A letter of the kind {kind} has another form at: {where}.").format(kind=said.kind, where=where),
            _("Both nodes must run a version that knows it."),
        ) from None


def id_of(urn: str, *, noun: str) -> UUID:
    """Return the id in a record's name, or refuse a name that is none."""
    try:
        found = UUID(urn.rpartition(":")[2])
    except ValueError:
        found = None
    if found is None or urn != f"urn:hansa:{noun}:{found}":
        raise InvalidError(_("The letter does not name what it is about."), _("Ask its sender."))
    return found


def about(said: Letter, *states: str, sender: str = "") -> Mobility:
    """Return the mobility a letter is about, locked, or refuse the letter.

    ``sender`` is the side that may say it: "sending" or "receiving"; left out, both may.
    """
    mobility = Mobility.objects.select_for_update().filter(id=id_of(said.record, noun="mobilities")).first()
    if mobility is None:
        raise RefusedError(_("This stay is not known here."), _("Nominate first."))
    if said.sender != (getattr(mobility, sender) if sender else mobility.partner) or said.sender != mobility.partner:
        raise RefusedError(_("The sender may not say this about this stay."), _("Only its own two institutions speak."))
    demand_terms(said, mobility)
    if states and mobility.state not in states:
        raise RefusedError(
            _("The stay is {state} here.").format(state=state_in_words(mobility, mobility.state)),
            _("Open it and look what can be done now."),
        )
    return mobility


def demand_terms(said: Letter, mobility: Mobility, *, without: tuple[str, ...] = (COUNT, DAYS)) -> None:
    """Refuse a letter that states other terms than the stay it is about."""
    own_terms = mobility.request(said.kind)
    under = (own_terms.agreement, own_terms.clause)
    stated = {**said.terms, "limits": left(said.terms.get("limits"), without)}
    here = {"parties": mobility.parties, "purposes": [], "limits": left(own_terms.limits, without)}
    if (said.agreement, said.clause) != under or stated != here:
        raise RefusedError(
            _("The letter states other terms than the stay it is about."), _("Only what was agreed is carried out.")
        )


def left(limits: Any, without: tuple[str, ...]) -> dict[str, Any]:
    """Return limits without those that each node works out for itself."""
    return {name: value for name, value in dict(limits or {}).items() if name not in without}


def settle(mobility: Mobility, body: Body, *, state: str = "", comment: str | None = None) -> None:
    """Save what a letter changed, and keep the partner's count of places."""
    if state:
        mobility.state = state
    if comment is not None:
        mobility.comment = shapes.remark(comment)
    mobility.save()
    stays.hear_count(mobility, body.taken, partner=mobility.partner)


def why(row: LetterRow) -> str:
    """Return in words who refused a letter of ours, and why."""
    return shapes.remark(f"{names([row.partner])[0]}: {row.reason} {row.remedy}")


def step_back(row: LetterRow, *, now: str, to: str) -> None:
    """Take back what a letter of ours told when the partner's node would not take it, and show why."""
    mobility = Mobility.objects.select_for_update().filter(id=id_of(row.record, noun="mobilities")).first()
    if mobility is not None and mobility.state == now:
        mobility.state, mobility.comment = to, why(row)
        mobility.save()
