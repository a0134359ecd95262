from hansa.lib.statistics.kinds.registry import KINDS
from hansa.lib.statistics.protocol import check, parse
from tests.lib.statistics.kinds.asked import TEXT

COMPARED = TEXT.replace("disclosure:", "  - {name: alike, kind: meta_analysis, of: adjusted}\ndisclosure:")


def test_comparison_of_no_model_is_a_fault():
    (fault,) = check(COMPARED.replace("of: adjusted", "of: baseline"))

    assert (fault.message, fault.remedy) == (
        "There is no model 'baseline'.",
        "Name an analysis of kind glm or cox.",
    )


def test_comparison_reads_what_its_model_reads():
    protocol = parse(COMPARED)
    one = protocol.analyses[-1]

    assert protocol.used_by(one) == ("time", "event", "hormone", "age", "grade")
    assert KINDS[one.kind].estimator(one, protocol=protocol).name == "alike"
