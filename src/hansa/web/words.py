"""The words of the forms: what each input is called, what helps to fill it in, what each choice means.

An action names its inputs as Python does; people read them here. A test holds every
input of every action against this list, so that no form shows a name without words.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

LABELS: dict[str, Words] = {
    "address": _("Address on the web"),
    "agreement": _("Memorandum"),
    "changes": _("Changes"),
    "clause": _("Clause"),
    "code": _("Code"),
    "dataset": _("Data set"),
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
    "mapping": _("Which column is which variable"),
    "name": _("Name"),
    "note": _("Note"),
    "office": _("Office"),
    "old": _("Present password"),
    "parties": _("Institutions"),
    "password": _("New password"),
    "path": _("File or database"),
    "protocol": _("Protocol (YAML or JSON)"),
    "reason": _("Reason"),
    "roles": _("Roles"),
    "scopes": _("What the token may do"),
    "signatory": _("Name of the signatory"),
    "source": _("Where the data are"),
    "table": _("Table"),
    "title": _("Title"),
    "token": _("Token"),
    "units": _("Which variable has another unit here"),
    "username": _("User name"),
}

HELP: dict[str, Words] = {
    "changes": _("As JSON: what the new version says differently."),
    "document": _("The whole memorandum, text and terms together, as one JSON document."),
    "fingerprint": _("Call your partner and have them read it to you. Do not copy it from this page or from a mail."),
    "identity": _("As JSON, from the partner's node."),
    "institution": _("For example https://ror.org/001w7jn25"),
    "invitation": _("Paste the whole text that your partner sent you."),
    "mapping": _("Only where the names differ, one a line: variable = column here. For example: age = alter"),
    "units": _("Only where the units differ, one a line: variable = unit here. For example: time = mo"),
    "note": _("Every party can read it."),
    "parties": _("One ROR id a line."),
    "password": _("At least 12 characters. A sentence that only you know is good."),
    "path": _("A file on this node's machine or the address of a database. It is read where it is."),
    "protocol": _("Paste the whole protocol. It is checked before anything is sent."),
    "reason": _("One or two sentences that the other parties will read."),
    "scopes": _("Choose as little as the program needs."),
    "source": _("A file on this node's machine or the address of a database. It is read where it is."),
    "username": _("Small letters, digits, full stops, hyphens and underscores."),
}

#: Inputs that take more than a line of text; the second group is read by machines.
LONG = {"reason", "note", "description", "explanation"}
SOURCES = {"document", "protocol", "invitation", "changes", "identity"}

CHOICES: dict[str, Words] = {
    "en": _("English"),
    "de": _("German"),
    "sv": _("Swedish"),
    "pooled": _("pooled over the hospitals"),
    "site": _("each hospital its own"),
}


#: Permissions, letters and jobs that no button names.
NAMES: dict[str, Words] = {
    "agreements.read": _("Read the memoranda"),
    "datasets.read": _("See the data sets"),
    "ledger.read": _("Read the ledger"),
    "letters.read": _("Read the letters"),
    "partners.invite": _("Invite partners"),
    "partners.read": _("See the partners"),
    "people.begin": _("The first administrator"),
    "people.read": _("See the people of this node"),
    "studies.decide": _("Approve or decline studies"),
    "studies.read": _("Read the studies"),
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
    "studies.proposed": _("Study proposed"),
    "studies.approved": _("Study approved"),
    "studies.declined": _("Study declined"),
    "studies.withdrawn": _("Withdrawal from a study"),
    "studies.round": _("Next round of a study"),
    "studies.contributed": _("Contribution to a round"),
    "studies.concluded": _("Last round complete"),
    "studies.released": _("Result signed"),
    "studies.stopped": _("Study stopped"),
    "studies.contribute": _("Computing a contribution"),
    "studies.combine": _("Adding the contributions"),
    "studies.drop": _("Removing the copied rows"),
    "studies.check": _("Deriving the result again"),
    "studies.patience": _("Waiting for contributions"),
}


def label(name: str) -> Words:
    """Return what an input is called."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


def named(name: str) -> str:
    """Return a permission, a letter or a job as people read it."""
    noun, _dot, verb = name.partition(".")
    return str(NAMES.get(name) or f"{noun}: {verb.replace('_', ' ')}")
