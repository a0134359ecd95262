import pytest

from hansa.lib.canonical import canonical
from hansa.lib.genomics.panel import Variant
from hansa.lib.statistics.kinds import genomic
from hansa.lib.statistics.kinds.registry import KINDS
from hansa.lib.statistics.protocol import check, parse
from tests.lib.genomics.people import COUNTED, LINEAR, LOGISTIC, protocol
from tests.lib.statistics.kinds.asked import HEAD, TAIL

PANEL = (Variant("1", 100, "A", "G"), Variant("2", 50, "C", "T"))


def told(text):
    return [f"{fault.place} {fault.message} {fault.remedy}" for fault in check(text)]


def test_kinds_of_variants_read_the_panel():
    wanted = parse(protocol(PANEL, LINEAR, LOGISTIC, COUNTED))

    assert wanted.data.panel.parsed == PANEL
    assert parse(canonical(wanted.to_json()).decode()).data.panel.parsed == PANEL
    assert wanted.model_variables() == ("bmi", "age", "sex", "case")
    linear, logistic, counted = (KINDS[one.kind].estimator(one, protocol=wanted) for one in wanted.analyses)
    assert (linear.parameters, logistic.parameters, counted.parameters) == (4, 4, 0)
    assert linear.needs_secure_sum
    assert counted.needs_secure_sum
    assert wanted.used_by(wanted.analyses[2]) == ()


def test_protocol_without_variants_keeps_its_digest():
    assert (
        "panel"
        not in parse(HEAD + "analyses:\n  - {name: t, kind: table_one, variables: [age]}\n" + TAIL).to_json()["data"]
    )


@pytest.mark.parametrize("analysis", [COUNTED, '{name: g, kind: gwas, family: gaussian, formula: "age ~ tsize"}'])
def test_analysis_of_variants_needs_a_panel(analysis):
    found = told(f"{HEAD}analyses:\n  - {analysis}\n{TAIL}")
    assert any("no variants to study" in each for each in found)


def test_cohorts_and_variants_do_not_go_together_yet():
    text = protocol(PANEL, COUNTED).replace("  panel:", "  cohorts: {all: {}}\n  target: all\n  panel:")
    assert any("do not go together" in each for each in told(text))


def test_fault_of_the_panel_is_told_at_its_place():
    (found,) = told(protocol(PANEL, COUNTED).replace("2 50 C T", "2 50 C"))
    assert "Line 2 of the panel has not four parts" in found


def test_variant_whose_strand_cannot_be_told_needs_files_on_the_forward_strand():
    text = protocol((*PANEL, Variant("3", 7, "A", "T")), COUNTED)
    assert "3:7:A:T" in told(text)[0]
    assert told(text.replace("build: GRCh38", "build: GRCh38\n    strand: forward")) == []


def test_logistic_model_of_too_many_variants_is_refused(monkeypatch):
    monkeypatch.setattr(genomic, "MOST_LOGISTIC", 1)
    assert "more rounds than a study has" in told(protocol(PANEL, LOGISTIC))[0]
    assert told(protocol(PANEL, LINEAR)) == []


def test_study_that_asks_for_too_many_counts_in_one_round_is_refused():
    panel = tuple(Variant("1", place + 1, "A", "G") for place in range(9_000))
    several = [COUNTED.replace("counted", f"counted{place}") for place in range(4)]
    assert told(protocol(panel, *several[:3])) == []
    assert any("more than 100000 numbers" in each for each in told(protocol(panel, *several)))
    assert any("more than 100000 numbers" in each for each in told(protocol(panel, LOGISTIC, *several[:2])))


def test_response_of_another_family_is_refused():
    assert told(protocol(PANEL, LINEAR.replace("gaussian", "binomial")))
