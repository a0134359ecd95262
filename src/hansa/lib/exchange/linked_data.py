"""Read a credential as statements, the way everybody reads it who knows its contexts.

A credential is JSON-LD: a tree of objects that says something about things, by terms that contexts
define. Here it becomes statements (quads) for `canonical_rdf`. Source: W3C JSON-LD 1.1 Processing
Algorithms and API, sections 5.1 and 8, for the contexts in `vocabulary` and without what
credentials do not use: language maps, reverse properties, nesting and contexts written in place.
What cannot be read is refused and never left out, so nothing in a credential escapes a signature.

    canonical_text(quads(credential))
"""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from hansa.lib.canonical import MAXIMUM_DEPTH, canonical
from hansa.lib.errors import InvalidError
from hansa.lib.exchange.canonical_rdf import BLANK, Quad
from hansa.lib.exchange.vocabulary import ASK, EMPTY, Term, Vocabulary

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = f"<{RDF}type>"
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
NAMELESS = re.compile(r"_:[A-Za-z0-9_-]+")
MOST_PLAIN = 1e21
ESCAPES = {
    **{sign: f"\\u{sign:04X}" for sign in [*range(0x20), 0x7F]},
    **{ord(sign): text for sign, text in {"\b": r"\b", "\t": r"\t", "\n": r"\n", "\f": r"\f", "\r": r"\r"}.items()},
    ord('"'): r"\"",
    ord("\\"): r"\\",
}


def quads(document: Mapping[str, Any]) -> set[Quad]:
    """Return what a document says, or raise InvalidError where a part of it has no meaning."""
    reader = _Reader()
    # Refuses what JSON cannot hold: infinite numbers, halves of signs, nesting without end.
    canonical(dict(document))
    reader.node(document, EMPTY, graph="")
    return reader.found


def literal(text: str, *, datatype: str = "") -> str:
    """Return a text as N-Quads writes it (RDF 1.2 N-Quads, canonical form)."""
    return f'"{text.translate(ESCAPES)}"' + (f"^^<{datatype}>" if datatype else "")


class _Reader:
    """Collect the statements of one document."""

    def __init__(self) -> None:
        self.found: set[Quad] = set()
        self._numbers = count()
        self._level = 0

    def node(self, element: Mapping[str, Any], vocabulary: Vocabulary, *, graph: str, term: Term | None = None) -> str:
        """Read an object and return its name."""
        self._level += 1
        if self._level > MAXIMUM_DEPTH:
            raise InvalidError(f"The credential is nested deeper than {MAXIMUM_DEPTH} levels.", ASK)
        here = vocabulary.below()
        if term is not None:
            here = here.with_term(term)
        if "@context" in element:
            here = here.with_contexts(element["@context"])
        types = _types(element, here)
        inside = here.with_types(types)
        name = self._name(element, inside)
        self.found.update((name, TYPE, _address(kind, here), graph) for kind in types)
        for key, value in element.items():
            used = None if key == "@context" else inside.term(key)
            if used is not None and not used.iri.startswith("@"):
                self._property(value, inside, subject=name, term=used, graph=graph)
        self._level -= 1
        return name

    def _name(self, element: Mapping[str, Any], vocabulary: Vocabulary) -> str:
        given = [element[key] for key in element if key != "@context" and vocabulary.term(key).iri == "@id"]
        return _iri(given[0]) if given else self._nameless()

    def _nameless(self) -> str:
        # Names of a document cannot hold a full stop, so these never meet them.
        return f"{BLANK}n.{next(self._numbers)}"

    def _property(self, value: Any, vocabulary: Vocabulary, *, subject: str, term: Term, graph: str) -> None:
        predicate = f"<{term.iri}>"
        if term.coercion == "@json":
            self.found.add((subject, predicate, literal(canonical(value).decode(), datatype=f"{RDF}JSON"), graph))
        elif term.container == "@list":
            items = [self._value(one, vocabulary, term=term, graph=graph) for one in _flat(value)]
            self.found.add((subject, predicate, self._list(items, graph), graph))
        else:
            for one in _flat(value):
                self.found.add((subject, predicate, self._value(one, vocabulary, term=term, graph=graph), graph))

    def _list(self, items: list[str], graph: str) -> str:
        rest = f"<{RDF}nil>"
        for item in reversed(items):
            cell = self._nameless()
            self.found |= {(cell, f"<{RDF}first>", item, graph), (cell, f"<{RDF}rest>", rest, graph)}
            rest = cell
        return rest

    def _value(self, value: Any, vocabulary: Vocabulary, *, term: Term, graph: str) -> str:
        if not isinstance(value, dict):
            return _scalar(value, vocabulary.with_term(term), term=term)
        if term.container != "@graph":
            return self.node(value, vocabulary, graph=graph, term=term)
        inner = self._nameless()
        self.node(value, vocabulary, graph=inner, term=term)
        return inner


def _types(element: Mapping[str, Any], vocabulary: Vocabulary) -> list[str]:
    keys = [key for key in element if (found := vocabulary.terms.get(key)) and found.iri == "@type"]
    types = [one for key in keys for one in _flat(element[key])]
    if not all(isinstance(one, str) for one in types):
        raise InvalidError("A type of the credential is no text.", ASK)
    return types


def _flat(value: Any) -> Iterator[Any]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, list):
            yield from _flat(one)
        elif one is not None:
            yield one


def _scalar(value: Any, vocabulary: Vocabulary, *, term: Term) -> str:
    if isinstance(value, str) and term.coercion in ("@id", "@vocab"):
        return _iri(value) if term.coercion == "@id" else _address(value, vocabulary)
    datatype = "" if term.coercion in ("@id", "@vocab") else term.coercion
    if isinstance(value, str):
        return literal(value, datatype=datatype)
    if isinstance(value, bool):
        return literal(str(value).lower(), datatype=datatype or f"{XSD}boolean")
    return _number(value, datatype)


def _number(value: float, datatype: str) -> str:
    """Write a number (JSON-LD 1.1 API, section 8.2.2): whole ones plainly, others with an exponent."""
    if value == int(value) and abs(value) < MOST_PLAIN:
        return literal(str(int(value)), datatype=datatype or f"{XSD}integer")
    digits, _e, exponent = f"{value:.15E}".partition("E")
    whole, _point, fraction = digits.partition(".")
    text = f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"
    return literal(text, datatype=datatype or f"{XSD}double")


def _address(name: str, vocabulary: Vocabulary) -> str:
    """Return the address that a type or a word of the vocabulary stands for."""
    return _iri(name) if ":" in name else _iri(vocabulary.term(name).iri)


def _iri(name: Any) -> str:
    if isinstance(name, str):
        if NAMELESS.fullmatch(name):
            return name
        if ADDRESS.fullmatch(name):
            return f"<{name}>"
    raise InvalidError("An id or address of the credential is not absolute.", "Ask the issuer for a corrected one.")
