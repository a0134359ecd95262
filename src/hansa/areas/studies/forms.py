"""The words of the forms about studies and data sets, and of their letters and jobs."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

LABELS: dict[str, Words] = {
    "clause": _("Clause"),
    "cohort": _("Cohort (JSON, as ATLAS exports it)"),
    "dataset": _("Data set"),
    "kind": _("What the data are"),
    "build": _("Build of the genome"),
    "mapping": _("Which column is which variable"),
    "protocol": _("Protocol (YAML or JSON)"),
    "purpose": _("Purpose"),
    "title": _("Title"),
    "source": _("Where the data are"),
    "units": _("Which variable has another unit here"),
}

HELP: dict[str, Words] = {
    "mapping": _("Only where the names differ, one a line: variable = column here. For example: age = alter"),
    "units": _("Only where the units differ, one a line: variable = unit here. For example: time = mo"),
    "cohort": _("Paste the whole expression. A construct that Hansa cannot honour is refused by name."),
    "title": _("What the others read first, such as: adults who begin celecoxib."),
    "protocol": _("Paste the whole protocol. It is checked before anything is sent."),
    "build": _("Only for genotypes. Positions in another build are other variants."),
    "source": _(
        "A file or folder on this node's machine, or the address of a database. An OMOP database is a DuckDB file "
        "(FILE#SCHEMA), a folder with one CSV file for each table, or postgresql://HOST/DATABASE#SCHEMA. Genotypes "
        "stand before the table of their people: cohort.bed#patients.csv."
    ),
}

#: Inputs that machines read.
SOURCES = {"protocol", "cohort"}

CHOICES: dict[str, Words] = {
    "omop": _("OMOP database"),
    "genotypes": _("people and their genotypes"),
    "as_the_file_says": _("as the file says"),
    "GRCh37": "GRCh37",
    "GRCh38": "GRCh38",
    "table": _("one table, a row for each person"),
    "pooled": _("pooled over the hospitals"),
    "site": _("each hospital its own"),
}

#: Permissions, letters and jobs that no button names.
NAMES: dict[str, Words] = {
    "datasets.read": _("See the data sets"),
    "inquiries.read": _("See numbers of people before a study"),
    "inquiries.asked": _("Question how many people there are"),
    "inquiries.counted": _("Number of people"),
    "inquiries.declined": _("Refusal to count"),
    "inquiries.withdrawn": _("Question taken back"),
    "inquiries.count": _("Counting the people of a cohort"),
    "studies.decide": _("Approve or decline studies"),
    "studies.read": _("Read the studies"),
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
    "studies.extract": _("Looking for the cohorts of a study"),
    "studies.examine": _("Checking how good a database is"),
    "studies.drop": _("Removing the copied rows"),
    "studies.check": _("Deriving the result again"),
    "studies.patience": _("Waiting for contributions"),
}
