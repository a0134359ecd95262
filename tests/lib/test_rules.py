from hansa.lib import rules
from hansa.lib.duo import CODES


def test_rules_each_have_a_reason_and_come_before_person_and_permit():
    assert len(rules.RULES) == 6
    assert (rules.PERSON, rules.PERMIT) == (6, 7)


def test_codes_about_ancestry_are_in_the_ontology():
    assert {*rules.ABOUT_ANCESTRY, rules.NO_ANCESTRY} <= set(CODES)
