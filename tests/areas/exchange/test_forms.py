from typing import get_args

import pytest

from hansa.areas.exchange import forms
from hansa.kernel.actions import ACTIONS

INPUTS = {
    action.noun: set().union(*(other.inputs.model_fields for other in ACTIONS.values() if other.noun == action.noun))
    for action in ACTIONS.values()
}


@pytest.mark.parametrize("table", [forms.LABELS, forms.HELP], ids=["labels", "help"])
def test_words_that_name_a_noun_are_about_an_input_that_it_has(table):
    lost = [key for key in table if "." in key and key.rpartition(".")[2] not in INPUTS[key.partition(".")[0]]]

    assert lost == []


def test_fields_that_are_long_or_in_rows_are_inputs_of_some_action():
    every = set().union(*INPUTS.values())

    assert {key.rpartition(".")[2] for key in forms.LONG | set(forms.ROWS)} <= every


def test_every_rule_of_conversion_has_words():
    rules = get_args(ACTIONS["mobilities.recognise"].inputs.model_fields["rule"].annotation)

    assert rules
    assert {f"rule.{rule}" for rule in rules} <= set(forms.CHOICES)
