"""Read genotypes from the files that hospitals have, and keep them as PLINK's compact one.

PLINK 1.9 .bed with .bim and .fam, and VCF or BCF of any version that htslib reads. Only biallelic variants of the
autosomes are taken; the others are counted and left out. A file is looked through before anything is kept of it:
lengths that do not fit, people named twice, alleles that are none, and genotypes that no allele of the line gives.

PLINK: Chang et al., GigaScience 4 (2015) 7. VCF: the specification of the Global Alliance, version 4.4.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from hansa.lib.errors import InvalidError
from hansa.lib.genomics.genotypes import MISSING, Doses, Genotypes, Read, aligned
from hansa.lib.genomics.panel import CHROMOSOMES, Variant, chromosome

PLINK, VCF = (".bed",), (".vcf", ".vcf.gz", ".vcf.bgz", ".bcf")
#: How a .bed file in the order of variants begins, and how long that is.
MAGIC = b"\x6c\x1b\x01"
HEAD = len(MAGIC)
#: The length of chromosome 1, by which the two builds in use are told apart.
BUILDS = {249_250_621: "GRCh37", 248_956_422: "GRCh38"}
MOST_PEOPLE, MOST_COLUMNS = 1_000_000, 5_000_000
#: What the column of samples is called in the table of people, in the order in which it is looked for.
SAMPLES = ("iid", "sample", "sample_id", "#iid")
_ALLELE = re.compile(r"[ACGT]{1,255}")
_BLOCK = 4_096


@dataclass
class Columns:
    """Hold what a file says of its variants: chromosome, position, name, the allele that is counted, the other."""

    chromosome: list[str] = field(default_factory=list)
    position: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def add(self, place: tuple[str, int], name: str, *, alleles: tuple[str, str]) -> None:
        """Add one variant; the first allele is the one that is counted."""
        self.chromosome.append(place[0])
        self.position.append(place[1])
        self.name.append(name)
        self.counted.append(alleles[0])
        self.other.append(alleles[1])

    def __len__(self) -> int:
        """Return how many variants there are."""
        return len(self.position)


@dataclass(frozen=True)
class File:
    """Hold the people and the variants of a file, its build where it says one, and how many variants were left out."""

    people: tuple[str, ...]
    columns: Columns
    build: str
    left_out: int


def is_genotypes(path: Path) -> bool:
    """Tell whether a file's name says that it holds genotypes."""
    return path.name.lower().endswith((*PLINK, *VCF))


def keep(source: Path, target: Path) -> File:
    """Copy the genotypes of a file to a .bed file, and return its people and variants.

    InvalidError says what is wrong with the file and where.
    """
    named = source.name.lower()
    if named.endswith(PLINK):
        return _keep_plink(source, target)
    if named.endswith(VCF):
        return _keep_vcf(source, target)
    raise InvalidError(f"{source.name} holds no genotypes.", "Name a .bed, .vcf, .vcf.gz or .bcf file.")


def sample_column(names: Iterable[str]) -> str | None:
    """Return the column that names the sample of each person, None where there is none."""
    known = {name.lower(): name for name in names}
    return next((known[name] for name in SAMPLES if name in known), None)


def places_of(samples: Iterable[str], people: Sequence[str]) -> list[int | None]:
    """Return for each sample where in a file of these people it is, None where it is not."""
    there = {name: place for place, name in enumerate(people)}
    return [there.get(sample) for sample in samples]


