"""Translations: find every text that people see, keep it in catalogues, compile these.

The texts stand in four places: in calls of gettext, in templates, in the docstrings of
actions (the button and what it does), and in the names of roles and states, which are
calls of gettext again. This module reads them all without running anything foreign, so
a test can say which text has no German or Swedish yet.

    python -m hansa.web.translations     # add new texts to the catalogues and compile them
"""

import ast
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
LOCALE = PACKAGE / "locale"
LANGUAGES = ("de", "sv")
SINGULAR = {"_", "gettext", "gettext_lazy"}
PLURAL = {"ngettext", "ngettext_lazy"}
MAGIC = 0x950412DE

TRANSLATE = re.compile(r"""\{%\s*translate\s+(?:"([^"]*)"|'([^']*)')""")
BLOCK = re.compile(r"\{%\s*blocktranslate\b[^%]*%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.DOTALL)
PLURAL_TAG = re.compile(r"\{%\s*plural\s*%\}")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
ENTRY = re.compile(r'^(msgid|msgid_plural|msgstr|msgstr\[(\d)\])\s+"(.*)"$')
ESCAPES = {"\\n": "\n", '\\"': '"', "\\\\": "\\"}


@dataclass(frozen=True)
class Text:
    """One text to translate, with its plural where it has one."""

    id: str
    plural: str = ""


@dataclass
class Entry:
    """One entry of a catalogue."""

    text: Text
    said: list[str] = field(default_factory=list)
    fuzzy: bool = False

    @property
    def is_done(self) -> bool:
        """Tell whether every form is translated and nobody doubts it."""
        return not self.fuzzy and len(self.said) == (2 if self.text.plural else 1) and all(self.said)


def texts(package: Path = PACKAGE) -> list[Text]:
    """Return every text of the package that people see, each once, in a lasting order."""
    found: dict[str, Text] = {}
    for path in sorted(package.rglob("*.py")):
        for text in [*in_python(path), *in_actions(path)]:
            found.setdefault(text.id, text)
            if text.plural:
                found[text.id] = text
    for path in sorted(package.rglob("templates/**/*.html")):
        for text in in_template(path.read_text(encoding="utf-8")):
            if text.plural or text.id not in found:
                found[text.id] = text
    return sorted(found.values(), key=lambda text: text.id)


def in_python(path: Path) -> Iterator[Text]:
    """Yield the texts given to gettext in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if node.func.id in SINGULAR and given:
                yield Text(given[0])
            if node.func.id in PLURAL and len(given) > 1:
                yield Text(given[0], given[1])


def in_actions(path: Path) -> Iterator[Text]:
    """Yield the button and the explanation of each action in a module."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and any(_is_action(mark) for mark in node.decorator_list):
            title, _blank, rest = (ast.get_docstring(node) or "").partition("\n\n")
            yield Text(title.splitlines()[0])
            if rest:
                yield Text(" ".join(rest.split()))


def _is_action(mark: ast.expr) -> bool:
    return isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "action"


def in_template(source: str) -> Iterator[Text]:
    """Yield the texts of a template, written as gettext sees them."""
    for double, single in TRANSLATE.findall(source):
        # Django doubles the sign in its tags, so that no text is mistaken for a format.
        yield Text((double or single).replace("%", "%%"))
    for block in BLOCK.findall(source):
        forms = [VARIABLE.sub(r"%(\1)s", part.replace("%", "%%")) for part in PLURAL_TAG.split(block)]
        yield Text(*forms)


def read(path: Path) -> dict[str, Entry]:
    """Return the entries of a catalogue by their text."""
    entries: dict[str, Entry] = {}
    for block in path.read_text(encoding="utf-8").split("\n\n"):
        entry = _entry(block)
        if entry is not None:
            entries[entry.text.id] = entry
    return entries


def _entry(block: str) -> Entry | None:
    parts: dict[str, str] = {}
    last = ""
    for line in block.splitlines():
        if match := ENTRY.match(line):
            last = match[1]
            parts[last] = _plain(match[3])
        elif line.startswith('"') and last:
            parts[last] += _plain(line[1:-1])
    if "msgid" not in parts:
        return None
    said = [words for name, words in parts.items() if name.startswith("msgstr")]
    return Entry(Text(parts["msgid"], parts.get("msgid_plural", "")), said, fuzzy="#, fuzzy" in block)


def _plain(words: str) -> str:
    return re.sub(r'\\[n"\\]', lambda match: ESCAPES[match[0]], words)


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def write(path: Path, entries: Mapping[str, Entry]) -> None:
    """Write a catalogue, its header first."""
    blocks = []
    for entry in sorted(entries.values(), key=lambda entry: entry.text.id):
        lines = ["#, fuzzy"] if entry.fuzzy else []
        lines.append(f"msgid {_quoted(entry.text.id)}")
        if entry.text.plural:
            lines.append(f"msgid_plural {_quoted(entry.text.plural)}")
            said = [*entry.said, "", ""][:2]
            lines += [f"msgstr[{form}] {_quoted(words)}" for form, words in enumerate(said)]
        else:
            lines.append(f"msgstr {_quoted([*entry.said, ''][0])}")
        blocks.append("\n".join(lines))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def compiled(entries: Mapping[str, Entry]) -> bytes:
    """Return a catalogue in the binary form that gettext reads at run time."""
    pairs = sorted(
        ("\0".join(filter(None, (e.text.id, e.text.plural))).encode(), "\0".join(e.said).encode())
        for e in entries.values()
        if e.text.id == "" or e.is_done
    )
    head, count = 7 * 4, len(pairs)
    offset = head + 16 * count
    tables: tuple[list[bytes], list[bytes]] = ([], [])
    data = b""
    for column in (0, 1):
        for pair in pairs:
            tables[column].append(struct.pack("<II", len(pair[column]), offset + len(data)))
            data += pair[column] + b"\0"
    header = struct.pack("<7I", MAGIC, 0, count, head, head + 8 * count, 0, 0)
    return header + b"".join(tables[0]) + b"".join(tables[1]) + data


def catalogue(language: str) -> Path:
    """Return where the catalogue of a language lies."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def renew(language: str) -> list[Text]:
    """Bring a catalogue up to date and compile it; return what is not translated yet."""
    path = catalogue(language)
    known = read(path)
    wanted = {text.id: text for text in texts()}
    entries = {"": known[""]}
    for text in wanted.values():
        old = known.get(text.id)
        said = old.said if old is not None and old.text.plural == text.plural else []
        entries[text.id] = Entry(text, said, fuzzy=old.fuzzy if old else False)
    write(path, entries)
    path.with_suffix(".mo").write_bytes(compiled(entries))
    return [entry.text for entry in entries.values() if entry.text.id and not entry.is_done]


if __name__ == "__main__":
    for spoken in LANGUAGES:
        left = renew(spoken)
        print(f"{spoken}: {len(left)} left")  # noqa: T201 -- a command says what it did
