"""Pages of areas: their frame, filters, tables, and what may be taken away of them."""

import csv
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hansa.web import waiting
from tests.conftest import given
from tests.web import house as build
from tests.web.html import read


@pytest.fixture
def auditor(sample_area, signed_in):
    build.partners()
    return signed_in("auditor")


def test_page_shows_its_tables_inside_the_frame(auditor):
    answer = auditor.get("/ferries/crossings/")

    page = read(answer)
    assert (answer.status_code, page.faults) == (200, [])
    assert {"Crossings", "All crossings.", "Port", "Who sails with us", "Only ferries."} <= set(page.texts)
    assert {"Karolinska Institutet", "page 1 of 3"} <= set(page.texts)
    assert '<td><a href="/ledger/">Visby</a></td><td class="number">1</td>' in answer.content.decode()


def test_page_without_lines_says_so(auditor):
    page = read(auditor.get("/ferries/nothing/"))

    assert "There is nothing here." in page.texts


def test_page_keeps_what_was_chosen_when_it_is_turned(auditor):
    page = auditor.get("/ferries/crossings/?port=Visby").content.decode()
    second = auditor.get("/ferries/crossings/?page=2").content.decode()

    assert '<option value="Visby" selected>' in page
    assert ("Lübeck</a>" in page, "Visby</a>" in page) == (False, True)
    assert 'href="?page=3" rel="next"' in second
    assert 'href="?port=Visby&amp;as=csv&amp;table=0"' in page


def test_second_table_is_turned_by_itself(auditor):
    for number in range(60):
        with given():
            build.Partner(
                institution=f"https://ror.org/{number}", name=f"Port {number:02}", state="known", identity={}
            ).save()

    page = auditor.get("/ferries/crossings/?page=2&page2=2").content.decode()

    assert 'href="?page=2&amp;page2=1" rel="prev"' in page
    assert 'href="?page=3&amp;page2=2" rel="next"' in page


def test_page_needs_the_permission_that_it_names(auditor, client, person):
    assert auditor.get("/ferries/secrets/").status_code == 403
    client.force_login(person())
    assert client.get("/ferries/crossings/").status_code == 403
    client.logout()
    assert client.get("/ferries/crossings/").status_code == 302


def test_page_that_no_area_has_is_absent(auditor):
    assert auditor.get("/ferries/sunken/").status_code == 404


def test_table_is_taken_away_as_csv(auditor):
    answer = auditor.get("/ferries/crossings/?port=Riga&as=csv")

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[:2] == [["Port", "Number", "Cargo"], ["Riga", "1", "'=1+1"]]
    assert len(rows) == 31
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ferries-crossings.csv"'


def test_second_table_is_taken_away_as_xlsx(auditor):
    answer = auditor.get("/ferries/crossings/?as=xlsx&table=1")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == [
        "Partner",
        "Karolinska Institutet",
        "Karolinska University Hospital",
    ]


@pytest.mark.parametrize("query", ["as=pdf", "as=csv&table=9", "as=csv&table=x"])
def test_file_that_is_not_offered_is_the_page(auditor, query):
    answer = auditor.get(f"/ferries/crossings/?{query}")

    assert (answer.status_code, "Content-Disposition" in answer.headers) == (200, False)


def test_table_too_long_for_a_file_is_refused_with_a_remedy(auditor, monkeypatch):
    monkeypatch.setattr("hansa.web.sheets.MOST_ROWS", 100)

    answer = auditor.get("/ferries/crossings/?as=csv")

    assert answer.status_code == 409
    assert "This table has more than 100 lines." in answer.content.decode()


def test_menu_groups_the_places_of_each_area(auditor):
    page = auditor.get("/ferries/crossings/").content.decode()
    menu = page.partition('<nav class="menu"')[2].partition("</nav>")[0]

    kernel, *groups = menu.split("<details")
    titles = [group.partition("<summary>")[2].partition("<")[0] for group in groups]
    assert dict(zip(titles, groups, strict=True)).keys() == {"Joint studies", "Exchange", "Ferries"}
    ferries = groups[titles.index("Ferries")]
    assert ferries.startswith(' name="area" open>')
    assert '<a href="/ferries/crossings/" aria-current="page">Crossings</a>' in ferries
    assert ">Timetable</a>" in ferries
    assert "nothing" not in ferries
    assert "Secret" not in ferries
    assert ("/studies/" in kernel, "/partners/" in kernel) == (False, True)


def test_menu_leaves_out_areas_without_a_place_for_the_person(sample_area, signed_in, monkeypatch):
    monkeypatch.setattr("tests.sample_area.views.places", lambda person: [])

    page = signed_in().get("/login/").content.decode()

    assert "Ferries" not in page


def test_count_of_the_menu_asks_the_area_only_for_a_number(auditor):
    assert waiting.count(auditor.person) == 7
    assert '<span class="count">7<' in auditor.get("/ledger/").content.decode()


def test_home_counts_what_it_shows_without_asking_again(house, everything, monkeypatch):
    asked = []
    monkeypatch.setattr("hansa.web.waiting.count", asked.append)

    page = everything.get("/").content.decode()

    assert asked == []
    assert '<span class="count">3<' in page


def test_page_asks_the_database_equally_often_however_much_there_is(auditor):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            auditor.get("/ferries/crossings/")
        return len(captured)

    before = queries()
    for number in range(30):
        with given():
            build.Partner(
                institution=f"https://ror.org/{number}", name=f"Port {number:02}", state="known", identity={}
            ).save()

    assert queries() == before
