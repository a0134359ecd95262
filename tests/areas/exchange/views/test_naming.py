"""How stays, institutions and other records are called in lists."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from hansa.areas.exchange.models import Application, Check, Mobility, Plan
from hansa.areas.exchange.views import naming
from hansa.kernel.models import Partner
from tests.areas.exchange.applying import agreed, applied, opened
from tests.areas.exchange.hosting import Incoming, offer
from tests.areas.exchange.scene import Outgoing, Scene
from tests.conftest import given


def test_titles_say_who_goes_where(scene: Scene) -> None:
    sent, received = scene.nominate(), Incoming(scene).mobility
    known = naming.institutions()

    assert naming.titled(sent, known) == "Anna Muster → Karolinska Institutet"
    assert naming.titled(received, known) == "Anna Muster ← Karolinska Institutet"
    assert naming.noted(sent) == "studies, 2026/2027"


def test_title_of_a_stay_whose_person_was_deleted_names_the_institutions(scene: Scene) -> None:
    made = scene.nominate()
    with given():
        made.stay.delete()

    assert naming.titled(scene.now(made), naming.institutions()) == made.title


def test_institution_that_is_not_known_has_its_id() -> None:
    assert naming.called("hei:uu.se", {}) == "uu.se"


def test_texts_of_clauses_are_in_the_language_of_the_reader() -> None:
    with override("sv"):
        assert naming.in_words({"en": "Exchange", "sv": "Utbyte"}) == "Utbyte"
        assert naming.in_words({"en": "Exchange"}) == "Exchange"
    assert naming.in_words({"de": "Austausch"}) == ""


def test_lines_say_of_each_kind_what_tells_it_apart(scene: Scene) -> None:
    stay = Outgoing(scene, "5.2")
    stay.hear("accepted", note="")
    stay.planned()
    call = opened(scene)
    application, place, iia = applied(scene, call, "berta"), offer(scene.side.id), agreed()
    check = stay.mobility.checks.get(kind="licence")
    records = [stay.mobility, stay.plan, check, call, application, place, iia]

    lines = naming.lines([*records, Partner.objects.get()])

    told = [lines[record.urn] for record in records]
    assert [line.get("title") for line in told] == [
        "Anna Muster → Karolinska Institutet",
        "Version 1: Anna Muster → Karolinska Institutet",
        "licence or student status: Anna Muster → Karolinska Institutet",
        *[None] * 4,
    ]
    assert [line["note"] for line in told[:3]] == ["clinical elective, 2026/2027"] * 3
    assert told[3]["note"].startswith("studies, 2026/2027; applications until ")
    assert [line["note"] for line in told[4:]] == ["A term abroad", "Karolinska Institutet, Surgery", "uu.se"]
    assert len(lines) == 7


def test_lines_of_other_areas_ask_nothing(db: None) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert naming.lines([Partner(name="x")]) == {}

    assert len(queries) == 0


def test_lines_take_as_many_queries_for_many_records_as_for_one(scene: Scene) -> None:
    def count(kind: type) -> int:
        rows = list(kind.objects.select_related(*kind.list_related))
        with CaptureQueriesContext(connection) as queries:
            naming.lines(rows)
        return len(queries)

    first = Outgoing(scene, "5.2")
    first.hear("accepted", note="")
    first.planned()
    call = opened(scene)
    applied(scene, call, "berta")
    before = [count(kind) for kind in (Mobility, Plan, Check, Application)]
    second = Outgoing(scene, "5.2")
    second.hear("accepted", note="")
    second.planned()
    for name in ("carla", "dora"):
        applied(scene, call, name)

    after = [count(kind) for kind in (Mobility, Plan, Check, Application)]

    assert (after, Mobility.objects.count()) == (before, 2)
