"""What happens at the click: done, wrong, refused, and what the page says each time."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from hansa.areas.studies.states import State
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, ApiToken, LedgerEntry, Letter, Partner, Person
from tests.web import house as build
from tests.web.conftest import PASSWORD
from tests.web.html import read


def test_form_says_what_happens_before_the_click(signed_in, house):
    client = signed_in("steward")
    study = house.studies[State.PROPOSED]

    page = read(client.get(f"/studies/{study.pk}/decline/"))

    assert "Every party learns the reason. The study ends for all of them." in page.texts
    assert "It is now: proposed. It will then be: declined." in page.texts
    assert "Every other party gets a signed letter about it." in page.texts


def test_click_does_it_tells_the_partners_and_writes_the_ledger(signed_in, house):
    client = signed_in("steward")
    study = house.studies[State.PROPOSED]

    answer = client.post(f"/studies/{study.pk}/decline/", {"reason": "The ethics vote names another protocol."})

    study.refresh_from_db()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/studies/{study.pk}/")
    assert study.state == State.DECLINED
    assert Letter.objects.filter(record=study.urn, kind="studies.declined").count() == 2
    assert LedgerEntry.objects.filter(body__contains=study.urn).count() == 1


def test_click_is_told_once_on_the_next_page(signed_in, house):
    client = signed_in("steward")
    study = house.studies[State.PROPOSED]
    client.post(f"/studies/{study.pk}/decline/", {"reason": "No."})

    first, second = (read(client.get(f"/studies/{study.pk}/")).texts for _time in range(2))

    assert ("Done: Decline the study." in first, "Done: Decline the study." in second) == (True, False)
    assert "Decline the study." in first


def test_click_without_what_is_needed_marks_the_field_and_changes_nothing(signed_in, house):
    client = signed_in("steward")
    study = house.studies[State.PROPOSED]

    answer = client.post(f"/studies/{study.pk}/decline/", {"reason": ""})

    study.refresh_from_db()
    page = read(answer)
    assert (answer.status_code, page.faults, study.state) == (400, [], State.PROPOSED)
    assert "This field is required." in page.texts
    assert 'aria-invalid="true"' in answer.content.decode()
    assert "id_reason_error" in page.references


def test_click_shows_what_the_action_finds_wrong_beside_its_field(signed_in, house):
    client = signed_in("investigator")

    answer = client.post("/studies/propose/", {"protocol": "hansa: study/1"})

    page = read(answer)
    assert (answer.status_code, page.faults) == (400, [])
    assert any("The key 'title' is missing." in text for text in page.texts)


def test_click_in_the_wrong_state_is_a_conflict_that_says_what_next(signed_in, house):
    client = signed_in("steward")
    study = house.studies[State.RELEASED]

    for answer in (client.get(f"/studies/{study.pk}/decline/"), client.post(f"/studies/{study.pk}/decline/")):
        page = read(answer)
        assert (answer.status_code, page.faults) == (409, [])
        assert "This cannot be done now" in page.texts
        assert "What to do next" in page.texts
        assert "Nothing was changed." in page.texts


def test_click_without_the_role_is_forbidden(signed_in, house):
    client = signed_in("auditor")
    study = house.studies[State.PROPOSED]

    for answer in (client.get(f"/studies/{study.pk}/decline/"), client.post(f"/studies/{study.pk}/decline/")):
        page = read(answer)
        assert (answer.status_code, page.faults) == (403, [])
        assert "Your role does not allow this" in page.texts


def test_click_under_a_lapsed_memorandum_is_forbidden_and_cites_it(signed_in, house):
    client = signed_in("steward")
    study = house.studies[State.PROPOSED]
    with build.given():
        house.agreement.state = Agreement.State.ENDED
        house.agreement.save()

    answer = client.get(f"/studies/{study.pk}/approve/")

    page = read(answer)
    assert (answer.status_code, page.faults) == (403, [])
    assert "The memorandum does not permit this" in page.texts


def test_click_that_the_action_itself_refuses_is_a_conflict(signed_in, house):
    client = signed_in("administrator")

    answer = client.post(f"/people/{client.person.pk}/disable/")

    page = read(answer)
    assert (answer.status_code, page.faults) == (409, [])
    assert "This is the only administrator of this node." in page.texts


def test_click_needs_a_form_from_this_node(person, house):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("steward"))

    answer = client.post(f"/studies/{house.studies[State.PROPOSED].pk}/decline/", {"reason": "No."})

    page = read(answer)
    assert (answer.status_code, page.faults) == (403, [])
    assert any(text.startswith("The form does not come from a page") for text in page.texts)


def test_buttons_are_those_that_can_be_used_now(signed_in, house):
    client = signed_in("steward", "coordinator")

    released = client.get(f"/studies/{house.studies[State.RELEASED].pk}/").content.decode()
    proposed = client.get(f"/studies/{house.studies[State.PROPOSED].pk}/").content.decode()

    assert '<ul class="buttons">' not in released
    row = proposed.split('<ul class="buttons">')[1].split("</ul>")[0]
    verbs = [part.partition('/"')[0].rpartition("/")[2] for part in row.split("<li>")]
    assert verbs[1:] == ["approve", "decline", "withdraw"]


def test_signatory_chooses_the_office_that_the_memorandum_names(signed_in, house):
    offered = build.agreement(signed=(build.INSTITUTET,), document={"version": 2, "previous": house.agreement.hash})
    client = signed_in("signatory")

    page = client.get(f"/agreements/{offered.pk}/sign/").content.decode()
    client.post(f"/agreements/{offered.pk}/sign/", {"office": "Chair of the Executive Board"})

    offered.refresh_from_db()
    assert "Chair of the Executive Board (statute)" in page
    assert set(offered.signatures) == {build.BERLIN, build.INSTITUTET}


def test_coordinator_starts_a_new_version_from_the_one_in_force(signed_in, house):
    client = signed_in("coordinator")

    page = client.get(f"/agreements/{house.agreement.pk}/").content.decode()
    form = client.get(f"/agreements/amend/?version={house.agreement.hash}").content.decode()

    assert "Draft a new version" in page
    assert f'<option value="{house.agreement.hash}" selected>' in form


def test_administrator_adds_a_person_who_can_sign_in(signed_in, client):
    signed_in("administrator")
    given = {"username": "bo", "name": "Bo", "password": PASSWORD, "roles": ["steward"], "language": "sv"}

    answer = client.post("/people/add/", given)

    assert Person.objects.get(username="bo").roles == ["steward"]
    assert answer.headers["Location"] == f"/people/{Person.objects.get(username='bo').pk}/"


def test_changing_roles_starts_from_those_that_someone_has(signed_in, person):
    client = signed_in("administrator")
    other = person("steward")

    page = client.get(f"/people/{other.pk}/change_roles/").content.decode()

    ticked = [part for part in page.split("<input") if "checked" in part]
    assert len(ticked) == 1
    assert 'value="steward"' in ticked[0]


def test_changing_the_password_keeps_this_session(signed_in):
    client = signed_in("steward")
    given = {"old": PASSWORD, "password": "three towers over the Trave"}

    answer = client.post(f"/people/{client.person.pk}/change_password/", given, follow=True)

    assert (answer.status_code, answer.wsgi_request.user.pk) == (200, client.person.pk)


def test_token_is_shown_once(signed_in):
    client = signed_in("investigator")

    made = client.post("/tokens/create/", {"name": "notebook", "scopes": ["studies.read"], "days": "30"})

    token = ApiToken.objects.get()
    later = client.get(f"/tokens/{token.pk}/").content.decode()
    secret = made.content.decode().partition('<p class="fingerprint">')[2].partition("<")[0]
    assert (made.status_code, secret.startswith("hansa_"), read(made).faults) == (200, True, [])
    assert secret not in later
    assert "Read the studies" in later


def test_partner_is_known_after_the_fingerprint_was_typed(signed_in, house):
    partner = house.partners[0]
    with build.given():
        partner.state = Partner.State.INTRODUCED
        partner.save()
    client = signed_in("administrator")

    wrong = client.post(f"/partners/{partner.pk}/confirm/", {"fingerprint": "AAAA-BBBB"})
    right = client.post(f"/partners/{partner.pk}/confirm/", {"fingerprint": partner.fingerprint})

    partner.refresh_from_db()
    assert (wrong.status_code, right.status_code, partner.state) == (400, 302, Partner.State.KNOWN)


def test_partners_page_shows_what_the_other_side_compares(signed_in, house):
    client = signed_in("administrator")

    page = read(client.get("/partners/"))

    assert own().identity.fingerprint in page.texts


@pytest.mark.parametrize("verb", ["propose", "nothing"])
def test_action_of_another_shape_is_no_page(everything, house, verb):
    study = house.studies[State.PROPOSED]

    answer = everything.get(f"/studies/{study.pk}/{verb}/")

    assert answer.status_code in {404, 409}


def test_waiting_letters_are_tried_again_when_somebody_asks(signed_in, house):
    partner = house.partners[0]
    later = timezone.now() + timedelta(hours=1)
    row = build.letter("", state=Letter.State.WAITING, partner=partner.institution, next_at=later)
    other = build.letter("", state=Letter.State.WAITING, partner=house.partners[1].institution, next_at=later)
    client = signed_in("coordinator")

    answer = client.post(f"/partners/{partner.pk}/send/", follow=True)

    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.next_at <= timezone.now(), other.next_at) == (True, later)
    assert "1 letter is tried again now." in read(answer).texts


def test_bundle_proves_a_released_study_to_whoever_may_see_it(signed_in, house):
    client = signed_in("investigator")

    released = client.get(f"/studies/{house.studies[State.RELEASED].pk}/bundle/")
    review = client.get(f"/studies/{house.studies[State.REVIEW].pk}/bundle/")
    data = client.get(f"/datasets/{house.data.pk}/bundle/")

    assert released.headers["Content-Disposition"].endswith('.bundle.json"')
    assert house.studies[State.RELEASED].urn in released.content.decode()
    assert (review.status_code, data.status_code) == (404, 404)
