"""Bring genotypes and the table of their people into the node, and read them as the panel of a protocol asks.

A data set of this kind has a table with a row for each person, as any table, and beside it a file of genotypes, copied
in PLINK's compact form. The table names each person's sample in a column of its own, which is not kept: what is kept
is the place of the person in the file.
"""

import hashlib
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from django.utils.translation import gettext as _

from hansa.areas.studies import datasets
from hansa.areas.studies.models import Dataset
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.genomics import files
from hansa.lib.genomics.genotypes import Genotypes
from hansa.lib.statistics.schema import GenomePanel

KIND = "genotypes"
#: The column that says where in the file of genotypes a person is.
PLACE = "hansa_genotype"
COLUMNS = ("chromosome", "position", "name", "counted", "other")
AS_THE_FILE_SAYS = "as_the_file_says"


def file_of(table: str) -> Path:
    """Return the file that holds copied genotypes."""
    return own().directory / f"{table}.bed"


def variants_of(table: str) -> str:
    """Return the table of the variants in a copied file, in their order."""
    return f"v_{table}"


def connect(dataset: Dataset, source: str, *, build: str) -> None:
    """Copy genotypes and the rows of their people, and say of the data set what it holds."""
    name, _hash, beside = source.partition("#")
    path = Path(name).expanduser()
    if not path.is_file() or not files.is_genotypes(path) or not beside:
        raise GivenError(
            {
                "source": _(
                    "Write GENOTYPES#TABLE: a .bed file with its .bim and .fam, or a .vcf, .vcf.gz or .bcf file, and "
                    "the table of its people with a column 'iid', such as cohort.bed#patients.csv."
                )
            }
        )
    table = Path(beside).expanduser()
    frame = datasets.load(str(table if table.is_absolute() else path.parent / table))
    dataset.table = f"{KIND}_{uuid.uuid4().hex}"
    target = file_of(dataset.table)
    try:
        found = copied(path, target)
        dataset.build = known(found.build, said=build)
        rows = of_people(frame, found.people)
        columns = pd.DataFrame(vars(found.columns)).assign(people=len(found.people))
        datasets.keep(columns, table=variants_of(dataset.table))
        kept = datasets.keep(rows, table=dataset.table)
        dataset.digest = f"sha256:{hashlib.sha256(f'{kept} {hashed(target)}'.encode()).hexdigest()}"
    except BaseException:
        target.unlink(missing_ok=True)
        datasets.drop(variants_of(dataset.table))
        raise
    dataset.source = f"{datasets.described(name)} + {table.name}"[:300]
    dataset.rows, dataset.variants = len(rows), len(columns)
    dataset.profile = datasets.profile(rows.drop(columns=PLACE))


def copied(source: Path, target: Path) -> files.File:
    """Copy a file of genotypes, or say what is wrong with it."""
    try:
        found = files.keep(source, target)
    except ImportError as absent:
        raise GivenError({"source": _("To read genotypes, install: pip install 'hansa[genomics]'.")}) from absent
    except InvalidError as wrong:
        raise GivenError({"source": str(wrong)}) from wrong
    if not len(found.columns):
        raise GivenError({"source": _("There is no variant of two alleles on chromosomes 1 to 22 in it.")})
    return found


def hashed(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known(build: str, *, said: str) -> str:
    """Return the build of the genome that positions are counted on."""
    if said == AS_THE_FILE_SAYS:
        if not build:
            raise GivenError({"build": _("The file does not say its build of the genome; choose it.")})
        return build
    if build not in ("", said):
        raise GivenError({"build": _("The file says that it is {build}.").format(build=build)})
    return said


def of_people(frame: pd.DataFrame, people: Sequence[str]) -> pd.DataFrame:
    """Return the rows of those whose genotypes are there, with their place in the file instead of their name."""
    column = files.sample_column(frame.columns)
    if column is None:
        raise GivenError({"source": _("The table has no column 'iid' that names the sample of each person.")})
    samples = frame[column].astype(str).str.strip()
    if samples.duplicated().any():
        raise GivenError({"source": _("The table names a sample twice; it needs one row for each person.")})
    places = pd.Series(files.places_of(samples, people), index=frame.index, dtype="Int64")
    there = places.notna()
    if not there.any():
        raise GivenError({"source": _("Nobody in the table has genotypes in the file; compare the names of samples.")})
    found = frame.loc[there].drop(columns=column)
    return found.assign(**{PLACE: places[there].to_numpy(dtype=np.int64)}).reset_index(drop=True)


def check_build(dataset: Dataset, panel: GenomePanel) -> None:
    """Refuse data whose positions are those of another build than the panel's."""
    if dataset.build != panel.build:
        raise GivenError(
            {
                "dataset": _("Its positions are on {build}, those of the study on {wanted}.").format(
                    build=dataset.build, wanted=panel.build
                )
            }
        )


def genotypes(table: str, panel: GenomePanel, *, places: Sequence[int]) -> Genotypes:
    """Return the genotypes of a panel's variants for the people at some places of a copied file."""
    path, columns = file_of(table), datasets.rows(variants_of(table))
    if not path.is_file():
        raise RefusedError(
            _("The genotypes are not on this node; it may have been restored without them."),
            _("Remove the dataset and connect the data again."),
        )
    return files.genotypes(
        path,
        columns=files.Columns(**{key: columns[key].to_list() for key in COLUMNS}),
        people=int(columns["people"].iloc[0]),
        panel=panel.parsed,
        is_forward=panel.strand == "forward",
        places=places,
    )


def drop(table: str) -> None:
    """Remove copied genotypes and the rows of their people."""
    file_of(table).unlink(missing_ok=True)
    datasets.drop(variants_of(table))
    datasets.drop(table)
