"""Purposes of research, as the Data Use Ontology of the GA4GH names them.

The ontology (EBISPOT/DUO, release of 2022) has 25 codes of three sorts. A *purpose* says
what for: general research, health research, research on a disease, origins and ancestry,
clinical care. A *condition* narrows the use further: not for profit, ethics approval,
collaboration. A *heading* only groups the others and can stand in no clause. The list is
closed: a code that is not here is an error, never a guess.

A wide purpose covers a narrow one where the ontology says so: no restriction, then general
research, then health research, then research on a disease. Origins and ancestry stand
beside general research there, and health research leaves them out by name, so only "no
restriction" and the code itself cover them. Clinical care is no research: only its own code
covers it. Where the ontology is silent, nothing is covered.

    covers("DUO:0000042", "DUO:0000007")   # general research covers research on a disease
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from hansa.lib.errors import InvalidError

Sort = Literal["purpose", "condition", "heading"]


@dataclass(frozen=True)
class Code:
    """Name one code of the ontology in plain words."""

    id: str
    shorthand: str
    name: str
    sort: Sort
    covered_by: frozenset[str] = frozenset()


NO_RESTRICTION = "DUO:0000004"
GENERAL_RESEARCH = "DUO:0000042"
HEALTH_RESEARCH = "DUO:0000006"
DISEASE_RESEARCH = "DUO:0000007"
ANCESTRY_RESEARCH = "DUO:0000011"
CLINICAL_CARE = "DUO:0000043"
NOT_FOR_PROFIT_NOT_COMMERCIAL = "DUO:0000018"

_PURPOSES = (
    (NO_RESTRICTION, "NRES", "any use, without restriction", ()),
    (GENERAL_RESEARCH, "GRU", "research of any kind", (NO_RESTRICTION,)),
    (
        HEALTH_RESEARCH,
        "HMB",
        "health, medical or biomedical research",
        (NO_RESTRICTION, GENERAL_RESEARCH),
    ),
    (
        DISEASE_RESEARCH,
        "DS",
        "research on a named disease",
        (NO_RESTRICTION, GENERAL_RESEARCH, HEALTH_RESEARCH),
    ),
    (ANCESTRY_RESEARCH, "POA", "research on origins or ancestry", (NO_RESTRICTION,)),
    (CLINICAL_CARE, "CC", "clinical care", ()),
)

_CONDITIONS = (
    ("DUO:0000012", "RS", "only research of the stated type", ()),
    ("DUO:0000015", "NMDS", "no development of methods", ()),
    ("DUO:0000016", "GSO", "only genetic studies", ()),
    (NOT_FOR_PROFIT_NOT_COMMERCIAL, "NPUNCU", "not for profit and not commercial", ()),
    ("DUO:0000019", "PUB", "results must be published", ()),
    ("DUO:0000020", "COL", "only together with the lead investigators", ()),
    ("DUO:0000021", "IRB", "only with ethics approval", ()),
    ("DUO:0000022", "GS", "only within the stated region", ()),
    ("DUO:0000024", "MOR", "no publication before the stated date", ()),
    ("DUO:0000025", "TS", "only for the stated time", ()),
    ("DUO:0000026", "US", "only by approved people", ()),
    ("DUO:0000027", "PS", "only within the approved project", ()),
    ("DUO:0000028", "IS", "only within the approved institutions", ()),
    ("DUO:0000029", "RTN", "derived data must be returned", ()),
    ("DUO:0000044", "NPOA", "no research on origins or ancestry", ()),
    (
        "DUO:0000045",
        "NPU",
        "only by organisations not for profit",
        (NOT_FOR_PROFIT_NOT_COMMERCIAL,),
    ),
    ("DUO:0000046", "NCU", "no commercial use", (NOT_FOR_PROFIT_NOT_COMMERCIAL,)),
)

_HEADINGS = (
    ("DUO:0000001", "", "data use permission (a heading)", ()),
    ("DUO:0000017", "", "data use modifier (a heading)", ()),
)


def _codes() -> dict[str, Code]:
    groups: tuple[tuple[Sort, tuple[tuple[str, str, str, tuple[str, ...]], ...]], ...] = (
        ("purpose", _PURPOSES),
        ("condition", _CONDITIONS),
        ("heading", _HEADINGS),
    )
    return {
        code: Code(code, shorthand, name, sort, frozenset({code, *wider}))
        for sort, rows in groups
        for code, shorthand, name, wider in rows
    }


CODES: Mapping[str, Code] = MappingProxyType(_codes())


def look_up(code: str, *, place: str) -> Code:
    """Find a code that may stand in a clause or a request, or raise InvalidError."""
    found = CODES.get(code)
    if found is None:
        raise InvalidError(
            f"{place}: {code!r} is not a code of the Data Use Ontology.",
            "Use one of its 25 codes, for example DUO:0000007 for research on a named disease.",
        )
    if found.sort == "heading":
        raise InvalidError(
            f"{place}: {code} is a heading of the Data Use Ontology and names no purpose.",
            "Use one of the codes below that heading.",
        )
    return found


def covers(granted: str, asked: str) -> bool:
    """Tell whether granting one code also grants the other."""
    found = CODES.get(asked)
    return found is not None and found.sort != "heading" and granted in found.covered_by
