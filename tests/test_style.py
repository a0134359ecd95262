"""How the code reads: size budgets, names, reasons, and where a record may be changed."""

import ast
import io
import re
import statistics
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources import PACKAGE, ROOT, committed, functions, modules, name, tree

FORBIDDEN = re.compile(r"(utils?|helpers?|common|misc|base|core|managers?|services?)", re.IGNORECASE)
BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case, ast.comprehension)
WRITERS = {"actions", "letters", "jobs", "rounds", "counting", "stays", "agreements", "post"}
# Tests of what several modules do together.
SEVERAL = ("test_every_", "test_attacks")
CALLED_BY_PLACE = {"from_db"}
TESTED = ("lib", "kernel", "areas")
# Tables are tested through what is done with them; an area's own description through tests/areas/test_every_area.py.
TESTED_ELSEWHERE = re.compile(
    r"kernel/models/|kernel/apps\.py|lib/errors\.py|areas/\w+/(area|apps|states|wording|models)\.py|areas/\w+/models/|__(init|main)__\.py"
)


def none(found: list[str]) -> None:
    """Hold that nothing was found, or show all of it."""
    assert not found, "\n" + "\n".join(found)


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def branches(node: ast.AST) -> int:
    """Count where a function may go different ways, leaving out the functions inside it."""
    inner = (child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.FunctionDef))
    return sum(isinstance(child, BRANCHES) + branches(child) for child in inner)


def positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    if given[:1] == ["request"] or node.name.startswith("__") or node.name in CALLED_BY_PLACE:
        # Django and ninja hand what stands in the address to a view by name; Python and Django call their own by place.
        return 1
    return len(given) - (bool(given) and given[0] in {"self", "cls", "_cls"})


def everywhere(measure: str) -> Iterator[tuple[str, int]]:
    measures = {"length": length, "branches": branches, "positional": positional}
    for path in modules():
        for node in functions(path):
            yield f"{name(path)}:{node.lineno} {node.name}", measures[measure](node)


@pytest.mark.parametrize(("measure", "most"), [("length", 50), ("branches", 8), ("positional", 2)])
def test_function_stays_within_the_budget(measure, most):
    over = [f"{where}: {size}" for where, size in everywhere(measure) if size > most]

    none(over)


def test_module_stays_within_400_lines():
    over = [name(path) for path in modules() if len(path.read_text(encoding="utf-8").splitlines()) > 400]

    none(over)


def test_package_reads_well_on_average():
    lengths = sorted(size for _where, size in everywhere("length"))
    lines = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in modules())

    assert statistics.median(lengths) <= 10
    assert lengths[int(0.9 * len(lengths))] <= 28
    assert lines[int(0.9 * len(lines))] <= 300


# Django looks for a database under this name.
DJANGO_NAMES = {"src/hansa/node/postgresql/base.py", "tests/node/postgresql/test_base.py"}


def test_file_name_says_what_it_holds():
    python = [path for path in committed() if path.suffix == ".py" and name(path) not in DJANGO_NAMES]

    vague = [name(path) for path in python if any(FORBIDDEN.fullmatch(word) for word in re.split(r"[_\-.]", path.stem))]

    none(vague)


def names_in(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def test_identifier_says_what_it_means():
    vague = [
        f"{name(path)}:{line} {identifier}"
        for path in modules()
        for line, identifier in names_in(path)
        if FORBIDDEN.fullmatch(identifier)
    ]

    none(vague)


def comments(path: Path) -> Iterator[tuple[int, str]]:
    with io.BytesIO(path.read_bytes()) as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def is_without_reason(comment: str) -> bool:
    """Tell whether an exception from a rule stands there without saying why."""
    exception = re.search(
        r"#\s*(noqa(:\s*[A-Z0-9, ]+)?|type:\s*ignore(\[[\w, -]+\])?|pragma:\s*no (cover|branch))", comment
    )
    return exception is not None and len(re.findall(r"\w+", comment[exception.end() :].replace("reason", ""))) < 2


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# noqa: S101", True),
        ("# noqa: S101 -- tests assert their findings", False),
        ("# type: ignore[misc]", True),
        ("# type: ignore[misc]  # reason: made by Django", False),
        ("# pragma: no cover", True),
        ("# why this is so", False),
    ],
)
def test_reason_is_asked_of_exceptions(comment, expected):
    assert is_without_reason(comment) is expected


