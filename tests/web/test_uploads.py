"""Files on the pages: chosen in a form, shown with their record, handed out to whoever may see it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import RequestFactory

from hansa.kernel.models import File
from hansa.web.security import SecurityMiddleware, StrangersMiddleware
from tests.uploads import JPEG, PNG, attaching

MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def _attaching():
    with attaching():
        yield


def file(name="scan.png", content=PNG):
    return SimpleUploadedFile(name, content, content_type="text/html")


def test_form_with_a_file_is_sent_in_parts_and_says_what_is_taken(house, everything):
    page = everything.get(f"/datasets/{house.data.pk}/attach/").content.decode()

    assert 'enctype="multipart/form-data"' in page
    assert 'type="file"' in page
    assert 'accept=".pdf,.png,.jpg,.jpeg,.xlsx,.docx"' in page
    assert page.count(" multiple") == 1


def test_form_without_a_file_stays_as_it_was(house, everything):
    assert "multipart" not in everything.get(f"/datasets/{house.data.pk}/remove/").content.decode()


def test_files_are_kept_and_shown_with_their_record(house, everything):
    given = {"document": file(), "more": [file("a.jpg", JPEG), file("b.jpg", JPEG + b"x")], "note": ""}

    answer = everything.post(f"/datasets/{house.data.pk}/attach/", given, follow=True)

    assert [kept.media_type for kept in File.objects.all()] == ["image/png", "image/jpeg", "image/jpeg"]
    page = answer.content.decode()
    assert f"/datasets/{house.data.pk}/files/{File.objects.first().digest}/" in page
    assert "scan.png" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "This field is required."),
        ({"document": file(content=b"")}, "The submitted file is empty."),
        ({"document": file("a.pdf")}, "The file is not what the end of its name says."),
        ({"document": file(), "more": file("a.png", b"MZ")}, "This is no PDF, PNG, JPEG, XLSX or DOCX."),
    ],
)
def test_file_that_is_not_taken_is_refused_beside_its_field(house, everything, given, said):
    answer = everything.post(f"/datasets/{house.data.pk}/attach/", given)

    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert File.objects.count() == 0


def test_file_is_handed_out_to_be_kept_and_never_run(house, everything):
    everything.post(f"/datasets/{house.data.pk}/attach/", {"document": file("Zeugnis å.png")})
    address = f"/datasets/{house.data.pk}/files/{File.objects.get().digest}/"

    answer = everything.get(address)

    assert answer.content == PNG
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''Zeugnis%20%C3%A5.png"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_file_is_absent_for_whoever_may_not_see_its_record(house, everything, client, person):
    everything.post(f"/datasets/{house.data.pk}/attach/", {"document": file()})
    address = f"/datasets/{house.data.pk}/files/{File.objects.get().digest}/"
    client.logout()

    assert client.get(address).status_code == 302
    client.force_login(person("signatory"))
    assert client.get(address).status_code == 404


def test_file_that_is_not_there_is_absent(house, everything):
    assert everything.get(f"/datasets/{house.data.pk}/files/{'0' * 64}/").status_code == 404
    agreement = f"/agreements/{house.agreement.pk}/files/{'0' * 64}/"
    assert everything.get(agreement).status_code == 404


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/datasets/1/attach/", 6 * MIB, 200),
        ("/datasets/1/attach/", 6 * MIB + 1, 413),
        ("/api/datasets/1/attach", 8 * MIB, 200),
        ("/api/datasets/1/attach", 8 * MIB + 1, 413),
        ("/datasets/1/remove/", MIB + 1, 413),
        ("/datasets/", MIB + 1, 413),
    ],
)
def test_body_may_be_larger_only_where_a_file_is_taken(path, length, status):
    request = RequestFactory().post(path, "", content_type="text/plain", CONTENT_LENGTH=str(length))

    assert SecurityMiddleware(lambda _request: HttpResponse("read"))(request).status_code == status


def test_large_body_of_a_stranger_is_refused_before_it_is_read(house, client):
    answer = client.post(f"/datasets/{house.data.pk}/attach/", {"document": file(content=PNG + b"0" * MIB)})

    assert answer.status_code == 403
    assert "Sign in, then send it again." in answer.content.decode()


def test_large_body_is_left_to_the_api_where_a_token_is_shown_and_to_the_door_of_letters(db):
    def status(path, **more):
        request = RequestFactory().post(path, "", content_type="text/plain", CONTENT_LENGTH=str(2 * MIB), **more)
        request.user = type("Nobody", (), {"is_authenticated": False})()
        return StrangersMiddleware(lambda _request: HttpResponse("read"))(request).status_code

    assert status("/api/datasets/1/attach") == 403
    assert status("/api/datasets/1/attach", HTTP_AUTHORIZATION="Bearer x") == 200
    assert status("/datasets/1/attach/", HTTP_AUTHORIZATION="Bearer x") == 403
    assert status("/letters/") == 200


def test_large_file_of_somebody_who_is_signed_in_is_taken(house, everything):
    answer = everything.post(f"/datasets/{house.data.pk}/attach/", {"document": file(content=PNG + b"0" * 4 * MIB)})

    assert answer.status_code == 302
    assert File.objects.get().size == len(PNG) + 4 * MIB
