from django.utils import translation

from hansa.web import plots
from hansa.web.kinds.cumulative_incidence import caption, drawn, methods, tables
from tests.web.results import CAUSES


def test_incidence_of_each_cause_is_told_at_round_times():
    with translation.override("en"):
        (table,) = tables({**CAUSES, "by_label": "hormone"}, {})

    assert table.columns == ("hormone: no, relapse", "hormone: no, death")
    assert [line.label for line in table.lines][:3] == ["0", "20", "40"]
    assert [cell.replace("\xa0", " ") for cell in table.lines[2].cells] == ["10.0 %", "5.0 %"]


def test_curves_rise_from_nobody():
    with translation.override("en"):
        picture = plots.kaplan_meier(drawn(CAUSES))

    assert "with event" in picture
    assert "no, relapse" in picture
    assert "Cumulative incidence: causes" in picture


def test_one_group_is_named_by_the_cause_alone():
    alone = {**CAUSES, "groups": [{**CAUSES["groups"][0], "level": "all"}]}

    assert [curve["name"] for curve in drawn(alone)["groups"]] == ["relapse", "death"]


def test_methods_name_their_sources():
    with translation.override("en"):
        told = " ".join(methods(CAUSES))

        assert "Aalen and Johansen (1978)" in told
        assert "steps of 30" in told
        assert caption(CAUSES).startswith("Share with each event")
