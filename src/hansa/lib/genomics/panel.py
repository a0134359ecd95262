"""The variants that a study is about, named so that every hospital means the same base and the same allele.

    panel:
      build: GRCh38
      variants: |
        1 55039974 G T
        19 44908684 T C

Each line is a chromosome, a position that counts from 1, the reference allele and the alternate one, whose copies are
counted. A hospital's file may name the two alleles the other way round, or by the other strand of the DNA; both are
put right before anything is added (genotypes.py). Of a variant whose alleles are each other's complement the strand
cannot be seen, so such a variant needs `strand: forward`: all files are then known to be on the forward strand.

The alleles are those of VCF 4.4, section 1.6.1; positions those of the Genome Reference Consortium's builds.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hansa.lib.errors import InvalidError

#: The autosomes: copies on X and Y depend on sex, which needs models of its own.
CHROMOSOMES = tuple(str(number) for number in range(1, 23))
LONGEST_CHROMOSOME = 250_000_000
COMPLEMENT = str.maketrans("ACGT", "TGCA")
_ALLELE = re.compile(r"[ACGT]{1,255}")
_LINE = re.compile(r"[\s:]+")


@dataclass(frozen=True, order=True)
class Variant:
    """Name a variant: chromosome, position from 1, reference and alternate allele."""

    chromosome: str
    position: int
    reference: str
    alternate: str

    @property
    def text(self) -> str:
        """Return the variant on one line, as a panel has it."""
        return f"{self.chromosome}:{self.position}:{self.reference}:{self.alternate}"

    @property
    def place(self) -> tuple[str, int]:
        """Return where it is."""
        return self.chromosome, self.position

    @property
    def is_palindromic(self) -> bool:
        """Tell whether the other strand shows the same two alleles."""
        return {self.reference, self.alternate} == {complement(self.reference), complement(self.alternate)}


def complement(allele: str) -> str:
    """Return an allele as the other strand shows it."""
    return allele.translate(COMPLEMENT)[::-1]


def chromosome(text: str) -> str:
    """Return a chromosome's number without the prefix that some files write."""
    return text.strip().lower().removeprefix("chr").upper()


def variants(text: str) -> tuple[Variant, ...]:
    """Return the variants of a panel's text; InvalidError names the line of the first fault."""
    found = tuple(_variant(line, number=number) for number, line in _lines(text))
    if not found:
        raise InvalidError("The panel names no variant.", "Write one a line: 1 55039974 G T.")
    seen: dict[tuple[str, int, frozenset[str]], Variant] = {}
    for each in found:
        same = (*each.place, frozenset((each.reference, each.alternate)))
        if same in seen:
            raise InvalidError(f"The panel names {each.text} twice.", "Name each variant once.")
        seen[same] = each
    return found


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip()


def _variant(line: str, *, number: int) -> Variant:
    parts = _LINE.split(line)
    if len(parts) != 4:  # noqa: PLR2004 -- chromosome, position, reference, alternate
        raise _fault(number, "has not four parts", remedy="Write chromosome, position, reference, alternate.")
    name, place, reference, alternate = chromosome(parts[0]), parts[1], parts[2].upper(), parts[3].upper()
    if name not in CHROMOSOMES:
        raise _fault(number, f"names the chromosome '{parts[0]}'", remedy="Use 1 to 22; X, Y and MT are left out.")
    if not (place.isascii() and place.isdigit() and 1 <= int(place) <= LONGEST_CHROMOSOME):
        raise _fault(number, f"has the position '{place}'", remedy="Write the position as a whole number from 1.")
    for allele in (reference, alternate):
        if not _ALLELE.fullmatch(allele):
            raise _fault(number, f"has the allele '{allele[:20]}'", remedy="Use the letters A, C, G and T.")
    if reference == alternate:
        raise _fault(number, "has the same allele twice", remedy="Name the reference and the alternate allele.")
    return Variant(name, int(place), reference, alternate)


def _fault(number: int, what: str, *, remedy: str) -> InvalidError:
    return InvalidError(f"Line {number} of the panel {what}.", remedy)
