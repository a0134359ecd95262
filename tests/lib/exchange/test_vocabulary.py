import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.vocabulary import BADGES, CREDENTIALS, EMPTY, SHIPPED, Term, Vocabulary

BOTH = EMPTY.with_contexts([CREDENTIALS, BADGES])


@pytest.mark.parametrize("address", SHIPPED)
def test_every_shipped_context_can_be_read(address):
    found = EMPTY.with_contexts(address)

    assert found.term("type") == Term(iri="@type")


def test_term_may_stand_for_another():
    assert BOTH.term("AchievementCredential").iri == BOTH.term("OpenBadgeCredential").iri


def test_terms_of_a_type_end_with_its_object():
    inside = BOTH.with_types(["AchievementSubject"])

    assert inside.term("creditsEarned").coercion == "https://www.w3.org/2001/XMLSchema#float"
    with pytest.raises(InvalidError, match="creditsEarned"):
        inside.below().term("creditsEarned")
    assert BOTH.below() is BOTH
    assert BOTH.with_types(["Criteria", "Unheard"]) is BOTH


def test_terms_below_a_term_are_its_own():
    proof = BOTH.with_types(["DataIntegrityProof"])

    assert proof.with_term(proof.term("proofPurpose")).term("assertionMethod").coercion == "@id"
    assert proof.with_term(proof.term("created")) is proof


def test_term_may_begin_afresh():
    presentation = BOTH.with_types(["VerifiablePresentation"])

    assert presentation.with_term(presentation.term("verifiableCredential")) == EMPTY


def test_types_that_disagree_are_refused():
    with pytest.raises(InvalidError, match="disagree on what “inLanguage”"):
        Vocabulary({"inLanguage": Term(iri="urn:other")}).with_types(["x"]).with_contexts(BADGES)


@pytest.mark.parametrize(
    ("context", "said"),
    [("https://evil.example/v1", "evil"), ({"name": "urn:x"}, "written into"), (None, "written into")],
)
def test_context_that_is_not_shipped_is_refused(context, said):
    with pytest.raises(InvalidError, match=said):
        EMPTY.with_contexts([context])
