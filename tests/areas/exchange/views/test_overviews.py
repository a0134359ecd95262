"""The pages beside the records, for everybody who may see them, in so many queries whatever the node keeps."""

from copy import deepcopy

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hansa.areas.exchange import rules
from hansa.areas.exchange.models import Message, PartnerCount
from hansa.areas.exchange.views import overviews
from hansa.kernel.identity import own
from hansa.kernel.models import Job
from tests.areas.exchange.applying import agreed
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.scene import YEAR, Scene
from tests.conftest import given


def message(**changes) -> Message:
    """Return a message to a member of the network that failed."""
    fields = {"partner": "uu.se", "kind": "iia-cnr", "subject": "1", "trouble": "No answer.", "remedy": "Call."}
    with given():
        made = Message(**{**fields, "state": "failed", **changes})
        made.save()
    return made


def lines(page) -> list[list]:
    """Return all lines of the first table."""
    table = page["tables"][0]
    return [list(line) for line in table.lines(list(table.found))]


def test_balance_shows_bars_and_whom_counts_otherwise(scene: Scene) -> None:
    scene.nominate()
    agreed(places=0)
    with given():
        about = {"basis": "5.1", "year": YEAR, "sending": own().id, "receiving": scene.side.id}
        PartnerCount.objects.create(partner=scene.side.id, taken=3, at=timezone.now(), **about)

    page = overviews.places(scene[rules.OFFICER], {"year": YEAR})

    first, second = page["bars"]
    assert (page["differing"], page["year"]) == (1, YEAR)
    assert (first["partner"], [way["part"] for way in first["ways"]]) == ("Karolinska Institutet", [6, 0])
    assert [(way["taken"], way["places"], way["part"]) for way in second["ways"]] == [(0, 0, 0), (0, 0, 0)]
    assert [
        "Karolinska Institutet",
        "sent",
        "studies",
        "any cycle",
        "any field",
        "5.1 Exchange",
        4,
        1,
        3,
        "3: differs",
    ] in lines(page)
    assert ["uu.se", "sent", "studies", "second cycle", "0912", "Uppsala, 1", 0, 0, 0, "–"] in lines(page)


def test_balance_is_narrowed_by_kind_and_partner(scene: Scene) -> None:
    agreed()

    kinds = lines(overviews.places(scene[rules.OFFICER], {"kind": "staff_training", "year": YEAR}))
    partners = lines(overviews.places(scene[rules.OFFICER], {"partner": "UU", "year": YEAR}))

    assert {line[2] for line in kinds} == {"staff training"}
    assert {line[0] for line in partners} == {"uu.se"}


def test_balance_names_cycle_and_field_of_a_clause(scene: Scene) -> None:
    with given():
        document = deepcopy(scene.agreement.document)
        document["clauses"][0]["limits"] |= {"cycle": "doctoral", "field": 912}
        scene.agreement.document = document
        scene.agreement.save()

    found = lines(overviews.places(scene[rules.OFFICER], {"kind": "student_studies", "year": YEAR}))

    assert {tuple(line[3:5]) for line in found} == {("third cycle", "0912")}


def test_same_count_is_only_a_number(scene: Scene) -> None:
    Incoming(scene)

    found = lines(overviews.places(scene[rules.OFFICER], {"year": YEAR}))

    assert [line[-1] for line in found if line[1:3] == ["received", "studies"]] == ["1"]


def test_troubles_say_what_failed_why_and_what_helps(scene: Scene) -> None:
    row = message()
    Job.objects.create(kind="exchange.sweeps", key="1", record="", state="failed", trouble="x", next_at=timezone.now())
    message(partner="ki.se", kind="omobility-cnr", state="waiting", trouble="Slow.")

    page = overviews.troubles(scene[rules.OFFICER], {})
    one = overviews.troubles(scene[rules.OFFICER], {"partner": "uu.se", "state": "failed", "kind": "iia-cnr"})

    (line,) = lines(one)
    assert len(lines(page)) == 3
    assert (line[0], line[1].url, line[3:6]) == ("uu.se", f"/messages/{row.pk}/", ["No answer.", "Call.", 0])
    assert ["–", "Looking what partners have changed"] in [line[:2] for line in lines(page)]


@pytest.mark.parametrize("urn", ["", "urn:hansa", "urn:hansa:mobilities:none"])
def test_urn_without_a_page_has_no_address(urn: str) -> None:
    assert overviews.address_of(urn) == ""


def test_page_of_an_area_opens_in_the_present_year(scene: Scene, client) -> None:
    client.force_login(scene[rules.OFFICER])

    page = client.get("/exchange/balance/").content.decode()

    assert f'<option value="{overviews.balance.present()}" selected>' in page
    assert page.count('<option value="">') == 1


@pytest.mark.parametrize("name", ["balance", "troubles", "experience", "funding"])
def test_page_takes_as_many_queries_whatever_there_is(scene: Scene, client, name: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/exchange/{name}/").status_code == 200
        return len(queries)

    def fill() -> None:
        for _number in range(2):
            made = scene.nominate(participant=rules.PARTICIPANT)
            with given():
                made.state, made.arrived, made.departed = "departed", made.starts, made.ends
                made.save()
                made.stay.report, made.stay.is_shared, made.stay.reported = "Good.", True, timezone.now()
                made.stay.save()
            message(subject=str(made.pk))

    scene.people["officer"].roles = [rules.OFFICER, rules.PARTICIPANT]
    with given():
        scene.people["officer"].save()
    client.force_login(scene[rules.OFFICER])
    fill()
    count()
    before = count()
    fill()

    assert count() == before
