"""The page about attacks, from the catalogue that the attack suite itself keeps."""

import ast
from pathlib import Path
from typing import Any

from docs.markdown import code, table

SUITE = Path(__file__).parent.parent / "tests" / "security"


def pages() -> dict[str, str]:
    """Return the page by file name."""
    return {"attacks.md": attacks()}


def attacks() -> str:
    """Return every family of attacks with what it tries, what stops it, how often that is tried and where it ends."""
    families = [family(path) for path in sorted(SUITE.glob("test_attack_*.py"))]
    rows = [
        (f"**{one['family']}**", one["tries"], one["stopped by"], one["where it ends"], code(one["file"]))
        for one in families
    ]
    tried = "\n".join(
        f"\n### {one['family']}\n\n" + "\n".join(f"- {sentence}" for sentence in one["tests"]) for one in families
    )
    return f"""# Attacks

Each family is a file of `tests/security`. The attacker is the strongest that the suite knows: it leads the study, every
other party joins it, and it subtracts their numbers from every total. Where the rules can be switched off, the attack
is made without them first and succeeds, so that it is known to be one. With them these tests recover nothing of one
person, the ledger holds what a rule stopped, and the steward reads why and what to do. What is not held is said beside
each family and is not among its tests; [SECURITY.md](../../SECURITY.md) has all limits.

{table(("family", "what is tried", "what stops it", "where it ends", "file"), rows)}

## What is held, test by test
{tried}
"""


def family(path: Path) -> dict[str, Any]:
    """Return what one file of the suite says of itself, without running it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: dict[str, Any] = next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "ATTACK"
    )
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    tests = [name.removeprefix("test_").replace("_", " ") for name in names]
    return {**found, "file": f"tests/security/{path.name}", "tests": tests}
