"""Places given and taken, and what partners count."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hansa.areas.exchange.models import Mobility, PartnerCount
from hansa.areas.exchange.queries import balance
from hansa.kernel.identity import own
from tests.areas.exchange.applying import agreed
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.scene import YEAR, Scene
from tests.conftest import given


def of(basis: str, *, outgoing: bool = True) -> balance.Row:
    """Return one row of the balance."""
    return next(row for row in balance.rows(YEAR) if (row.basis, row.is_outgoing) == (basis, outgoing))


def test_balance_counts_what_is_taken_in_each_direction(scene: Scene) -> None:
    scene.nominate()
    Incoming(scene)

    sent, received = of("5.1"), of("5.1", outgoing=False)

    assert (sent.places, sent.taken, sent.free) == (4, 1, 3)
    assert (received.places, received.taken, received.theirs, received.agrees) == (4, 1, 1, True)
    assert (sent.theirs, sent.agrees) == (None, None)


def test_count_of_the_partner_stands_beside_ours(scene: Scene) -> None:
    scene.nominate()
    with given():
        PartnerCount.objects.create(
            partner=scene.side.id,
            basis="5.1",
            year=YEAR,
            sending=own().id,
            receiving=scene.side.id,
            taken=3,
            at=timezone.now(),
        )

    assert (of("5.1").theirs, of("5.1").agrees) == (3, False)


def test_agreements_of_the_network_count_in_their_years(scene: Scene) -> None:
    iia = agreed()
    with given():
        made = scene.incoming(
            state="nominated", channel="network", iia=iia, condition=1, is_outgoing=True, partner="hei:uu.se"
        )
        made.save()

    (row,) = [row for row in balance.rows(YEAR) if row.partner == "hei:uu.se"]
    early = [row for row in balance.rows("2020/2021") if row.partner == "hei:uu.se"]

    assert (row.basis, row.places, row.taken, row.is_outgoing, early) == ("Uppsala, 1", 2, 1, True, [])


def test_totals_are_by_partner_and_the_busiest_is_first(scene: Scene) -> None:
    agreed()
    scene.nominate()
    Incoming(scene)

    first, second = balance.by_partner(balance.rows(YEAR))

    assert (first.partner, first.sent, first.to_send, first.received, first.to_receive) == (scene.side.id, 1, 16, 1, 16)
    assert (second.partner, second.sent, second.to_send, second.to_receive) == ("hei:uu.se", 0, 2, 0)


def test_balance_takes_as_many_queries_whatever_there_is(scene: Scene) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            balance.rows(YEAR)
        return len(queries)

    scene.nominate()
    before = count()
    for _number in range(3):
        scene.nominate()
        agreed()

    assert (count(), Mobility.objects.count()) == (before, 4)


def test_years_reach_from_three_back_to_two_ahead(db: None) -> None:
    assert len(balance.years()) == 6
    assert balance.years()[3] == balance.present()
