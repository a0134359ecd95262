from tests.lib.statistics.kinds.asked import asked, own, summed

ASKED = "{name: quarters, kind: quantiles, steps: {age: 2, tsize: 5}, by: hormone}"


def test_quartiles_count_persons_and_add_up_no_values():
    protocol, one, kind = asked(ASKED)

    assert kind.numbers(one, protocol=protocol) == 2 * (82 / 2 + 199 / 5)
    assert kind.estimator(one, protocol=protocol).kind == "quantiles"
    assert protocol.used_by(one) == ("hormone", "age", "tsize")
    assert own(ASKED) is None
    assert summed(ASKED) == []
