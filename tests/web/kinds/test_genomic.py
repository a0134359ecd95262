from django.utils import translation

from hansa.web.kinds.genomic import ALLELE_FREQUENCIES, GWAS, REASONS
from tests.web.results import ASSOCIATED, COUNTED


def test_variants_of_the_smallest_p_values_come_first():
    with translation.override("en"):
        first, left = GWAS.tables(ASSOCIATED, {})

    assert [line.label for line in first.lines] == ["10:5:G:T", "2:500:A:G", "1:200:A:C", "1:100:C:T"]
    assert first.lines[1].cells == ("900", "25.0\xa0%", "0.50", "0.050", "1.0 × 10⁻²²")
    assert [line.cells[-1] for line in first.lines] == ["< 10⁻³⁰⁰", "1.0 × 10⁻²²", "0.046", "0.840"]
    assert [(line.label, line.cells) for line in left.lines] == [
        ("too few persons carry one allele", ("2",)),
        ("nearly the same persons carry it as a neighbour", ("1",)),
    ]


def test_methods_and_note_name_model_build_and_inflation():
    with translation.override("en"):
        told = " ".join(GWAS.methods(ASSOCIATED))
        note, caption = GWAS.note(ASSOCIATED), GWAS.caption(ASSOCIATED)

    assert "gaussian model bmi ~ age" in told
    assert "Wald's t" in told
    assert note == "4 variants on GRCh38; the result as a file holds all of them. Inflation 1.03."
    assert caption.startswith("4 variants")
    assert GWAS.asked(ASSOCIATED) == "bmi ~ age"
    assert "principal" not in told


def test_components_beside_the_model_are_told():
    components = {"count": 2, "variants": 350, "explained": [0.04, 0.02]}
    with translation.override("en"):
        told = " ".join(GWAS.methods({**ASSOCIATED, "components": components}))
    assert "2 principal components of 350 common variants" in told
    assert "6.0\xa0% of the variance" in told
    assert GWAS.asked({"formula": "bmi ~ age", "components": 4}) == "bmi ~ age + pc1 … pc4"


def test_frequencies_stand_beside_the_test_of_equilibrium():
    with translation.override("en"):
        (table,) = ALLELE_FREQUENCIES.tables(COUNTED, {})
        told, note = list(ALLELE_FREQUENCIES.methods(COUNTED)), ALLELE_FREQUENCIES.note(COUNTED)

        assert ALLELE_FREQUENCIES.asked({}) == "every variant of the panel"
    assert [(line.label, line.cells) for line in table.lines] == [("1:100:C:T", ("890", "50.0\xa0%", "0.300"))]
    assert "left out" in told[0]
    assert "Inflation" not in note


def test_every_reason_has_its_words():
    with translation.override("en"):
        assert {str(words) for words in REASONS.values()}
