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
    "columns": _("Columns"),
    "dataset": _("Data set"),
    "days": _("Valid for so many days"),
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
    "username": _("User name"),
}

HELP: dict[str, Words] = {
    "changes": _("As JSON: what the new version says differently."),
    "columns": _("As JSON: for each variable of the protocol the name of the column here."),
    "document": _("The whole memorandum, text and terms together, as one JSON document."),
    "fingerprint": _("Call your partner and have them read it to you. Do not copy it from this page or from a mail."),
    "identity": _("As JSON, from the partner's node."),
    "institution": _("For example https://ror.org/001w7jn25"),
    "invitation": _("Paste the whole text that your partner sent you."),
    "mapping": _("As JSON: for each variable of the protocol the name of the column here."),
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
LONG = {"reason", "note", "description"}
SOURCES = {"document", "protocol", "invitation", "changes", "columns", "mapping", "identity"}

CHOICES: dict[str, Words] = {
    "en": _("English"),
    "de": _("German"),
    "sv": _("Swedish"),
    "pooled": _("pooled over the hospitals"),
    "site": _("each hospital its own"),
}


def label(name: str) -> Words:
    """Return what an input is called."""
    return LABELS.get(name, name.replace("_", " ").capitalize())


#: The words of clauses: areas, purposes (Data Use Ontology of the GA4GH), limits and their values.
AREAS: dict[str, Words] = {
    "studies": _("Joint studies"),
    "trials": _("Joint clinical trials"),
    "evaluations": _("Testing of health AI"),
    "exchange": _("Exchange of students and staff"),
    "consultations": _("Telemedicine"),
    "knowledge": _("Sharing knowledge"),
    "workforce": _("Staff"),
    "alliances": _("Alliances"),
    "indicators": _("Indicators of quality"),
    "general": _("General"),
}

PURPOSES: dict[str, Words] = {
    "DUO:0000004": _("any use, without restriction"),
    "DUO:0000042": _("research of any kind"),
    "DUO:0000006": _("health, medical or biomedical research"),
    "DUO:0000007": _("research on a named disease"),
    "DUO:0000011": _("research on origins or ancestry"),
    "DUO:0000043": _("clinical care"),
    "DUO:0000012": _("only research of the stated type"),
    "DUO:0000015": _("no development of methods"),
    "DUO:0000016": _("only genetic studies"),
    "DUO:0000018": _("not for profit and not commercial"),
    "DUO:0000019": _("results must be published"),
    "DUO:0000020": _("only together with the lead investigators"),
    "DUO:0000021": _("only with ethics approval"),
    "DUO:0000022": _("only within the stated region"),
    "DUO:0000024": _("no publication before the stated date"),
    "DUO:0000025": _("only for the stated time"),
    "DUO:0000026": _("only by approved people"),
    "DUO:0000027": _("only within the approved project"),
    "DUO:0000028": _("only within the approved institutions"),
    "DUO:0000029": _("derived data must be returned"),
    "DUO:0000044": _("no research on origins or ancestry"),
    "DUO:0000045": _("only by organisations not for profit"),
    "DUO:0000046": _("no commercial use"),
}

LIMITS: dict[str, Words] = {
    "minimum_cell": _("smallest number of persons behind a count"),
    "minimum_sites": _("smallest number of hospitals in a result"),
    "time_grid_days": _("times are rounded up to steps of so many days"),
    "release": _("who lets a result out"),
    "secure_sum": _("numbers are added so that no hospital sees another's"),
}

VALUES: dict[str, Words] = {
    "automatic": _("the node, when all checks pass"),
    "steward": _("a data steward of every hospital"),
    "True": _("yes"),
    "False": _("no"),
}
