from django.utils import translation

from hansa.web.kinds.incidence import tables
from tests.web.results import RATES


def test_incidence_tells_rates_for_a_thousand_person_years_and_ratios():
    with translation.override("en"):
        table = next(tables({**RATES, "by_label": "hormone"}, {}))

    assert table.columns == (
        *("Persons", "Events", "Time at risk in years", "Rate for 1,000 person-years (95 % interval)"),
        *("Rate ratio (95 % interval)", "p"),
    )
    assert [line.cells[3:] for line in table.lines] == [
        ("12.0 (6.20 to 21.0)", "–", "–"),
        ("20.0 (13.5 to 28.6)", "1.67 (0.83 to 3.58)", "0.164"),
        ("–", "–", "–"),
        ("400 (109 to 1020)", "∞ (0.66 to ∞)", "0.125"),
    ]


def test_time_in_days_is_told_in_years():
    days = {**RATES, "unit": "d", "groups": [{**RATES["groups"][0], "time": 365_250.0, "rate": 12 / 365_250}]}

    (table,) = tables(days, {})

    assert table.lines[0].cells[2] == "1000"
    assert table.lines[0].cells[3].startswith("12.0 (")
