"""The pages of exchange, for every role: deny by default, readable by everybody, equally fast however much there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hansa.areas.exchange.states import MobilityState
from hansa.kernel.people import ROLES
from tests.web import abroad
from tests.web.html import read

ALL = tuple(role.name for role in ROLES)
OWN = ("mobilities", "plans", "checks", "applications")
READABLE = {
    "officer": set(abroad.LISTS),
    "department": {"mobilities", "plans", "checks", "offers"},
    "participant": {*OWN, "calls", "offers"},
    "coordinator": {"mobilities", "offers", "calls", "iias", "messages"},
    "signatory": {"iias"},
    "auditor": {"mobilities", "iias", "messages"},
    "steward": set(),
}


@pytest.fixture
def exchange(house, signed_in):
    """Return a browser of someone with every role, in a house with all that exchange has."""
    client = signed_in(*ALL)
    client.made = abroad.fill(house.agreement, client.person)
    return client


@pytest.mark.parametrize("language", ["en", "de", "sv"])
def test_pages_are_whole_and_accessible(exchange, language):
    exchange.post("/language/", {"language": language, "next": "/"})

    found = {address: exchange.get(address) for address in ("/", *abroad.addresses(exchange.made))}

    wrong = {
        address: (answer.status_code, page.faults, page.language)
        for address, answer in found.items()
        if (page := read(answer)) and (answer.status_code, page.faults, page.language) != (200, [], language)
    }
    assert wrong == {}


def test_pages_show_nothing_to_someone_without_a_role(exchange, client, person):
    client.force_login(person())

    answers = {client.get(address).status_code for address in abroad.addresses(exchange.made)}

    assert answers == {403}


@pytest.mark.parametrize("role", READABLE)
def test_lists_are_open_to_exactly_the_roles_that_may_read_them(exchange, client, person, role):
    client.force_login(person(role))

    answers = {noun for noun in abroad.LISTS if client.get(f"/{noun}/").status_code == 200}

    assert answers == READABLE[role]


@pytest.mark.parametrize("role", READABLE)
def test_pages_open_to_exactly_the_roles_that_may_read_them(exchange, client, person, role):
    client.force_login(person(role))

    pages = [address for address in abroad.details(exchange.made) if address.split("/")[1] in READABLE[role]]
    absent = {address for address in pages if client.get(address).status_code != 200}

    # A participant without a stay of their own finds nothing but what is for everybody.
    theirs = {address for address in pages if address.split("/")[1] in OWN}
    assert absent == (theirs if role == "participant" else set())


def test_participants_see_their_own_things_and_no_names_of_others(exchange, client, person):
    client.force_login(person("participant"))

    pages = [client.get(address) for address in ("/", *abroad.addresses(exchange.made))]

    assert not [page.wsgi_request.path for page in pages if "Muster" in page.content.decode()]
    assert {page.status_code for page in pages} <= {200, 403, 404}


def test_participant_sees_every_own_stay_with_its_papers(exchange, client, person):
    other = person("participant")
    mine = [row for (_state, outgoing), row in exchange.made.stays.items() if outgoing]
    client.force_login(exchange.person)
    late = exchange.made.stays[MobilityState.RECOGNISED, True]

    page = client.get(f"/mobilities/{late.pk}/").content.decode()
    client.force_login(other)

    assert {client.get(f"/mobilities/{row.pk}/").status_code for row in mine} == {404}
    assert {"credential.json", "credential.jwt", "credential.svg", "transcript.elmo.xml"} <= {
        part.partition("<")[0] for part in page.split('<p class="card-note">')
    }


def test_department_sees_who_comes_and_what_waits(exchange, client, person):
    client.force_login(person("department"))

    home = read(client.get("/"))

    assert "Look who is nominated, then accept or reject. studies, 2020/2021 ·" in home.texts
    assert "Issue the transcript. studies, 2026/2027 ·" in home.texts


def test_form_says_before_the_click_who_hears_of_it(exchange):
    made = exchange.made
    nominated = exchange.get(f"/mobilities/{made.stays[MobilityState.NOMINATED, False].pk}/accept/")
    report = exchange.get(f"/mobilities/{made.stays[MobilityState.DEPARTED, True].pk}/report/")

    assert "Karolinska Institutet gets a signed letter about it." in read(nominated).texts
    assert "Nothing leaves this house." in read(report).texts


def test_wishes_are_asked_for_in_order(exchange):
    page = exchange.get(f"/applications/apply/?call={exchange.made.calls[0].pk}").content.decode()

    assert page.count('<select name="wishes"') == 1
    assert '<label class="choice" for="id_wishes_0">1. ' in page


def test_agreement_shows_what_differs_first_and_what_stands_in_the_way(exchange):
    different, alike = (exchange.get(f"/iias/{row.pk}/").content.decode() for row in exchange.made.iias)

    assert "What stands in the way of an approval" in different
    assert different.index("Where the copies differ") < different.index("What is the same in both")
    assert "Versions of our copy" in different
    assert ("Both copies say the same." in alike, "What stands in the way" in alike) == (True, False)


def test_pages_ask_the_database_equally_often_however_much_there_is(exchange, house):
    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            assert exchange.get(address).status_code == 200
        return len(captured)

    paths = ["/", *(f"/{noun}/" for noun in abroad.LISTS), *abroad.OVERVIEWS, *abroad.details(exchange.made)]
    before = {path: queries(path) for path in paths}
    for number, state in enumerate(MobilityState):
        more = abroad.stay(house.agreement, state, outgoing=True, person=exchange.person, number=number)
        abroad.stay(house.agreement, state, outgoing=False, number=number)
        abroad.plan(more, 1, state="signed")
        abroad.put(abroad.Check(mobility=more, kind="licence", state="submitted"))
        abroad.put(abroad.Message(partner="ki.se", kind="iia-cnr", subject=str(number), state="failed"))
    abroad.call(house.agreement)
    abroad.iia(title="One more")

    after = {path: queries(path) for path in paths}

    assert after == before


def test_list_of_plans_begins_with_what_changed_last(exchange):
    page = exchange.get("/plans/").content.decode()

    assert 0 < page.index("Version 2: Anna Muster") < page.index("Version 1: Anna Muster")
