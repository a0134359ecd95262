"""Terms in plain words, in the three languages of the interface.

A lawyer reads sentences, a node reads terms, and the two must not drift apart. So the
sentences beside a clause are made from the terms that the node obeys. The words of an area
come with its vocabulary. A word without a translation is shown as it stands in the document:
nothing is left out because a dictionary does not know it.

    terms_in_words(clause, language="de", words=vocabulary.words)
    # ("Erlaubt: eine Studie vorschlagen.", "Hinter jeder Zahl stehen mindestens 10 Menschen.", …)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hansa.lib import duo
from hansa.lib.canonical import JSON, digest
from hansa.lib.errors import InvalidError
from hansa.lib.terms import ALL, Vocabularies, Vocabulary, Words

LANGUAGES = ("en", "de", "sv")

PHRASES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "permits": "Permitted: {}.",
        "purposes": "For: {}.",
        "conditions": "On condition: {}.",
        "person": "A person decides each time: {}.",
        "limit": "Limit {}.",
        "all": "All parties",
        "from": "Valid from {}",
        "until": "until {}",
        "open": "without a fixed end",
        "notice": "ended by any party with {} days' notice",
        "version": "Version {}",
        "parties": "Parties",
        "signatures": "Signatures",
        "unsigned": "not signed yet",
        "page": "Page {} · {}",
        "signed": "Signed by {}, {}, under: {}, on {}",
        "binding": "The attached file agreement.json is the agreement itself: "
        "the signatures stand over it, not over this page.",
    },
    "de": {
        "permits": "Erlaubt: {}.",
        "purposes": "Zweck: {}.",
        "conditions": "Bedingung: {}.",
        "person": "Jedes Mal entscheidet ein Mensch: {}.",
        "limit": "Grenze {}.",
        "all": "Alle Parteien",
        "from": "Gültig ab {}",
        "until": "bis {}",
        "open": "ohne festes Ende",
        "notice": "von jeder Partei mit einer Frist von {} Tagen kündbar",
        "version": "Fassung {}",
        "parties": "Parteien",
        "signatures": "Unterschriften",
        "unsigned": "noch nicht unterschrieben",
        "page": "Seite {} · {}",
        "signed": "Unterschrieben von {}, {}, aufgrund von: {}, am {}",
        "binding": "Die beigefügte Datei agreement.json ist die Vereinbarung selbst: "
        "Die Unterschriften gelten ihr, nicht dieser Seite.",
    },
    "sv": {
        "permits": "Tillåtet: {}.",
        "purposes": "Ändamål: {}.",
        "conditions": "Villkor: {}.",
        "person": "En person beslutar varje gång: {}.",
        "limit": "Gräns {}.",
        "all": "Alla parter",
        "from": "Gäller från {}",
        "until": "till {}",
        "open": "utan fast slut",
        "notice": "kan sägas upp av varje part med {} dagars varsel",
        "version": "Version {}",
        "parties": "Parter",
        "signatures": "Underskrifter",
        "unsigned": "ännu inte undertecknat",
        "page": "Sida {} · {}",
        "signed": "Undertecknat av {}, {}, med stöd av: {}, den {}",
        "binding": "Den bifogade filen agreement.json är själva avtalet: underskrifterna gäller den, inte denna sida.",
    },
}

PURPOSES: Mapping[str, Mapping[str, str]] = {
    "en": {code.id: code.name for code in duo.CODES.values()},
    "de": {
        "DUO:0000004": "jede Nutzung ohne Einschränkung",
        "DUO:0000042": "Forschung jeder Art",
        "DUO:0000006": "Gesundheits-, medizinische oder biomedizinische Forschung",
        "DUO:0000007": "Forschung zu einer benannten Krankheit",
        "DUO:0000011": "Forschung zu Herkunft oder Abstammung",
        "DUO:0000043": "klinische Versorgung",
        "DUO:0000012": "nur Forschung der genannten Art",
        "DUO:0000015": "keine Entwicklung von Methoden",
        "DUO:0000016": "nur genetische Studien",
        "DUO:0000018": "nicht gewinnorientiert und nicht kommerziell",
        "DUO:0000019": "Ergebnisse müssen veröffentlicht werden",
        "DUO:0000020": "nur gemeinsam mit den leitenden Forschenden",
        "DUO:0000021": "nur mit Ethikvotum",
        "DUO:0000022": "nur in der genannten Region",
        "DUO:0000024": "keine Veröffentlichung vor dem genannten Tag",
        "DUO:0000025": "nur für die genannte Zeit",
        "DUO:0000026": "nur durch zugelassene Personen",
        "DUO:0000027": "nur im zugelassenen Vorhaben",
        "DUO:0000028": "nur in den zugelassenen Einrichtungen",
        "DUO:0000029": "abgeleitete Daten müssen zurückgegeben werden",
        "DUO:0000044": "keine Forschung zu Herkunft oder Abstammung",
        "DUO:0000045": "nur durch nicht gewinnorientierte Einrichtungen",
        "DUO:0000046": "keine kommerzielle Nutzung",
    },
    "sv": {
        "DUO:0000004": "all användning utan begränsning",
        "DUO:0000042": "forskning av alla slag",
        "DUO:0000006": "hälso-, medicinsk eller biomedicinsk forskning",
        "DUO:0000007": "forskning om en namngiven sjukdom",
        "DUO:0000011": "forskning om ursprung eller härstamning",
        "DUO:0000043": "klinisk vård",
        "DUO:0000012": "endast forskning av angivet slag",
        "DUO:0000015": "ingen metodutveckling",
        "DUO:0000016": "endast genetiska studier",
        "DUO:0000018": "utan vinstsyfte och inte kommersiellt",
        "DUO:0000019": "resultat måste publiceras",
        "DUO:0000020": "endast tillsammans med de ledande forskarna",
        "DUO:0000021": "endast med etiskt godkännande",
        "DUO:0000022": "endast inom angiven region",
        "DUO:0000024": "ingen publicering före angiven dag",
        "DUO:0000025": "endast under angiven tid",
        "DUO:0000026": "endast av godkända personer",
        "DUO:0000027": "endast inom det godkända projektet",
        "DUO:0000028": "endast inom de godkända institutionerna",
        "DUO:0000029": "härledda data måste återlämnas",
        "DUO:0000044": "ingen forskning om ursprung eller härstamning",
        "DUO:0000045": "endast av organisationer utan vinstsyfte",
        "DUO:0000046": "ingen kommersiell användning",
    },
}


NO_WORDS: Mapping[str, Words] = MappingProxyType({})
NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class ClausePage:
    """Hold one clause as it is read: number, title, paragraphs, parties and terms in words."""

    id: str
    title: str
    text: tuple[str, ...]
    parties: str
    terms: tuple[str, ...]


@dataclass(frozen=True)
class AgreementPage:
    """Hold an agreement as it is read in one language, from the title to the last clause."""

    language: str
    title: str
    version: str
    hash: str
    valid: str
    preamble: tuple[str, ...]
    parties: tuple[str, ...]
    clauses: tuple[ClausePage, ...]


def terms_in_words(
    clause: Mapping[str, JSON],
    *,
    language: str,
    words: Mapping[str, Words] = NO_WORDS,
    names: Mapping[str, str] = NO_NAMES,
) -> tuple[str, ...]:
    """Say a clause's terms in sentences, with its area's words and the parties' names; text only has none."""
    phrases, known = _words(language), words.get(language, Words())
    codes = [(code, f"{PURPOSES[language].get(code, code)} ({code})") for code in clause["purposes"]]
    lines = {
        "permits": [known.actions.get(action, action) for action in clause["permits"]],
        "purposes": [named for code, named in codes if not _is_condition(code)],
        "conditions": [named for code, named in codes if _is_condition(code)],
        "person": [known.actions.get(action, action) for action in clause["person"]],
    }
    said = {key: phrases[key].format("; ".join(listed)) for key, listed in lines.items() if listed}
    limits = [
        _limit(name, names.get(str(value), value), phrases=phrases, known=known)
        for name, value in sorted(clause["limits"].items())
    ]
    first = [said[key] for key in ("permits", "purposes", "conditions") if key in said]
    return (*first, *limits, *([said["person"]] if "person" in said else []))


