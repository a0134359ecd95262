from hansa.lib.statistics.protocol import check
from tests.lib.statistics.kinds.asked import TEXT, asked, own, summed

ASKED = "{name: rfs, kind: kaplan_meier, time: time, event: event, by: hormone}"


def test_curves_count_persons_and_add_up_no_values():
    protocol, one, kind = asked(ASKED)

    assert kind.numbers(one, protocol=protocol) == 400
    assert own(ASKED) is None
    assert summed(ASKED) == []
    assert list(kind.crossings(one, protocol)) == []


def test_curves_need_the_time_grid():
    found = check(TEXT.replace(", time_grid: 30", ""))

    assert "There is no time grid." in [fault.message for fault in found]
