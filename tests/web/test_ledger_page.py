from hansa.areas.studies.states import State
from hansa.kernel import ledger
from hansa.kernel.accounts import begin
from tests.web import house as build
from tests.web.conftest import PASSWORD
from tests.web.html import read


def test_ledger_tells_entries_in_words(signed_in, house):
    client = signed_in("steward")
    study = house.studies[State.PROPOSED]
    client.post(f"/studies/{study.pk}/decline/", {"reason": "No."})

    page = read(client.get("/ledger/"))

    assert "Decline the study." in page.texts
    assert ": proposed → declined" in page.texts
    assert "2 letters" in " ".join(page.texts)


def test_ledger_is_checked_on_request(client, db):
    # Made by a real action, so that the ledger tells of every record there is.
    client.force_login(begin(username="ada", name="Ada", password=PASSWORD))

    before, after = client.get("/ledger/"), client.post("/ledger/")

    assert "Not checked on this page yet." in " ".join(read(before).texts)
    assert "The ledger holds." in read(after).texts
    assert read(after).faults == []


def test_ledger_names_what_does_not_hold(signed_in, house, monkeypatch):
    client = signed_in("auditor")
    # A real rewritten ledger is tried in tests/kernel/test_ledger.py; here only the page matters.
    monkeypatch.setattr(ledger, "verify", lambda: ["Entry 3 was changed after it was written."])

    page = read(client.post("/ledger/"))

    assert "Entry 3 was changed after it was written." in page.texts
    assert "The ledger does not hold." in page.texts


def test_ledger_shows_who_cosigned_it(signed_in, house):
    build.cosignature(build.INSTITUTET, size=4)
    client = signed_in("auditor")

    page = read(client.get("/ledger/"))

    assert "Karolinska Institutet" in page.texts
    assert page.faults == []


def test_ledger_goes_on_over_pages(signed_in, house):
    client = signed_in("steward")
    for language in ("de", "sv", "en") * 18:
        client.post("/language/", {"language": language})

    first, second = (read(client.get(f"/ledger/?page={number}")) for number in (1, 2))

    assert "page 1 of 2" in first.texts
    assert "page 2 of 2" in second.texts
    assert (first.faults, second.faults) == ([], [])
