"""The catalogue of rules holds every rule that is ever found, each with reason and source."""

import re
from dataclasses import fields
from pathlib import Path

import hansa.lib.disclosure as package
from hansa.areas.studies.rules import VOCABULARY
from hansa.lib.disclosure import RULES, Limits


def test_catalogue_names_every_rule_that_a_finding_names() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(package.__file__).parent.glob("*.py")]
    found = {name for text in texts for name in re.findall(r'rule="([^"]+)"', text)}

    assert found | {"suppression"} == {rule.name for rule in RULES}


def test_every_rule_has_a_sentence_and_a_source() -> None:
    assert [rule.name for rule in RULES if not (rule.reason.endswith(".") and rule.source)] == []


def test_every_figure_of_a_rule_is_a_limit_of_a_clause() -> None:
    named = {limit for rule in RULES for limit in rule.limits}

    assert {field.name for field in fields(Limits)} <= named
    assert named <= set(VOCABULARY.limits)
