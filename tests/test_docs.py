"""What the documentation says is true: commands and files exist, links lead somewhere, the reference is the code's."""

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer
from docs.generate import REFERENCE
from docs.sources import walk

from hansa.cli.application import app
from hansa.kernel import reading
from hansa.kernel.actions import ACTIONS
from hansa.kernel.areas import all_areas
from hansa.kernel.letters import KINDS
from hansa.kernel.people import ROLES
from hansa.kernel.policy import VOCABULARIES
from hansa.lib import disclosure, document
from hansa.lib.bundle_checks import Examination
from hansa.lib.keys import SealingKey, SigningKey
from hansa.lib.statistics import protocol
from hansa.node.configuration import Configuration
from tests.sources import PACKAGE, ROOT, committed, name

PAGES = sorted(path for path in committed() if path.suffix == ".md" and "reference" not in path.parts)
FIRST_STUDY = ROOT / "docs" / "tutorials" / "first-study"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
EXPLANATIONS = sorted(
    path
    for path in (ROOT / "docs" / "explanation").glob("*.md")
    if path.name not in ("performance.md", "statistics.md")
)
# Where somebody's machine or package index would show through.
FOREIGN = re.compile(r"/(?:work|root|opt)/|/tmp/|/home/\w|file://|://(?:[\w.-]*\.)?(?:pypi|pythonhosted)\.|/simple/")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def reference(name: str) -> str:
    return text_of(REFERENCE / name)


def commands(path: Path) -> Iterator[list[str]]:
    """Yield every call of hansa in the indented blocks of a page, and in its sentences, as words."""
    for call in re.findall(r"`(hansa [^`]+)`", text_of(path)):
        yield shlex.split(call)
    for line in text_of(path).splitlines():
        for part in re.split(r"&&|\|\||\||;|\$\(|\)", line) if line.startswith("    ") else ():
            found = re.match(r"\s*(?:sudo -u hansa )?(?:/\S+/bin/)?(hansa\s.*)", part)
            if found:
                yield shlex.split(found[1].partition(" > ")[0].replace("…", "x"), comments=True)


def known() -> dict[tuple[str, ...], set[str]]:
    """Return every command with its options."""
    return {
        path: {opt for one in command.params for opt in (*one.opts, *one.secondary_opts)} | {"--help"}
        for path, command in walk(typer.main.get_command(app), ("hansa",))
    }


def faults_of(words: list[str], *, commands: dict[tuple[str, ...], set[str]]) -> list[str]:
    """Return what is wrong with one call."""
    if "--node" in words:
        place = words.index("--node")
        words = words[:place] + words[place + 2 :]
    called = next((tuple(words[:size]) for size in (3, 2) if tuple(words[:size]) in commands), None)
    if called is None:
        return [f"no command: {' '.join(words)}"]
    return [f"{' '.join(called)} has no {one}" for one in words if one.startswith("--") and one not in commands[called]]


