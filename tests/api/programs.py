"""What a program does at the API: show a token, send JSON, read JSON."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from hansa.kernel.models import ApiToken, Person
from hansa.kernel.people import permissions_of
from hansa.kernel.sessions import digest
from tests.conftest import given


def token_of(person: Person, *, scopes: list[str] | None = None, text: str = "") -> str:
    """Put a token in place with all that its person may do, or less."""
    text = text or f"hansa_{person.username}"
    made = ApiToken(
        person=person,
        name="a test",
        scopes=sorted(permissions_of(person)) if scopes is None else scopes,
        digest=digest(text),
        expires=timezone.now() + timezone.timedelta(days=1),
        state=ApiToken.State.VALID,
    )
    with given():
        made.save()
    return text


class Program:
    """A program that speaks for a person."""

    def __init__(self, person: Person, **token: Any) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token_of(person, **token)}"})

    def get(self, path: str, **asked: Any) -> HttpResponse:
        return self.client.get(f"/api{path}", asked)

    def post(self, path: str, body: Any = None) -> HttpResponse:
        return self.client.post(f"/api{path}", body, content_type="application/json")
