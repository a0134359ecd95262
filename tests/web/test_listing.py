"""Long lists of records: searched, narrowed, turned and taken away."""

import csv
import io
from typing import ClassVar

import openpyxl
import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from hansa.areas.studies.models import Dataset, Study
from hansa.areas.studies.states import State
from hansa.kernel.models import Agreement, Letter, Partner
from hansa.kernel.pages import Table
from hansa.web import listing
from tests.conftest import given
from tests.web import house as build


@pytest.fixture
def studies(db):
    build.partners()
    agreement = build.agreement()
    found = {state: build.study(agreement, state) for state in State}
    with given():
        for state, study in found.items():
            study.title = f"Study of {state}"
            study.save()
    return found


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_list_is_searched_by_every_word(studies, everything):
    page = everything.get("/studies/?q=STUDY+running").content.decode()

    assert ("Study of running" in page, "Study of failed" in page) == (True, False)
    assert 'value="STUDY running"' in page


def test_list_says_that_nothing_fits(studies, everything):
    assert "Nothing fits what you chose above." in everything.get("/studies/?q=whale").content.decode()
    assert "Nothing fits" not in everything.get("/studies/").content.decode()


def test_list_is_narrowed_to_a_state(studies, everything):
    page = everything.get("/studies/?state=running").content.decode()

    assert ("Study of running" in page, "Study of failed" in page) == (True, False)
    assert '<option value="running" selected>running</option>' in page
    assert "Study of failed" in everything.get("/studies/?state=sunken").content.decode()


def test_list_of_a_kind_that_names_nothing_to_search_by_has_only_its_states(studies, everything):
    page = everything.get("/agreements/").content.decode()

    assert ('name="q"' in page, 'name="state"' in page) == (False, True)


def test_list_is_narrowed_by_the_fields_that_its_kind_names(studies, everything, monkeypatch):
    monkeypatch.setattr(Study, "list_filters", ("lead", "dataset__state", "purpose"))

    page = everything.get(f"/studies/?lead={build.BERLIN}").content.decode()

    assert "Study of running" in page
    assert f'<option value="{build.BERLIN}" selected>' in page
    assert '<option value="connected">connected</option>' in page
    assert "Study of running" not in everything.get("/studies/?dataset__state=removed").content.decode()


def test_filter_of_something_in_no_table_is_called_by_its_name(studies):
    class Kind(Study):
        list_filters: ClassVar[tuple[str, ...]] = ("leader",)

        class Meta:
            abstract = True

    one = listing.filter_of(Kind, name="leader", rows=Study.objects.annotate(leader=F("lead")))

    assert (one.label, [value for value, _words in one.choices]) == ("Leader", [build.BERLIN])


def test_filter_of_a_field_with_choices_offers_them_in_words(db):
    one = listing.filter_of(Letter, name="direction", rows=Letter.objects.all())

    assert (str(one.label), [(code, str(said)) for code, said in one.choices]) == (
        "direction",
        [("out", "sent"), ("in", "received")],
    )


def test_search_that_holds_nul_finds_nothing_and_breaks_nothing(studies, everything):
    assert everything.get("/studies/?q=%00").status_code == 200


def test_list_is_taken_away_with_what_was_chosen(studies, everything):
    rows = rows_of(everything.get("/studies/?state=running&as=csv"))

    assert rows[0] == ["Title", "Note", "State", "Changed"]
    assert [row[:3] for row in rows[1:]] == [["Study of running", "", "running"]]


def test_list_is_taken_away_as_a_spreadsheet(studies, everything):
    answer = everything.get("/studies/?as=xlsx")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet.max_row == 1 + len(State)


def test_list_is_taken_away_only_by_whoever_may_read_it(studies, signed_in):
    assert signed_in("signatory").get("/datasets/?as=csv").status_code == 403


def test_areas_say_more_of_their_lines_once_for_all(studies, everything, monkeypatch):
    asked = []

    def lines(records):
        asked.append(len(records))
        return {record.urn: {"note": f"said of {record.title}"} for record in records}

    monkeypatch.setattr("hansa.areas.studies.views.lines", lines, raising=False)

    page = everything.get("/studies/").content.decode()

    assert "said of Study of running" in page
    assert asked == [len(State)]


def test_whole_table_is_read_a_thousand_lines_at_a_time(db):
    sizes = []

    def lines(found):
        sizes.append(len(found))
        return [(one,) for one in found]

    assert len(list(listing.whole(Table(columns=("n",), found=range(2500), lines=lines)))) == 2500
    assert sizes == [1000, 1000, 500]


def test_list_asks_the_database_equally_often_however_much_there_is(studies, everything):
    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            everything.get(address)
        return len(captured)

    addresses = ("/studies/?q=study&state=running", "/studies/?as=csv", "/partners/?q=karolinska")
    before = [queries(address) for address in addresses]
    held = Agreement.objects.get()
    for _number in range(30):
        build.study(held, State.RUNNING)

    assert [queries(address) for address in addresses] == before


def test_kinds_are_searched_by_their_own_words(studies, everything):
    build.dataset("registry")

    assert "registry" in everything.get("/datasets/?q=regis").content.decode()
    assert Dataset.searched == ("name", "source")
    assert Partner.searched == ("name", "institution")
    assert "Adele" in everything.get("/people/?q=adele").content.decode()