def test_reference_is_what_the_code_says(tmp_path):
    made = subprocess.run(
        [sys.executable, "-m", "docs.generate", str(tmp_path)],
        cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr

    found = {path.name: text_of(path) for path in REFERENCE.glob("*.md")}

    assert found == {path.name: text_of(path) for path in tmp_path.glob("*.md")}, "Run: python -m docs.generate"


def test_reference_names_everything():
    actions = {action.name for action in ACTIONS.values() if action.run.__module__.startswith("hansa.")}
    kinds = {kind.name for kind in KINDS.values() if kind.apply.__module__.startswith("hansa.")}
    limits = {limit for area in all_areas() for limit in area.vocabulary.limits}
    rules = {rule.name for rule in disclosure.RULES}
    settings = {one.name for one in fields(Configuration)} - {"directory"}

    absent = [
        *(name for name in actions if f"\n### {name}\n" not in reference("actions.md")),
        *(" ".join(path) for path in known() if f"\n## {' '.join(path)}\n" not in reference("commands.md")),
        *(name for name in kinds if f"| `{name}` |" not in reference("letters.md")),
        *(name for name in limits if f"| `{name}` |" not in reference("vocabulary.md")),
        *(name for name in rules if f"| **{name}** |" not in reference("disclosure.md")),
        *(name for name in settings if f"| `{name}` |" not in reference("settings.md")),
        *(role.name for role in ROLES if f"({role.name})" not in reference("roles.md")),
        *(noun for noun in reading.kinds() if f"\n## {noun}\n" not in reference("records.md")),
    ]

    assert absent == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_in_pages_exist(page):
    calls, there = list(commands(page)), known()

    faults = [fault for words in calls for fault in faults_of(words, commands=there)]

    assert faults == []


def test_readme_sets_up_with_what_is_there():
    lines = [line.strip() for line in text_of(ROOT / "README.md").splitlines() if line.startswith("    ")]
    extras = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["optional-dependencies"]
    recipes = set(re.findall(r"^([a-z-]+)[^:=\n]*:(?!=)", text_of(ROOT / "justfile"), re.MULTILINE))

    asked = [name for line in lines for name in re.findall(r'"\.\[(\w+)\]"', line)]
    called = [name for line in lines for name in re.findall(r"\bjust ([a-z-]+)", line)]

    assert len(lines) == 2
    assert set(asked) <= set(extras)
    assert set(called) <= recipes


@pytest.mark.parametrize("page", [*PAGES, *sorted(REFERENCE.glob("*.md"))], ids=name)
def test_links_lead_somewhere(page):
    targets = [link.partition("#")[0] for link in LINK.findall(text_of(page)) if "://" not in link]

    broken = [target for target in targets if target and not (page.parent / target).exists()]

    assert broken == []


@pytest.mark.parametrize("page", [ROOT / "SECURITY.md", ROOT / "ARCHITECTURE.md", *EXPLANATIONS], ids=name)
def test_pages_name_files_that_exist(page):
    named = re.findall(r"`((?:lib|kernel|areas|web|api|cli|node|client)/[\w/]+\.py)`", text_of(page))

    assert named
    assert [one for one in named if not (PACKAGE / one).is_file()] == []


def test_pages_show_no_machine_and_no_index():
    pages = [*PAGES, *REFERENCE.glob("*.md"), *FIRST_STUDY.iterdir()]

    found = [
        f"{path.name}: {match[0]}" for path in pages if path.is_file() for match in FOREIGN.finditer(text_of(path))
    ]

    assert found == []


def test_glossary_has_the_words_of_the_code():
    words = text_of(ROOT / "GLOSSARY.md").lower()
    records = {kind.__name__.lower() for kind in reading.kinds().values()} - {"apitoken"}
    wanted = sorted(records | {role.name for role in ROLES})

    assert [word for word in wanted if word not in words] == []


def test_checks_of_a_bundle_are_those_on_the_page():
    page = text_of(ROOT / "docs" / "how-to" / "verify-a-bundle.md")
    nothing: Any = None

    steps = Examination(nothing, kinds=nothing, vocabularies={}, trusted=None).steps()

    assert re.findall(r"^\| ([a-z]+) \|", page, re.MULTILINE) == ["check", *(step for step, _title, _do in steps)]


def test_tutorial_is_sound():
    text = json.loads(text_of(FIRST_STUDY / "memorandum.json"))
    blank = [party[key] for party in text["parties"] for key in ("signing_key", "sealing_key")]
    for party in text["parties"]:
        party["signing_key"] = SigningKey.generate().public.text
        party["sealing_key"] = SealingKey.generate().public.text

    document.check(text, vocabularies=VOCABULARIES)

    assert set(blank) == {""}, "Hansa fills them in when the memorandum is drafted."
    assert protocol.check(text_of(FIRST_STUDY / "protocol.yaml")) == []


def test_decisions_are_numbered_and_short():
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))

    numbers = [int(path.name[:4]) for path in decisions]
    lengths = {path.name: len(text_of(path).splitlines()) for path in decisions}

    assert numbers == list(range(1, len(numbers) + 1))
    assert {name: size for name, size in lengths.items() if size > 25} == {}
