"""Applications: what is wrong with one, what is missing before it can be handed in, and who is next on the list."""

from datetime import date

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call
from hansa.areas.exchange.queries import calls
from hansa.areas.exchange.queries.network import HEI
from hansa.areas.exchange.queries.offers import fault
from hansa.areas.exchange.states import ApplicationState
from hansa.lib.ewp.identifiers import check_country, check_esi, check_isced, check_language

LONGEST_ANSWER = 10_000


def faults(row: Application, *, today: date) -> dict[str, str]:
    """Return what is wrong with an application, field by field; never what stands there."""
    found = fault("nationality", check_country, value=row.nationality)
    found |= fault("field", check_isced, value=f"{row.field:04}")
    found |= fault("esi", check_esi, value=row.esi) if row.esi else {}
    found |= fault("language", check_language, value=row.language) if row.language else {}
    if row.birth_date >= today:
        found["birth_date"] = _("It is not in the past.")
    if any(len(text) > LONGEST_ANSWER for text in row.answers.values()):
        found["motivation"] = _("It is longer than {most} letters.").format(most=LONGEST_ANSWER)
    return found | _faults_of_wishes(row)


def _faults_of_wishes(row: Application) -> dict[str, str]:
    known = {there["institution"] for there in row.call.destinations}
    if len(row.wishes) > row.call.most_wishes or len(set(row.wishes)) < len(row.wishes):
        return {"wishes": _("Choose at most {most}, each once.").format(most=row.call.most_wishes)}
    if not known.issuperset(row.wishes):
        return {"wishes": _("Choose among the destinations of the call.")}
    return {}


def missing(row: Application) -> list[str]:
    """Return in words what is missing before an application can be handed in."""
    found = [] if row.wishes else [_("a destination")]
    here = {file.role for file in row.files()}
    found += [name for name in row.call.documents if name not in here]
    if not row.esi and any(wish.startswith(HEI) for wish in row.wishes):
        found.append(_("the European Student Identifier, which the network asks for"))
    return found


def free(call: Call, institution: str, *, without: Application | None = None) -> int:
    """Return how many places of a call are free at a destination, beside what one application holds."""
    return calls.left(call, without=without).get(institution, 0)


def next_waiting(call: Call, institution: str, *, without: Application) -> Application | None:
    """Return who is next on the waiting list for a destination, locked: the best ranked who wished for it."""
    waiting = call.applications.select_for_update().filter(state=ApplicationState.RESERVE).exclude(pk=without.pk)
    rows = [row for row in waiting.order_by("rank", "submitted") if institution in row.wishes]
    return min(rows, key=lambda row: (row.rank is None, row.rank or 0), default=None)
