"""The words of the studies' forms: only of inputs, letters, jobs and permissions that there are."""

from hansa.areas.studies import forms
from hansa.areas.studies.area import AREA
from hansa.kernel.jobs import KINDS as JOBS
from hansa.kernel.letters import KINDS as LETTERS
from hansa.kernel.people import GRANTS


def test_forms_name_only_inputs_of_this_area():
    inputs = {name for action in AREA.actions for name in action.inputs.model_fields}

    assert {*forms.HELP, *forms.SOURCES} <= set(forms.LABELS) <= inputs


def test_forms_name_only_what_there_is():
    assert set(forms.NAMES) <= {*LETTERS, *JOBS, *set().union(*GRANTS.values())}