def page(document: JSON, *, language: str, vocabularies: Vocabularies) -> AgreementPage:
    """Return an agreement as a person reads it, in a language in which it is written."""
    words = _words(language)
    if language not in document["title"]:
        written = ", ".join(document["title"])
        raise InvalidError("The agreement is not written in this language.", f"Ask for one of {written}.")
    names = {party["id"]: party["name"] for party in document["parties"]}
    return AgreementPage(
        language=language,
        title=document["title"][language],
        version=words["version"].format(document["version"]),
        hash=digest(document),
        valid=_valid(document["valid"], words=words),
        preamble=_paragraphs(document["preamble"][language]),
        parties=tuple(f"{party['name']} ({party['country']}, {party['id']})" for party in document["parties"]),
        clauses=tuple(
            _clause(clause, names=names, language=language, vocabulary=vocabularies.get(clause["area"]))
            for clause in document["clauses"]
        ),
    )


def _words(language: str) -> Mapping[str, str]:
    if language not in PHRASES:
        raise InvalidError("This language is not spoken here.", f"Use one of {', '.join(LANGUAGES)}.")
    return PHRASES[language]


def _is_condition(code: str) -> bool:
    return code in duo.CODES and duo.CODES[code].sort == "condition"


def _limit(name: str, value: JSON, *, phrases: Mapping[str, str], known: Words) -> str:
    sentence = known.limits.get(name) or known.limits.get(f"{name} {value}")
    return phrases["limit"].format(f"{name}: {value}") if sentence is None else sentence.format(value)


def _valid(valid: Mapping[str, JSON], *, words: Mapping[str, str]) -> str:
    until = words["open"] if valid["until"] is None else words["until"].format(valid["until"])
    return f"{words['from'].format(valid['from'])}, {until}; {words['notice'].format(valid['notice_days'])}."


def _clause(
    clause: Mapping[str, JSON], *, names: Mapping[str, str], language: str, vocabulary: Vocabulary | None
) -> ClausePage:
    bound: Sequence[str] | str = clause["parties"]
    return ClausePage(
        id=clause["id"],
        title=clause["title"][language],
        text=_paragraphs(clause["text"][language]),
        parties=PHRASES[language]["all"] if bound == ALL else ", ".join(names[party] for party in bound),
        terms=terms_in_words(
            clause, language=language, words=vocabulary.words if vocabulary else NO_WORDS, names=names
        ),
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.split("\n") if line.strip())
