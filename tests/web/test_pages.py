"""Every page, for every role, in every language: deny by default, and readable by everybody."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hansa.areas.studies.states import State
from hansa.kernel.agreement_pdf import extract
from hansa.kernel.people import ROLES
from hansa.web import translations
from hansa.web.views import errors
from tests.web import house as build
from tests.web.html import read

LANGUAGES = ("en", "de", "sv")


def addresses(house, person=None):
    """Return the address of every page of the house."""
    studies = [f"/studies/{study.pk}/" for study in house.studies.values()]
    forms = [f"/studies/{house.studies[State.PROPOSED].pk}/{verb}/" for verb in ("approve", "decline", "withdraw")]
    own = [f"/people/{person.pk}/", f"/people/{person.pk}/change_password/"] if person else []
    return [
        "/",
        "/agreements/",
        f"/agreements/{house.agreement.pk}/",
        f"/agreements/{house.agreement.pk}/suspend/",
        "/agreements/draft/",
        "/agreements/amend/",
        "/partners/",
        f"/partners/{house.partners[0].pk}/",
        "/partners/accept/",
        "/people/",
        "/people/add/",
        "/tokens/",
        "/tokens/create/",
        "/datasets/",
        f"/datasets/{house.data.pk}/",
        "/datasets/add/",
        "/studies/",
        "/studies/propose/",
        "/ledger/",
        *studies,
        *forms,
        *own,
    ]


def test_pages_ask_a_stranger_to_sign_in(client, house):
    for address in addresses(house):
        answer = client.get(address)

        assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={address}")


def test_pages_show_nothing_to_someone_without_a_role(signed_in, house):
    client = signed_in()

    answers = {address: client.get(address).status_code for address in addresses(house)}

    assert set(answers.values()) == {403}


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_whole_and_accessible(everything, house, language):
    client = everything
    client.post("/language/", {"language": language, "next": "/"})

    for address in addresses(house, client.person):
        answer = client.get(address)

        page = read(answer)
        assert (address, answer.status_code, page.faults, page.language) == (address, 200, [], language)


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_pages_leave_no_text_in_english(everything, house, language):
    entries = translations.read(translations.catalogue(language)).values()
    translated = {entry.text.id.replace("%%", "%") for entry in entries if entry.said != [entry.text.id]}
    everything.post("/language/", {"language": language, "next": "/"})

    for address in addresses(house, everything.person):
        page = read(everything.get(address))

        # What the protocol and the labels of its numbers say stays in the words of those who wrote them.
        left = [text for text in page.texts if text in translated and text not in OWN_WORDS]
        assert (address, left) == (address, [])


# Levels, units and names that the protocol of the example writes.
OWN_WORDS = {"English", "time", "persons", "sites", "p", "Text", "Name", "Term", "Code", "Partner", "age", "no", "yes"}
READABLE = {
    "administrator": {"/", "/agreements/", "/partners/", "/people/", "/tokens/", "/studies/", "/ledger/"},
    "signatory": {"/", "/agreements/", "/partners/", "/people/", "/tokens/", "/studies/", "/ledger/"},
    "steward": {"/", "/agreements/", "/partners/", "/people/", "/tokens/", "/studies/", "/ledger/", "/datasets/"},
    "investigator": {"/", "/agreements/", "/partners/", "/people/", "/tokens/", "/studies/", "/ledger/", "/datasets/"},
    "coordinator": {"/", "/agreements/", "/partners/", "/people/", "/tokens/", "/studies/", "/ledger/"},
    "auditor": {"/", "/agreements/", "/partners/", "/people/", "/tokens/", "/studies/", "/ledger/", "/datasets/"},
}


@pytest.mark.parametrize("role", READABLE)
def test_lists_are_open_to_exactly_the_roles_that_may_read_them(signed_in, house, role):
    client = signed_in(role)
    lists = ["/", "/agreements/", "/partners/", "/people/", "/tokens/", "/studies/", "/datasets/", "/ledger/"]

    answers = {address: client.get(address).status_code for address in lists}

    expected = {address: 200 if address in READABLE[role] else 403 for address in lists}
    assert answers == expected


@pytest.mark.parametrize("role", [role.name for role in ROLES])
def test_menu_leads_only_where_the_person_may_go(signed_in, house, role):
    client = signed_in(role)

    page = client.get("/").content.decode()

    links = [part.partition('"')[0] for part in page.split('<nav class="menu"')[1].split('href="')[1:8]]
    menu = [link for link in links if link.startswith("/") and link.count("/") <= 2]
    assert {client.get(link, follow=True).status_code for link in menu} == {200}


def test_people_see_only_themselves_without_the_permission(signed_in, house, person):
    other = person("steward", name="Somebody Else")
    client = signed_in("investigator")

    page = client.get("/people/").content.decode()

    assert ("Somebody Else" in page, client.person.name in page) == (False, True)
    assert client.get(f"/people/{other.pk}/").status_code == 404


def test_result_is_hidden_from_investigators_until_it_is_released(signed_in, house):
    client = signed_in("investigator")

    review = client.get(f"/studies/{house.studies[State.REVIEW].pk}/").content.decode()
    released = client.get(f"/studies/{house.studies[State.RELEASED].pk}/").content.decode()

    assert ("Survival curves:" in review, "Survival curves:" in released) == (False, True)


def test_study_shows_what_leaves_the_hospital_number_by_number(signed_in, house):
    client = signed_in("steward")

    proposed = read(client.get(f"/studies/{house.studies[State.PROPOSED].pk}/"))
    running = read(client.get(f"/studies/{house.studies[State.RUNNING].pk}/"))

    assert "events (horTh yes), time 60" in proposed.texts
    assert "Survival curves (Kaplan-Meier), survival" in " ".join(proposed.texts)
    assert "· round 1 (2 numbers)" in " ".join(running.texts)
    assert "sum of age" in running.texts


def test_study_says_for_whom_it_waits(signed_in, house):
    client = signed_in("investigator")

    running = read(client.get(f"/studies/{house.studies[State.RUNNING].pk}/"))

    assert "Waits for Karolinska Institutet, Karolinska University Hospital" in running.texts


def test_memorandum_is_shown_in_the_readers_language(signed_in, house):
    client = signed_in("auditor", language="sv")

    page = read(client.get(f"/agreements/{house.agreement.pk}/"))

    assert "Samförståndsavtal om samarbete inom medicin och hälsa" in page.texts
    assert "Minst 3 institutioner bidrar." in page.texts


def test_memorandum_counts_its_signatures(signed_in, house):
    offered = build.agreement(signed=(build.INSTITUTET,), document={"version": 2, "previous": house.agreement.hash})
    client = signed_in("signatory")

    page = read(client.get(f"/agreements/{offered.pk}/"))

    assert "1 of 3 parties have signed." in page.texts
    assert [text for text in page.texts if text in ("verified", "not signed yet")] == [
        "not signed yet",
        "verified",
        "not signed yet",
    ]


def test_memorandum_comes_as_a_pdf_with_the_document_inside(signed_in, house):
    client = signed_in("auditor", language="de")

    answer = client.get(f"/agreements/{house.agreement.pk}/pdf/")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="memorandum-1-de.pdf"'
    assert extract(answer.content) == house.agreement.document


def test_home_tells_a_steward_what_to_decide(signed_in, house):
    client = signed_in("steward")

    page = read(client.get("/"))

    assert "2 matters wait for you." in page.texts
    assert "Look at what would leave this hospital, then approve or decline. ·" in page.texts


def test_home_tells_a_signatory_what_to_sign_and_an_administrator_whom_to_confirm(signed_in, house):
    build.agreement(signed=(build.INSTITUTET,), document={"version": 2, "previous": house.agreement.hash})
    partner = house.partners[0]
    with build.given():
        partner.state = partner.State.CHANGED
        partner.save()
    client = signed_in("signatory", "administrator")

    page = read(client.get("/"))

    assert "2 matters wait for you." in page.texts
    assert "Read it and sign it, or decline it with a reason. ·" in page.texts
    assert "Compare the fingerprint by telephone, then confirm it. ·" in page.texts


def test_home_tells_what_went_wrong_and_with_whom(signed_in, house):
    study = house.studies[State.RUNNING]
    build.letter(study.urn, state="refused", reason="No clause permits it.", remedy="Amend clause 4.1.")
    build.failed_job(study.urn)
    alarmed, silent = house.partners
    with build.given():
        alarmed.alarm = "It shrank from 9 to 4 entries."
        alarmed.save()
        silent.trouble = "It does not answer."
        silent.save()
    client = signed_in("coordinator")

    page = read(client.get("/"))

    assert "Study proposed, to Karolinska Institutet" in page.texts
    assert "No clause permits it. Amend clause 4.1. ·" in page.texts
    assert "Adding the contributions" in page.texts
    assert f"The ledger of {alarmed.name} did not only grow." in page.texts
    assert f"{silent.name} cannot be reached." in page.texts


@pytest.mark.parametrize("address", ["/nothing/", "/studies/00000000-0000-0000-0000-000000000000/", "/a/b/c/d/"])
def test_absent_pages_say_so_inside_the_frame(everything, house, address):
    answer = everything.get(address)

    page = read(answer)
    assert (answer.status_code, page.faults) == (404, [])
    assert "There is no such page" in page.texts


def test_absent_verbs_are_no_pages(everything, house):
    study = house.studies[State.PROPOSED]

    assert everything.get(f"/studies/{study.pk}/destroy/").status_code == 404


def test_pages_ask_the_database_equally_often_however_much_there_is(everything, house):
    def queries(address):
        with CaptureQueriesContext(connection) as captured:
            everything.get(address)
        return len(captured)

    study = house.studies[State.RELEASED]
    paths = [
        "/",
        "/studies/",
        "/agreements/",
        "/partners/",
        "/people/",
        "/ledger/",
        "/datasets/",
        f"/studies/{study.pk}/",
    ]
    before = {path: queries(path) for path in paths}
    for state in State:
        build.run_round(build.study(house.agreement, state))
    for number in range(2, 6):
        build.run_round(study, number=number)
        build.letter(study.urn)
        build.letter(study.urn, state="refused", reason="No.")
        build.failed_job(study.urn)
        build.dataset(f"more{number}")

    after = {path: queries(path) for path in paths}

    assert after == before


def test_every_place_of_the_menu_is_marked_on_its_own_page(everything, house):
    page = everything.get(reverse("ledger")).content.decode()

    assert page.count('aria-current="page"') == 1
    assert '<a href="/ledger/" aria-current="page">Ledger</a>' in page


def test_page_of_a_failure_asks_nothing_of_the_database(rf):
    answer = errors.broken(rf.get("/"))

    page = read(answer)
    assert (answer.status_code, page.faults) == (500, [])
    assert "This node made a mistake" in page.texts


def test_page_of_a_malformed_request_says_so(rf, db):
    answer = errors.wrong(rf.get("/"))

    page = read(answer)
    assert (answer.status_code, page.faults) == (400, [])
    assert "This was not understood" in page.texts
