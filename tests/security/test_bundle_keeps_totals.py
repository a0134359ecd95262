"""A stranger with a bundle: it proves what happened and holds nothing finer than what was released."""

import pytest
from django.utils import timezone

from hansa.kernel import bundles
from hansa.kernel.models import Letter as LetterRow
from hansa.lib.letters import Letter
from hansa.lib.signatures import payload_of
from tests.conftest import given
from tests.kernel.conftest import RECORD
from tests.paper import SOLNA, STOCKHOLM
from tests.web.house import BERLIN


class Study:
    """Stand for a study; only these are asked."""

    urn, agreement, clause = RECORD, "sha256:agreed", "4.1"

    def __init__(self, *parties):
        self.parties = list(parties)

    def terms(self, **changes):
        """Return what a letter about it states."""
        return {"agreement": self.agreement, "clause": self.clause, "terms": {"parties": self.parties}, **changes}


KINDS = ["proposed", "approved", "round", "contributed", "concluded", "released"]


def kinds_in_bundle(scene, study, *, partner=STOCKHOLM, **changes):
    for number, kind in enumerate(KINDS):
        stated = study.terms(**changes)
        said: Letter = scene.paper.write(f"studies.{kind}", record=RECORD, body={"total": [1.0, 2.0]}, **stated)
        with given():
            LetterRow.objects.create(
                id=said.id,
                direction="in",
                partner=partner,
                sequence=number + 1,
                kind=said.kind,
                record=RECORD,
                token=said.sign(scene.paper.signing),
                digest=said.digest,
                state="applied",
                receipt="a receipt",
                created=timezone.now(),
            )
    return [payload_of(row.token)["kind"].partition(".")[2] for row in bundles.answered(study)]


def test_bundle_of_three_parties_leaves_out_what_carries_totals(scene):
    found = kinds_in_bundle(scene, Study(BERLIN, STOCKHOLM, SOLNA))

    assert found == ["proposed", "approved", "contributed", "released"]


def test_bundle_of_two_parties_leaves_out_their_sums_too(scene):
    found = kinds_in_bundle(scene, Study(BERLIN, STOCKHOLM))

    assert found == ["proposed", "approved", "released"]


@pytest.mark.parametrize(
    "changes",
    [
        {"partner": SOLNA},
        {"agreement": "sha256:another"},
        {"clause": "5"},
        {"terms": {}},
        {"terms": {"parties": [BERLIN, SOLNA]}},
    ],
)
def test_bundle_leaves_out_what_was_written_under_other_terms_or_by_strangers(scene, changes):
    assert kinds_in_bundle(scene, Study(BERLIN, STOCKHOLM), **changes) == []
