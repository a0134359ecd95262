"""Every text that people see is in German and in Swedish, with the same placeholders, and compiled."""

import gettext
import re

import pytest

from hansa.web import translations
from hansa.web.translations import Entry, Text

PLACE = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_catalogue_translates_every_text_of_the_interface(language):
    entries = translations.read(translations.catalogue(language))

    wanted = translations.texts()
    left = [text.id for text in wanted if text.id not in entries or not entries[text.id].is_done]
    changed = [text.id for text in wanted if text.id in entries and entries[text.id].text != text]
    remedy = "run: python -m hansa.web.translations, and translate what it names in src/hansa/locale"
    assert (left, changed) == ([], []), remedy


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_catalogue_keeps_every_placeholder(language):
    entries = translations.read(translations.catalogue(language))

    lost = [
        (entry.text.id, said)
        for entry in entries.values()
        for form, said in zip((entry.text.id, entry.text.plural), entry.said, strict=False)
        if entry.text.id and said and sorted(set(PLACE.findall(said))) != sorted(set(PLACE.findall(form)))
    ]
    assert lost == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_catalogue_is_compiled_as_it_stands(language):
    path = translations.catalogue(language)

    assert path.with_suffix(".mo").read_bytes() == translations.compiled(translations.read(path))


def test_compiled_catalogue_is_read_by_gettext(tmp_path):
    header = Entry(Text(""), ["Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"])
    entries = {
        "": header,
        "ship": Entry(Text("ship"), ["Schiff"]),
        "%(n)d ship": Entry(Text("%(n)d ship", "%(n)d ships"), ["%(n)d Schiff", "%(n)d Schiffe"]),
        "sea": Entry(Text("sea"), [""]),
        "wind": Entry(Text("wind"), ["Wind"], fuzzy=True),
    }
    path = tmp_path / "django.mo"
    path.write_bytes(translations.compiled(entries))

    with path.open("rb") as file:
        read = gettext.GNUTranslations(file)

    assert (read.gettext("ship"), read.gettext("sea"), read.gettext("wind")) == ("Schiff", "sea", "wind")
    assert [read.ngettext("%(n)d ship", "%(n)d ships", n) for n in (1, 2)] == ["%(n)d Schiff", "%(n)d Schiffe"]


def test_catalogue_survives_being_written_and_read(tmp_path):
    entries = {
        'a "quoted"\nline\\': Entry(Text('a "quoted"\nline\\'), ['ein "Zitat"\n\\']),
        "one": Entry(Text("one", "many"), ["eins", "viele"], fuzzy=True),
        "none": Entry(Text("none"), [""]),
    }

    translations.write(tmp_path / "de.po", entries)

    assert translations.read(tmp_path / "de.po") == entries


def test_texts_are_found_in_python_templates_and_actions(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(
        "{% translate \"Home\" as home %}{% translate 'Sea, 5 %' %}"
        "{% blocktranslate count n=n %}{{ n }} ship, 5 %{% plural %}{{ n }} ships{% endblocktranslate %}",
        encoding="utf-8",
    )
    (tmp_path / "actions.py").write_text(
        '@action(needs="x")\ndef sail():\n    """Sail away.\n\n    The ship\n    leaves.\n    """\n\n'
        '@action(needs="x")\ndef row():\n    """Row."""\n\n'
        'def other():\n    """Not seen."""\n\n@property\ndef more():\n    """Not seen either."""\n\n'
        '_("Wind" " and sea")\nngettext("one", "two", 2)\nprint("no")\n_(name)\n',
        encoding="utf-8",
    )

    found = translations.texts(tmp_path)

    assert found == [
        Text("%(n)s ship, 5 %%", "%(n)s ships"),
        Text("Home"),
        Text("Row."),
        Text("Sail away."),
        Text("Sea, 5 %%"),
        Text("The ship leaves."),
        Text("Wind and sea"),
        Text("one", "two"),
    ]


def test_renew_adds_new_texts_and_drops_old_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    monkeypatch.setattr(translations, "texts", lambda: [Text("sea"), Text("ship", "ships")])
    path = translations.catalogue("de")
    known = {
        "": Entry(Text(""), ["Content-Type: text/plain; charset=UTF-8\n"]),
        "sea": Entry(Text("sea"), ["Meer"]),
        "ship": Entry(Text("ship"), ["Schiff"]),
        "old": Entry(Text("old"), ["alt"]),
    }
    translations.write(path, known)

    left = translations.renew("de")

    entries = translations.read(path)
    assert left == [Text("ship", "ships")]
    assert sorted(entries) == ["", "sea", "ship"]
    assert entries["sea"].said == ["Meer"]
    assert path.with_suffix(".mo").exists()
