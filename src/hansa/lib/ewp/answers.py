"""Say no in the way of the network, and understand a partner that says no.

An error is an HTTP status and a document ``error-response`` (architecture 1.16.0,
common-types.xsd): one message for the other developer, and messages for the user where
the user can do something about it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from hansa.lib.errors import HansaError, InvalidError
from hansa.lib.ewp import xml

NAMESPACE = "https://github.com/erasmus-without-paper/ewp-specs-architecture/blob/stable-v1/common-types.xsd"
XML_TYPE = "text/xml; charset=utf-8"
FORM_TYPE = "application/x-www-form-urlencoded"

BAD_REQUEST = 400
UNAUTHENTICATED = 401
FORBIDDEN = 403
WRONG_METHOD = 405
CONFLICT = 409
WRONG_TYPE = 415

#: A partner's error page may be anything; what people read of it is bounded.
MOST_CHARACTERS = 2000

make = xml.maker(NAMESPACE)


class AnswerError(HansaError):
    """Refuse a request of the network with an HTTP status."""

    def __init__(self, message: str, remedy: str = "", *, status: int = BAD_REQUEST) -> None:
        super().__init__(message, remedy)
        self.status = status


@dataclass(frozen=True)
class UserMessage:
    """What a partner says to the user, and in which language."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class ErrorResponse:
    """What a partner says when it refuses."""

    developer_message: str
    user_messages: tuple[UserMessage, ...] = ()

    def for_user(self, language: str) -> str:
        """Return the message in a language, else the first one, else what is said to developers."""
        by_language = {message.language.lower(): message.text for message in reversed(self.user_messages)}
        first = self.user_messages[0].text if self.user_messages else self.developer_message
        return by_language.get(language.lower(), first)


def write_error(response: ErrorResponse) -> bytes:
    """Return the document ``error-response``."""
    users = [make("user-message", said.text, lang=said.language) for said in response.user_messages]
    return xml.write(make("error-response", make("developer-message", response.developer_message), users))


def error_of(error: HansaError, *, user_messages: tuple[UserMessage, ...] = ()) -> ErrorResponse:
    """Return what to answer for an error of ours."""
    return ErrorResponse(str(error), user_messages)


def read_error(data: bytes) -> ErrorResponse | None:
    """Return what a partner says, or None where it answers with something else than the specification asks for."""
    try:
        root = xml.parse(data, root=f"{{{NAMESPACE}}}error-response")
    except InvalidError:
        return None
    users = tuple(
        UserMessage(_short(found.text), found.get(xml.LANG) or "")
        for found in xml.every(root, "user-message", namespace=NAMESPACE)
    )
    return ErrorResponse(_short(xml.text(root, "developer-message", namespace=NAMESPACE)), users)


def _short(said: str | None) -> str:
    return (said or "").strip()[:MOST_CHARACTERS]


def success_message(text: str, *, language: str = "") -> xml.Element:
    """Return the element ``success-user-message`` that update responses may carry."""
    return make("success-user-message", text, lang=language)


def check_method(method: str, *, allowed: Collection[str] = ("GET", "POST")) -> None:
    """Raise AnswerError with status 405 for a method that the endpoint does not know."""
    if method.upper() not in allowed:
        raise AnswerError(
            f"The method {method.upper()[:10]} is not allowed here.",
            f"Send {' or '.join(allowed)}.",
            status=WRONG_METHOD,
        )


def check_type(content_type: str, *, expected: str = FORM_TYPE) -> None:
    """Raise AnswerError with status 415 for a body of a type that the endpoint does not read."""
    given = content_type.partition(";")[0].strip().lower()
    if given != expected:
        raise AnswerError(
            f"The body is of the type “{given[:80]}”, which this endpoint does not read.",
            f"Send it as {expected}.",
            status=WRONG_TYPE,
        )
