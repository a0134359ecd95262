"""Decide under an agreement of two hundred clauses."""

from tests.lib.example_agreement import CHARITE, INSTITUTET, LIMITS, NOW, VOCABULARIES, clause, document, standing

from benchmarks.rows import Row, peer, seconds
from hansa.lib.decision import Request, decide

CLAUSES = 200
TARGET = 5_000
REPEATS = 500
ACTIONS = ("studies.propose", "studies.approve")
REQUEST = Request(
    party=CHARITE,
    parties=(INSTITUTET,),
    area="studies",
    action="studies.propose",
    purposes=("DUO:0000042",),
    limits=LIMITS,
)


def rate(actions: tuple[str, str]) -> float:
    """Return decisions a second where the last clause permits and the others permit ``actions``."""
    other, last = actions
    clauses = [
        clause(str(number), permits=[other], purposes=["DUO:0000006"], limits=LIMITS) for number in range(1, CLAUSES)
    ]
    clauses.append(clause(str(CLAUSES), permits=[last], purposes=["DUO:0000042"], limits=LIMITS))
    held = [standing(document(clauses=clauses))]
    assert decide(held, REQUEST, now=NOW, vocabularies=VOCABULARIES).clause == str(CLAUSES)

    def run() -> None:
        for _ in range(REPEATS):
            decide(held, REQUEST, now=NOW, vocabularies=VOCABULARIES)

    return REPEATS / seconds(run)


def measure() -> list[Row]:
    theirs = peer("cedar", CLAUSES)
    is_measured = "missing" not in theirs
    cases = {
        "one clause of 200 names the action": rate(("studies.release", "studies.propose")),
        "all 200 clauses name the action": rate(("studies.propose", "studies.propose")),
    }
    return [
        Row(
            figure=f"decisions a second, {case}",
            hansa=f"{ours:,.0f}/s",
            target=f"≥ {TARGET:,}/s",
            holds=ours >= TARGET,
            peer=f"Cedar (cedarpy {theirs['version']}), 200 policies parsed beforehand" if is_measured else "Cedar",
            theirs=f"{theirs[name]:,.0f}/s" if is_measured else theirs["missing"],
            ratio=f"{ours / theirs[name]:.1f} × as many" if is_measured else "–",
        )
        for (case, ours), name in zip(cases.items(), ("one", "all"), strict=True)
    ]
