"""The page of an inquiry: which people are meant, and how many each hospital has, rule by rule."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.studies import cohort_words, counting
from hansa.areas.studies.models import Inquiry
from hansa.areas.studies.quality_words import passed
from hansa.areas.studies.states import InquiryState
from hansa.kernel.identity import own
from hansa.kernel.joint import names
from hansa.lib.disclosure.counting import together


def page(inquiry: Inquiry) -> dict[str, Any]:
    """Return what the page of an inquiry shows."""
    told = cohort_words.told(inquiry.title, inquiry.cohort)
    given = {row.party: row for row in inquiry.counts.all()}
    steps = [_("everybody who enters"), *told["rules"], _("in the cohort, at any time")]
    whole = [row.counts for row in given.values() if len(row.counts) == len(steps)]
    called = dict(zip(inquiry.parties, names(inquiry.parties), strict=True))
    return {
        "cohort": told,
        "step": counting.step_of(inquiry),
        "is_own": inquiry.lead == own().id,
        "columns": [called[party] for party, row in given.items() if len(row.counts) == len(steps)],
        "rows": list(table(steps, whole, step=counting.step_of(inquiry))),
        "quality": [
            {
                "name": called.get(party, party),
                "words": passed(row.quality["categories"].values()),
                "failing": row.quality["failing"],
            }
            for party, row in given.items()
            if row.quality
        ],
        "reasons": [(called.get(party, party), row.reason) for party, row in given.items() if row.reason],
        "waits": waits(inquiry, list(given)),
    }


def table(steps: Sequence[str], whole: Sequence[list[int | None]], *, step: int) -> Iterator[dict[str, Any]]:
    """Yield for each rule the count of every hospital that answered, and their sum."""
    for words, counts, sum_ in zip(steps, zip(*whole, strict=True), together(whole), strict=True) if whole else ():
        yield {"words": words, "counts": [shown(count, step) for count in counts], "all": shown(sum_, step)}


def shown(count: int | None, step: int) -> str:
    """Return a count in words."""
    return _("fewer than {step}").format(step=step) if count is None else str(count)


def waits(inquiry: Inquiry, given: list[str]) -> dict[str, str]:
    """Return for whom an inquiry waits."""
    if inquiry.state != InquiryState.ASKED:
        return {}
    late = inquiry.parties if inquiry.lead == own().id else [own().id]
    return {"who": ", ".join(names(party for party in late if party not in given)), "what": _("the number of people")}
