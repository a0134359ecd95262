import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.notifications import RECEIVERS, Nothing, Notification, parameters, read_parameters, response
from tests.lib.ewp.schemas import validate

KINDS = sorted(RECEIVERS)
# What each specification names, in its order.
NAMES = {
    ("iia-cnr", 2): ["notifier_hei_id", "iia_id"],
    ("iia-cnr", 3): ["iia_id"],
    ("iia-approval-cnr", 1): ["approving_hei_id", "owner_hei_id", "iia_id"],
    ("iia-approval-cnr", 2): ["iia_id"],
    ("omobility-cnr", 1): ["sending_hei_id", "omobility_id"],
    ("omobility-cnr", 2): ["omobility_id"],
    ("omobility-la-cnr", 1): ["sending_hei_id", "omobility_id"],
    ("imobility-cnr", 1): ["receiving_hei_id", "omobility_id"],
    ("imobility-cnr", 2): ["omobility_id"],
    ("imobility-tor-cnr", 1): ["receiving_hei_id", "omobility_id"],
    ("imobility-tor-cnr", 2): ["omobility_id"],
}


@pytest.mark.parametrize(("api", "major"), KINDS)
def test_parameters_are_those_of_the_major(api, major):
    notification = Notification(("1",), notifier="a.se", owner="b.de")

    sent = parameters(api, major, notification=notification)

    assert [name for name, _value in sent] == NAMES[api, major]
    assert read_parameters(api, major, pairs=sent) == Notification(
        ("1",),
        notifier="a.se" if len(sent) > 1 else "",
        owner="b.de" if len(sent) > 2 else "",
    )


@pytest.mark.parametrize(("api", "major"), KINDS)
def test_response_is_empty_and_valid(api, major):
    data = response(api, major).build(Nothing())

    assert response(api, major).read(data) == Nothing()
    validate(data)


@pytest.mark.parametrize(("api", "major"), KINDS)
def test_parameters_that_are_missing_are_named(api, major):
    names = NAMES[api, major]

    for missing in names:
        pairs = [(name, "" if name == missing else "x") for name in names]
        with pytest.raises(InvalidError, match=f"^{missing}: this parameter is missing"):
            read_parameters(api, major, pairs=pairs)


def test_mobilities_may_come_together_and_agreements_may_not():
    several = Notification(("1", "2"))

    assert read_parameters("omobility-cnr", 2, pairs=[("omobility_id", "1"), ("omobility_id", "2")]) == several
    with pytest.raises(InvalidError, match="iia_id: this parameter may be given 1 times at most"):
        parameters("iia-cnr", 3, notification=several)


def test_read_parameters_keeps_to_what_the_manifest_allows():
    pairs = [("omobility_id", str(number)) for number in range(3)]

    assert read_parameters("omobility-cnr", 2, pairs=pairs, most=3).ids == ("0", "1", "2")
    with pytest.raises(InvalidError, match="omobility_id: this parameter may be given 2 times at most"):
        read_parameters("omobility-cnr", 2, pairs=pairs, most=2)


def test_read_parameters_passes_over_what_it_does_not_know():
    pairs = [("iia_id", "any id, even\x00a strange one"), ("notifier_hei_id", "a.se"), ("later", "1")]

    assert read_parameters("iia-cnr", 3, pairs=pairs) == Notification(("any id, even\x00a strange one",))


def test_response_of_an_unknown_notification_is_refused():
    with pytest.raises(InvalidError, match="iia-cnr 9: this is no notification that Hansa knows"):
        response("iia-cnr", 9)
