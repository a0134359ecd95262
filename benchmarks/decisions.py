"""Decide under an agreement of two hundred clauses."""

from tests.lib.example_agreement import CHARITE, INSTITUTET, LIMITS, NOW, VOCABULARIES, clause, document, standing

from benchmarks.rows import Row, peer, seconds
from hansa.lib.decision import Request, decide

CLAUSES = 200
TARGET = 5_000
REPEATS = 500
# Of so many clauses the request has to be held against every rule; the others do not name its action.
NAMED = (1, 20, CLAUSES)
REQUEST = Request(
    party=CHARITE,
    parties=(INSTITUTET,),
    area="studies",
    action="studies.propose",
    purposes=("DUO:0000042",),
    limits=LIMITS,
)


def rate(named: int) -> float:
    """Return decisions a second where so many of the clauses name the action and the last one permits it."""
    clauses = [
        clause(
            str(number),
            permits=["studies.propose" if number > CLAUSES - named else "studies.release"],
            purposes=["DUO:0000042" if number == CLAUSES else "DUO:0000006"],
            limits=LIMITS,
        )
        for number in range(1, CLAUSES + 1)
    ]
    held = [standing(document(clauses=clauses))]
    assert decide(held, REQUEST, now=NOW, vocabularies=VOCABULARIES).clause == str(CLAUSES)

    def run() -> None:
        for _ in range(REPEATS):
            decide(held, REQUEST, now=NOW, vocabularies=VOCABULARIES)

    return REPEATS / seconds(run)


def measure() -> list[Row]:
    theirs = peer("cedar", CLAUSES, *NAMED)
    is_measured = "missing" not in theirs
    rows = []
    for named in NAMED:
        ours = rate(named)
        rows.append(
            Row(
                figure=f"decisions a second, {named} of 200 clauses name the action",
                hansa=f"{ours:,.0f}/s",
                target=f"≥ {TARGET:,}/s" if named < CLAUSES else "– (worst case)",
                holds=ours >= TARGET if named < CLAUSES else None,
                peer=f"Cedar (cedarpy {theirs['version']}), 200 policies parsed beforehand" if is_measured else "Cedar",
                theirs=f"{theirs[str(named)]:,.0f}/s" if is_measured else theirs["missing"],
                ratio=f"{ours / theirs[str(named)]:.1f} × as many" if is_measured else "–",
            )
        )
    return rows