def test_exception_from_a_rule_gives_its_reason():
    python = [path for path in committed() if path.suffix == ".py"]

    bare = [f"{name(p)}:{line} {text}" for p in python for line, text in comments(p) if is_without_reason(text)]

    none(bare)


def test_nothing_is_left_for_later():
    later = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b")

    found = [f"{name(p)}:{line}" for p in modules() for line, text in comments(p) if later.match(text)]

    none(found)


def is_undocumented(node: ast.AST) -> bool:
    documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    if not isinstance(node, documented) or node.name.startswith("_"):
        return False
    first = (ast.get_docstring(node) or "").split("\n")[0]
    return not first.endswith((".", "?", ":")) and node.name != "Meta"


def public(path: Path) -> Iterator[ast.AST]:
    for node in tree(path).body:
        yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from node.body


def test_public_thing_says_what_it_is_for():
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in modules()
        for node in public(path)
        if is_undocumented(node) and not is_overload(node)
    ]

    none(silent)


def is_overload(node: ast.AST) -> bool:
    marks = [ast.unparse(mark) for mark in getattr(node, "decorator_list", [])]
    return any(mark in {"overload", "override"} or mark.endswith(".setter") for mark in marks)


def is_write(node: ast.AST) -> bool:
    """Tell whether this writes a record: ``study.save()``, ``Study.objects.filter(…).update(…)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    whole = ast.unparse(node.func.value)
    return node.func.attr in {"save", "delete", "asave", "adelete"} or (
        node.func.attr in {"update", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
        and (".objects" in whole or whole.endswith("_set"))
    )


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("study.save()", True),
        ("Study.objects.filter(pk=1).update(state='x')", True),
        ("Study.objects.create()", True),
        ("words.update(more)", False),
        ("study.approve()", False),
    ],
)
def test_write_is_told_from_other_calls(code, expected):
    assert is_write(ast.parse(code, mode="eval").body) is expected


def test_record_is_written_only_by_actions_letters_and_jobs():
    outside = [path for path in modules() if path.relative_to(PACKAGE).parts[0] not in {"kernel", "lib"}]

    found = [
        f"{name(path)}:{node.lineno}"
        for path in outside
        if not WRITERS & set(path.relative_to(PACKAGE).with_suffix("").parts[2:])
        for node in ast.walk(tree(path))
        if is_write(node)
    ]

    none(found)


def modules_to_test() -> Iterator[Path]:
    for path in modules():
        place = path.relative_to(PACKAGE)
        if place.parts[0] in TESTED and not TESTED_ELSEWHERE.search(str(place)):
            yield place


def test_module_has_a_test_of_its_name():
    untested = [str(p) for p in modules_to_test() if not (ROOT / "tests" / p.parent / f"test_{p.name}").is_file()]

    none(untested)


def test_test_has_a_module_of_its_name():
    # The doors are tested page by page and command by command.
    mirrored = [path for layer in TESTED for path in (ROOT / "tests" / layer).glob("**/test_*.py")]

    strays = [
        name(path)
        for path in mirrored
        if not path.name.startswith(SEVERAL) and not is_mirror(path.relative_to(ROOT / "tests"))
    ]

    none(strays)


def is_mirror(place: Path) -> bool:
    """Tell whether a test is named after a module or package, with or without what it looks at: test_decision_speed."""
    words = place.stem.removeprefix("test_").split("_")
    stems = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
    beside = PACKAGE / place.parent
    return any((beside / f"{stem}.py").is_file() or (beside / stem).is_dir() for stem in stems)