def reader(path: Path, *, people: int, variants: int) -> Read:
    """Return what reads doses from a .bed file, copies of the first allele of its .bim."""
    width = (people + 3) // 4

    def read(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Doses:
        packed = np.memmap(path, dtype=np.uint8, mode="r", offset=HEAD, shape=(variants, width))
        # Each byte holds four people; what it holds is looked up at once, as the four bytes of a word.
        found = _FOUR.take(packed[columns]).view(np.int8)
        return found[:, : len(rows)].T if _in_order(rows, found.shape[1]) else found[:, rows].T

    return read


def genotypes(
    path: Path,
    *,
    columns: Columns,
    people: int,
    panel: Sequence[Variant],
    is_forward: bool,
    places: Sequence[int],
) -> Genotypes:
    """Return the genotypes of a panel for the people at some places of a .bed file, of which `people` are in it."""
    there: dict[tuple[str, int], list[tuple[int, str, str]]] = {}
    named = zip(columns.chromosome, columns.position, columns.counted, columns.other, strict=True)
    for column, (name, position, counted, other) in enumerate(named):
        there.setdefault((name, position), []).append((column, counted, other))
    found, turned = aligned(panel, places=there, is_forward=is_forward)
    read = reader(path, people=people, variants=len(columns))
    return Genotypes(read, np.asarray(places, dtype=np.int64), found, turned)


def _in_order(rows: npt.NDArray[np.int64], most: int) -> bool:
    """Tell whether rows are the first ones of a file in their order, so that nothing has to be moved."""
    return len(rows) <= most and bool(np.array_equal(rows, np.arange(len(rows))))


def _looked_up() -> npt.NDArray[np.uint32]:
    """Return for each byte the doses of its four people, the first in the lowest two bits."""
    doses = np.array([2, MISSING, 1, 0], dtype=np.int8)
    every = np.arange(256)
    return np.ascontiguousarray(np.stack([doses[every >> shift & 3] for shift in (0, 2, 4, 6)], axis=1)).view(
        np.uint32
    )[:, 0]


_FOUR = _looked_up()


def _keep_plink(source: Path, target: Path) -> File:
    bim, fam = source.with_suffix(".bim"), source.with_suffix(".fam")
    for beside in (bim, fam):
        if not beside.is_file():
            raise InvalidError(f"{beside.name} does not lie beside {source.name}.", "PLINK writes all three together.")
    people = _people_of(fam)
    lines = list(_split(bim, parts=6))
    columns, which = Columns(), []
    for number, parts in lines:
        if not parts[3].isdigit():
            raise InvalidError(f"{bim.name}, line {number}: no position.", "The fourth column is a whole number.")
        place, alleles = (chromosome(parts[0]), int(parts[3])), (parts[4].upper(), parts[5].upper())
        if _is_taken(place, alleles):
            columns.add(place, parts[1], alleles=alleles)
            which.append(number - 1)
    _check_size(source, people=len(people), variants=len(lines))
    _check_length(source, people=len(people), variants=len(lines))
    read = reader(source, people=len(people), variants=len(lines))
    chosen = np.array(which, dtype=np.int64)
    everybody = np.arange(len(people), dtype=np.int64)
    blocks = (read(everybody, chosen[start : start + _BLOCK]) for start in range(0, len(chosen), _BLOCK))
    write_doses(target, blocks, people=len(people))
    return File(people, columns, "", len(lines) - len(columns))


def _people_of(fam: Path) -> tuple[str, ...]:
    people = tuple(parts[1] for _number, parts in _split(fam, parts=6))
    if not people or len(set(people)) < len(people):
        raise InvalidError(f"{fam.name} names nobody, or somebody twice.", "The second column names each person once.")
    return people


def _split(path: Path, *, parts: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
        found = line.split()
        if len(found) != parts:
            raise InvalidError(f"{path.name}, line {number}: {len(found)} columns.", f"There are {parts} in each line.")
        yield number, found


def _check_size(source: Path, *, people: int, variants: int) -> None:
    """Refuse a file of more people or variants than a node holds."""
    if people > MOST_PEOPLE or variants > MOST_COLUMNS:
        raise InvalidError(
            f"{source.name} has {people} people and {variants} variants.",
            f"Keep to {MOST_PEOPLE} people and {MOST_COLUMNS} variants; take those that studies are about.",
        )


def _check_length(source: Path, *, people: int, variants: int) -> None:
    """Refuse a .bed file that is not as long as its two companions say, or of PLINK's old order."""
    with source.open("rb") as file:
        magic = file.read(HEAD)
    if magic != MAGIC:
        raise InvalidError(f"{source.name} is no .bed file in the order of variants.", "Write it with PLINK 1.9 or 2.")
    due, found = HEAD + variants * ((people + 3) // 4), source.stat().st_size
    if found != due:
        raise InvalidError(
            f"{source.name} has {found} bytes where its .bim and .fam make it {due}.",
            "The three files do not belong together, or the copy is incomplete.",
        )


def _is_taken(place: tuple[str, int], alleles: Sequence[str]) -> bool:
    """Tell whether a variant is one that studies can be about: an autosome, two alleles in letters."""
    return place[0] in CHROMOSOMES and place[1] > 0 and all(_ALLELE.fullmatch(allele) for allele in alleles)


def _keep_vcf(source: Path, target: Path) -> File:
    from cyvcf2 import VCF as Records  # noqa: PLC0415, N811 -- an extra: only hospitals with genotypes need it
    from cyvcf2.cyvcf2 import set_htslib_log_level  # noqa: PLC0415 -- as above

    # What htslib says of a faulty line repeats the line, which belongs in no log.
    set_htslib_log_level(0)
    try:
        records: Any = Records(str(source), gts012=True, strict_gt=True)
    # cyvcf2 raises a bare Exception where a header cannot be read.
    except Exception as wrong:
        raise InvalidError(f"{source.name} is no VCF or BCF file.", "Check it with: bcftools view -h FILE.") from wrong
    people = tuple(records.samples)
    if not people or len(set(people)) < len(people):
        raise InvalidError(f"{source.name} names nobody, or somebody twice.", "Its header names each person once.")
    columns, read = Columns(), [0]
    write_doses(target, _blocks(records, columns, source=source, read=read), people=len(people))
    return File(people, columns, _build(records), read[0] - len(columns))


def _build(records: Any) -> str:
    """Return the build that the header's length of chromosome 1 gives away."""
    try:
        lengths = dict(zip(map(chromosome, records.seqnames), records.seqlens, strict=True))
    except AttributeError:
        return ""
    return BUILDS.get(lengths.get("1", 0), "")


def _blocks(records: Any, columns: Columns, *, source: Path, read: list[int]) -> Iterator[Doses]:
    """Yield the doses of the alternate alleles, shape (people, variants), and add what they are to `columns`."""
    waiting: list[Doses] = []
    try:
        for record in records:
            read[0] += 1
            place, alternates = (chromosome(str(record.CHROM)), int(record.POS)), list(record.ALT)
            alleles = tuple(str(allele).upper() for allele in (*alternates, record.REF))
            if len(alternates) != 1 or not _is_taken(place, alleles):
                continue
            columns.add(place, record.ID or ".", alleles=(alleles[0], alleles[1]))
            _check_size(source, people=len(records.samples), variants=len(columns))
            waiting.append(_doses(record, source=source))
            if len(waiting) == _BLOCK:
                yield np.stack(waiting, axis=1)
                waiting = []
    # cyvcf2 raises a bare Exception where a line cannot be read.
    except Exception as wrong:
        if isinstance(wrong, InvalidError):
            raise
        where = f"after {read[0]} variants"
        raise InvalidError(f"{source.name} is damaged {where}.", "Check it with: bcftools view FILE.") from wrong
    if waiting:
        yield np.stack(waiting, axis=1)


def _doses(record: Any, *, source: Path) -> Doses:
    calls = np.asarray(record.genotype.array())[:, :-1]
    where = f"{source.name}, {record.CHROM}:{record.POS}"
    if calls.shape[1] != 2:  # noqa: PLR2004 -- two copies of an autosome
        raise InvalidError(f"{where}: somebody has not two copies.", "Genotypes of autosomes are diploid, as 0/1.")
    if calls.max(initial=0) > 1:
        raise InvalidError(f"{where}: a genotype names an allele that the line has not.", "Correct the line.")
    return np.where((calls < 0).any(axis=1), MISSING, calls.sum(axis=1)).astype(np.int8)


def write_doses(target: Path, blocks: Iterator[Doses], *, people: int) -> None:
    """Write doses, variant after variant, in PLINK's two bits a genotype; the file can only be read by its owner."""
    codes = np.array([3, 2, 0, 1], dtype=np.uint8)  # no copy, one, two of the counted allele, not called
    with target.open("wb") as file:
        target.chmod(0o600)
        file.write(MAGIC)
        for doses in blocks:
            padded = np.zeros((-(-people // 4) * 4, doses.shape[1]), dtype=np.uint8)
            padded[:people] = codes[doses]
            four = padded.reshape(-1, 4, doses.shape[1])
            packed = four[:, 0] | four[:, 1] << 2 | four[:, 2] << 4 | four[:, 3] << 6
            file.write(np.ascontiguousarray(packed.T).tobytes())
