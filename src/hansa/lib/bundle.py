"""Let a stranger check what happened, offline, from one file.

Eleven checks, each resting on those before it: the agreements are whole and signed by every
party; the keys are those which the agreements name; each letter was signed by a party, was
answered by its addressee, and was permitted by the clause it cites at the time it was
written; the ledger's checkpoint is signed, every letter stands in the ledger, in order, and
every party had approved before anything was contributed; partners cosigned the ledger; the
result is signed by every party. The first check that fails is named and stops the others,
because what rests on it proves nothing any more.

What the checks cannot tell is whether the keys belong to the institutions: compare the
fingerprints with the institutions themselves, or give those you trust.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from hansa.lib.bundle_checks import Examination, Kinds
from hansa.lib.bundle_form import Bundle
from hansa.lib.errors import HansaError
from hansa.lib.terms import Vocabularies

Outcome = Literal["holds", "fails", "not checked"]


@dataclass(frozen=True)
class Check:
    """Tell the outcome of one check: what it looked at, or what is wrong and what to do."""

    name: str
    title: str
    outcome: Outcome
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Report:
    """Hold the outcome of every check, in order."""

    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Tell whether every check holds."""
        return all(one.outcome == "holds" for one in self.checks)

    @property
    def first_fault(self) -> Check | None:
        """Return the first check that fails."""
        return next((one for one in self.checks if one.outcome == "fails"), None)


def verify(
    bundle: Bundle, *, kinds: Kinds, vocabularies: Vocabularies, trusted: Collection[str] | None = None
) -> Report:
    """Check a bundle part by part; `trusted` are the fingerprints of the identities one knows."""
    examination = Examination(bundle, kinds=kinds, vocabularies=vocabularies, trusted=trusted)
    checks: list[Check] = []
    for name, title, step in examination.steps():
        if any(one.outcome != "holds" for one in checks):
            checks.append(Check(name, title, "not checked"))
        else:
            checks.append(Check(name, title, *_outcome_of(step)))
    return Report(tuple(checks))


def _outcome_of(step: Callable[[], str]) -> tuple[Outcome, str, str]:
    try:
        return "holds", step(), ""
    except HansaError as error:
        return "fails", error.message, error.remedy
    except Exception as error:  # noqa: BLE001 -- the file comes from strangers: what cannot be checked does not hold
        return "fails", f"This part cannot be read ({type(error).__name__}).", "Ask for a new bundle."
