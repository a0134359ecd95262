"""How much one person may ask of one data set for one purpose.

Every answer says a little, and enough exact answers say everything (Dinur and Nissim 2003, "Revealing
Information while Preserving Privacy"). So answers are counted, for each person, purpose and data set.
A person's name is the word of the institution that proposes, so its people are counted together as well.
Each attempt counts: a study that is started again may be asked other sums on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hansa.lib.disclosure.catalogue import Finding
from hansa.lib.disclosure.limits import Limits


@dataclass(frozen=True, kw_only=True)
class Question:
    """Say who asked, for which institution and purpose, of which data, and when."""

    person: str
    institution: str
    purpose: str
    data: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Budget:
    """Hold what is left for a question, by person and by institution, and when the oldest stops counting."""

    left_to_person: int
    left_to_institution: int
    of_person: int
    of_institution: int
    grows: date | None

    @classmethod
    def left(cls, asked: Question, spent: Sequence[Question], *, limits: Limits) -> "Budget":
        """Return what is left before a question, of all those that were answered before."""
        since = asked.at - timedelta(days=limits.budget_days)
        counted = [
            one
            for one in spent
            if one.at > since
            and (one.institution, one.purpose, one.data) == (asked.institution, asked.purpose, asked.data)
        ]
        own = [one for one in counted if one.person == asked.person]
        to_person = max(0, limits.studies_per_person - len(own))
        to_institution = max(0, limits.studies_per_institution - len(counted))
        oldest = min((one.at for one in (counted if to_person else own)), default=None)
        return cls(
            left_to_person=to_person,
            left_to_institution=to_institution,
            of_person=limits.studies_per_person,
            of_institution=limits.studies_per_institution,
            grows=(oldest + timedelta(days=limits.budget_days)).date() if oldest else None,
        )

    @property
    def is_spent(self) -> bool:
        """Tell whether nothing is left for this question."""
        return not (self.left_to_person and self.left_to_institution)


def over_budget(asked: Question, spent: Sequence[Question], *, limits: Limits) -> list[Finding]:
    """Find questions beyond what a person, or all of an institution, may ask of these data for this purpose."""
    budget = Budget.left(asked, spent, limits=limits)
    if not budget.is_spent:
        return []
    who, most, name = ("The person who proposes", budget.of_person, "studies_per_person")
    if budget.left_to_person:
        who, most, name = ("The institution that proposes", budget.of_institution, "studies_per_institution")
    when = f"Wait until {budget.grows:%Y-%m-%d}, when the oldest no longer counts" if budget.grows else "Decline"
    return [
        Finding(
            rule="budget",
            place=name,
            message=f"{who} has used up the {most} studies on these data for this purpose.",
            remedy=f"{when}, or ask the parties to amend the limit {name} of the clause.",
        )
    ]
