"""For every action of the kernel: a record it may start from, and what a person gives.

Each area has the same for its own actions, in ``tests/areas/<area>/samples.py``, with the
``CLAUSES`` under which they happen. An action without a sample fails the contract test,
so none escapes it.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils import timezone

from hansa.kernel import partners
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, ApiToken, Partner, Person
from hansa.kernel.people import ROLES
from hansa.lib.canonical import digest
from hansa.lib.signatures import sign
from tests.paper import STOCKHOLM, PaperPartner, memorandum

PASSWORD = "a long sentence of words"


class World:
    """One node with a partner on paper, a memorandum in force and some data."""

    def __init__(self, home: Path, agreement: Agreement, partner: PaperPartner, people: dict[str, Person]) -> None:
        self.home = home
        self.agreement = agreement
        self.partner = partner
        self.people = people

    def able(self, needs: str) -> Person:
        """Return someone whose role has a permission."""
        return next(self.people[role.name] for role in ROLES if needs in role.permissions)

    def invitation(self, partner: PaperPartner) -> str:
        """Return what a partner's administrator would send."""
        payload = {"hansa": "invitation/1", "name": "Somebody", "address": "", "identity": partner.identity.to_json()}
        return sign(payload, key=partner.signing, kind=partners.KIND)

    def other(self, state: str) -> Partner:
        """Return the partner in another state."""
        row = Partner.objects.get(institution=self.partner.id)
        row.state = state
        row.save()
        return row


Sample = tuple[Any, dict[str, Any]]


def agreement_in(world: World, state: str, **fields: Any) -> Agreement:
    """Return a second memorandum in some state."""
    document = memorandum(world.partner, signatory="Ada")
    document["title"] = {lang: f"{text} {state}" for lang, text in document["title"].items()}
    made = Agreement(document=document, hash=digest(document), state=state, **fields)
    made.save()
    return made


def amended(world: World) -> Sample:
    """Return a new version of the memorandum in force."""
    changes = {"preamble": {"en": "New.", "de": "Neu.", "sv": "Nytt."}}
    return Agreement(), {"version": world.agreement.hash, "changes": changes}


def drafted(world: World) -> Sample:
    """Return a memorandum to draft."""
    document = memorandum(world.partner)
    document["preamble"] = {"en": "Another.", "de": "Ein anderes.", "sv": "Ett annat."}
    return Agreement(), {"document": document}


def alarmed(world: World) -> Sample:
    """Return a partner whose ledger raised an alarm."""
    row = world.other(Partner.State.KNOWN)
    row.alarm = "Its ledger got smaller."
    row.save()
    return row, {"explanation": "They restored a backup and told us."}


def token_of(world: World) -> ApiToken:
    """Return a token of whoever acts."""
    made = ApiToken(
        person=world.able("tokens.revoke"),
        name="notebook",
        digest="0" * 64,
        scopes=["people.change_language"],
        expires=timezone.now() + timezone.timedelta(days=1),
        state=ApiToken.State.VALID,
    )
    made.save()
    return made


def myself(world: World, needs: str) -> Person:
    """Return the account of whoever acts."""
    me = world.able(needs)
    me.set_password(PASSWORD)
    me.save()
    return me


def colleague(world: World, state: str = "active") -> Person:
    """Return somebody else at this institution."""
    made = Person(username="colleague", name="Cleo", roles=["auditor"], state=state)
    made.set_password(PASSWORD)
    made.save()
    return made


def introduced(world: World) -> Sample:
    """Return a partner whose fingerprint is to be confirmed."""
    row = world.other(Partner.State.INTRODUCED)
    return row, {"fingerprint": row.fingerprint}


SAMPLES: dict[str, Callable[[World], Sample]] = {
    "partners.accept": lambda w: (
        Partner(),
        {"invitation": w.invitation(PaperPartner(id="https://ror.org/00m8d6786"))},
    ),
    "partners.renew": lambda w: (
        w.other(Partner.State.KNOWN),
        {"invitation": w.invitation(PaperPartner(id=STOCKHOLM))},
    ),
    "partners.confirm": introduced,
    "partners.block": lambda w: (w.other(Partner.State.KNOWN), {}),
    "partners.unblock": lambda w: (w.other(Partner.State.BLOCKED), {}),
    "partners.accept_ledger": alarmed,
    "agreements.draft": drafted,
    "agreements.amend": amended,
    "agreements.offer": lambda w: (agreement_in(w, "draft"), {}),
    "agreements.sign": lambda w: (agreement_in(w, "offered"), {"office": "Chief executive"}),
    "agreements.decline": lambda w: (agreement_in(w, "offered"), {"reason": "Not now."}),
    "agreements.suspend": lambda w: (agreement_in(w, "in_force"), {"reason": "An incident."}),
    "agreements.resume": lambda w: (agreement_in(w, "suspended", suspended_by=own().id), {}),
    "agreements.end": lambda w: (agreement_in(w, "in_force"), {"reason": "Enough."}),
    "people.add": lambda w: (
        Person(),
        {"username": "newcomer", "name": "Nora", "password": PASSWORD, "roles": ["auditor"]},
    ),
    "people.change_roles": lambda w: (colleague(w), {"roles": ["steward"]}),
    "people.disable": lambda w: (colleague(w), {}),
    "people.enable": lambda w: (colleague(w, "disabled"), {}),
    "people.change_password": lambda w: (
        myself(w, "people.change_password"),
        {"old": PASSWORD, "password": PASSWORD + "!"},
    ),
    "people.change_language": lambda w: (myself(w, "people.change_language"), {"language": "sv"}),
    "tokens.create": lambda w: (ApiToken(), {"name": "notebook", "scopes": ["people.change_language"], "days": 30}),
    "tokens.revoke": lambda w: (token_of(w), {}),
    "people.reset_password": lambda w: (colleague(w), {"password": PASSWORD + "!"}),
}
