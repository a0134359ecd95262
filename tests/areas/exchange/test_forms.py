import json
from typing import get_args

import pytest

from hansa.areas.exchange import forms
from hansa.areas.exchange.actions.iias import conditions_of
from hansa.kernel.actions import ACTIONS
from tests.areas.exchange.league import CHARITE, KI

INPUTS = {
    action.noun: set().union(*(other.inputs.model_fields for other in ACTIONS.values() if other.noun == action.noun))
    for action in ACTIONS.values()
}


@pytest.mark.parametrize("table", [forms.LABELS, forms.HELP], ids=["labels", "help"])
def test_words_that_name_a_noun_are_about_an_input_that_it_has(table):
    lost = [key for key in table if "." in key and key.rpartition(".")[2] not in INPUTS[key.partition(".")[0]]]

    assert lost == []


def test_fields_that_are_long_or_source_are_inputs_of_some_action():
    every = set().union(*INPUTS.values())

    assert {key.rpartition(".")[2] for key in forms.LONG | forms.SOURCES} <= every


def test_example_beside_the_conditions_is_one():
    text = str(forms.HELP["iias.conditions"])
    example = text[text.index("[") : text.rindex("]") + 1]

    (condition,) = conditions_of(example, ours=CHARITE, theirs=KI)

    assert (condition.sending_hei, condition.mobilities_per_year) == (CHARITE, json.loads(example)[0]["places"])


def test_every_rule_of_conversion_has_words():
    rules = get_args(ACTIONS["mobilities.recognise"].inputs.model_fields["rule"].annotation)

    assert rules
    assert {f"rule.{rule}" for rule in rules} <= set(forms.CHOICES)
