"""The words of the forms: what each input is called, what helps to fill it in, what each choice means.

An action names its inputs as Python does; people read them here. An area brings its own
in ``forms.py``, under the same names: LABELS, HELP, CHOICES, NAMES, LONG, SOURCES, ROWS,
RANKED, TONES.
What is said of one action alone, or of one kind of record, stands under ``noun.verb.name``
or ``noun.name``. A test holds every input of every action against these lists, so that no
form shows a name without words.
"""

from collections.abc import Iterator
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hansa.kernel.areas import modules
from hansa.kernel.pages import Part

Words = str | Promise

LABELS: dict[str, Words] = {
    "address": _("Address on the web"),
    "agreement": _("Memorandum"),
    "changes": _("Changes"),
    "clause": _("Clause"),
    "code": _("Code"),
    "days": _("Valid for so many days"),
    "explanation": _("Explanation that the partner gave"),
    "version": _("Version in force"),
    "description": _("Description"),
    "document": _("Memorandum as JSON"),
    "ends_on": _("Last day"),
    "fingerprint": _("Fingerprint that you were read out loud"),
    "identity": _("Keys"),
    "institution": _("Institution (ROR id)"),
    "invitation": _("Invitation"),
    "language": _("Language of the pages"),
    "name": _("Name"),
    "note": _("Note"),
    "office": _("Office"),
    "old": _("Present password"),
    "parties": _("Institutions"),
    "password": _("New password"),
    "reason": _("Reason"),
    "roles": _("Roles"),
    "scopes": _("What the token may do"),
    "signatory": _("Name of the signatory"),
    "title": _("Title"),
    "token": _("Token"),
    "username": _("User name"),
}

HELP: dict[str, Words] = {
    "changes": _("As JSON: what the new version says differently."),
    "document": _("The whole memorandum, text and terms together, as one JSON document."),
    "fingerprint": _("Call your partner and have them read it to you. Do not copy it from this page or from a mail."),
    "identity": _("As JSON, from the partner's node."),
    "institution": _("For example https://ror.org/001w7jn25"),
    "invitation": _("Paste the whole text that your partner sent you."),
    "note": _("Every party can read it."),
    "parties": _("One ROR id a line."),
    "password": _("At least 12 characters. A sentence that only you know is good."),
    "reason": _("One or two sentences that the other parties will read."),
    "scopes": _("Choose as little as the program needs."),
    "username": _("Small letters, digits, full stops, hyphens and underscores."),
}

#: Inputs that take more than a line of text; the second group is read by machines.
LONG = {"reason", "note", "description", "explanation"}
SOURCES = {"document", "invitation", "changes", "identity"}
#: Inputs that are filled in row by row: their parts (``kernel.pages.Part``).
ROWS: dict[str, tuple[Part, ...]] = {}
#: Inputs of which the order says what is wanted most.
RANKED: set[str] = set()

CHOICES: dict[str, Words] = {
    "en": _("English"),
    "de": _("German"),
    "sv": _("Swedish"),
}


#: Permissions, letters and jobs that no button names.
NAMES: dict[str, Words] = {
    "people.read_own": _("See one's own account"),
    "tokens.read": _("See all tokens"),
    "tokens.read_own": _("See one's own tokens"),
    "agreements.read": _("Read the memoranda"),
    "ledger.read": _("Read the ledger"),
    "letters.read": _("Read the letters"),
    "partners.invite": _("Invite partners"),
    "partners.read": _("See the partners"),
    "people.begin": _("The first administrator"),
    "people.read": _("See the people of this node"),
    "agreements.offered": _("Memorandum offered for signature"),
    "agreements.signed": _("Memorandum signed"),
    "agreements.declined": _("Memorandum declined"),
    "agreements.suspended": _("Memorandum suspended"),
    "agreements.resumed": _("Suspension lifted"),
    "agreements.ended": _("Notice given"),
    "agreements.close": _("End of a memorandum"),
    "partners.rotated": _("New keys announced"),
    "partners.switch": _("Changing the keys"),
    "partners.restored": _("Node restored from a copy"),
}


#: States that are good, wait for someone, or need attention; the rest are calm.
TONES: dict[str, str] = {
    **dict.fromkeys(("in_force", "known", "approved", "released", "done", "applied"), "good"),
    **dict.fromkeys(("ready", "signed", "active", "connected"), "good"),
    **dict.fromkeys(("offered", "proposed", "introduced", "waiting", "running"), "wait"),
    **dict.fromkeys(("computing", "held", "checked", "checking"), "wait"),
    **dict.fromkeys(("suspended", "changed", "blocked", "declined", "withdrawn"), "bad"),
    **dict.fromkeys(("failed", "refused", "lapsed", "closed_out"), "bad"),
}


def found(table: str, name: str, *, of: str = "") -> Any:
    """Return what a table says, here or in an area, or None; ``of`` is the action whose form it is."""
    keys = (f"{of}.{name}", f"{of.partition('.')[0]}.{name}", name) if of else (name,)
    held = list(tables(table))
    return next((one[key] for key in keys for one in held if key in one), None)


def holds(table: str, name: str, *, of: str = "") -> bool:
    """Tell whether a name stands in a list, here or in an area."""
    keys = {f"{of}.{name}", f"{of.partition('.')[0]}.{name}", name}
    return any(keys & one for one in tables(table))


def tables(table: str) -> Iterator[Any]:
    """Yield a table of this module, then those of the areas."""
    yield globals()[table]
    for module in modules("forms"):
        if hasattr(module, table):
            yield getattr(module, table)


def label(name: str, *, of: str = "") -> Words:
    """Return what an input is called."""
    said: Words = found("LABELS", name, of=of) or name.replace("_", " ").capitalize()
    return said


def choice(name: str, value: str) -> Words:
    """Return a choice of an input as people read it."""
    said: Words = found("CHOICES", f"{name}.{value}") or found("CHOICES", value) or value.replace("_", " ")
    return said


def tone(state: str) -> str:
    """Return how a state is coloured: good, wait, bad or calm."""
    return str(found("TONES", state) or "calm")


def named(name: str) -> str:
    """Return a permission, a letter or a job as people read it."""
    noun, _dot, verb = name.partition(".")
    return str(found("NAMES", name) or f"{noun}: {verb.replace('_', ' ')}")
