import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import xml
from hansa.lib.ewp.answers import (
    AnswerError,
    ErrorResponse,
    UserMessage,
    check_method,
    check_type,
    error_of,
    read_error,
    success_message,
    write_error,
)
from tests.lib.ewp.schemas import validate

SAID = ErrorResponse("hei_id: this parameter is missing.", (UserMessage("Fehlt.", "de"), UserMessage("Missing.")))


def test_error_comes_back_from_its_document():
    assert read_error(write_error(SAID)) == SAID
    assert read_error(write_error(ErrorResponse("Only this."))) == ErrorResponse("Only this.")


def test_error_document_follows_the_schema():
    validate(write_error(SAID))


def test_error_of_ours_says_message_and_remedy():
    error = InvalidError("This is wrong.", "Do that.")

    assert error_of(error, user_messages=(UserMessage("Hm."),)) == ErrorResponse(
        "This is wrong. Do that.", (UserMessage("Hm."),)
    )


@pytest.mark.parametrize("data", [b"<html><body>502</body></html>", b"Bad gateway", b"", b"<!DOCTYPE a><a/>"])
def test_read_error_is_none_where_a_partner_answers_otherwise(data):
    assert read_error(data) is None


def test_read_error_bounds_what_people_have_to_read():
    found = read_error(write_error(ErrorResponse("x" * 5000, (UserMessage(""),))))

    assert found == ErrorResponse("x" * 2000, (UserMessage(""),))


def test_message_for_the_user_is_in_the_language_asked_for():
    assert SAID.for_user("DE") == "Fehlt."
    assert SAID.for_user("sv") == "Fehlt."
    assert ErrorResponse("Only this.").for_user("sv") == "Only this."


def test_success_message_carries_its_language():
    assert b'xml:lang="en">Done.<' in xml.write(success_message("Done.", language="en"))


def test_check_method_says_405():
    check_method("post")

    with pytest.raises(AnswerError, match="PUT is not allowed") as caught:
        check_method("PUT")

    assert caught.value.status == 405


def test_check_type_says_415():
    check_type("Application/X-WWW-form-urlencoded; charset=UTF-8")
    check_type("text/xml", expected="text/xml")

    with pytest.raises(AnswerError, match="“multipart/form-data”") as caught:
        check_type("multipart/form-data; boundary=x")

    assert caught.value.status == 415
