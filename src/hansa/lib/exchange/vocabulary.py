"""Know what the terms of a credential mean: the JSON-LD contexts that Hansa ships, and no others.

A context maps short terms to addresses and says how their values are read. Contexts may bring
further contexts for one type or one term. Source: W3C JSON-LD 1.1 Processing Algorithms and API,
sections 4.1 and 4.2, for what the shipped contexts use. A term may be repeated by a later context and
may not be changed, as if all were protected. Nothing is fetched and nothing is guessed: a
context or term that is not known is refused, because a signature would not cover it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from hansa.lib.errors import InvalidError

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
SHIPPED: Mapping[str, str] = MappingProxyType(
    {
        CREDENTIALS: "credentials-v2.jsonld",
        BADGES: "open-badges-3.0.3.jsonld",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": "open-badges-3.0.2.jsonld",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json": "open-badges-extensions.jsonld",
    }
)
ASK = "Ask the issuer for a credential that uses the published terms of Open Badges 3.0 alone."


@dataclass(frozen=True, kw_only=True)
class Term:
    """What one term means: its address, how texts under it are read, how several are kept, what it brings along."""

    iri: str
    coercion: str = ""
    container: str = ""
    brings_context: bool = False
    context: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Vocabulary:
    """The terms that hold in one place of a document, and those that hold again one level further down."""

    terms: Mapping[str, Term]
    outer: "Vocabulary | None" = None

    def term(self, name: str) -> Term:
        """Return what a term means, or raise InvalidError where it is unknown."""
        found = self.terms.get(name)
        if found is None:
            raise InvalidError(f"The term “{name[:80]}” is defined by none of the contexts of the credential.", ASK)
        return found

    def below(self) -> "Vocabulary":
        """Return the terms that hold in an object further down: those of a type end with the object."""
        return self.outer or self

    def with_contexts(self, named: Any) -> "Vocabulary":
        """Return the terms after the contexts that a document names."""
        names = named if isinstance(named, list) else [named]
        found = self
        for name in names:
            if not isinstance(name, str) or name not in SHIPPED:
                shown = name[:120] if isinstance(name, str) else "written into the credential"
                raise InvalidError(f"The credential uses a context that Hansa does not know: {shown}.", ASK)
            found = Vocabulary(_joined(found.terms, _shipped(name)))
        return found

    def with_types(self, types: list[str]) -> "Vocabulary":
        """Return the terms inside an object of some types."""
        found = self
        for name in sorted(types):
            term = self.terms.get(name)
            if term is not None and term.context is not None:
                found = Vocabulary(_joined(found.terms, _terms(term.context)), self)
        return found

    def with_term(self, term: Term) -> "Vocabulary":
        """Return the terms below one term; what it brings along may change protected terms."""
        if not term.brings_context:
            return self
        if term.context is None:
            return EMPTY
        return Vocabulary({**self.terms, **_terms(term.context)})


EMPTY = Vocabulary(MappingProxyType({}))


def _joined(terms: Mapping[str, Term], more: Mapping[str, Term]) -> Mapping[str, Term]:
    changed = next((name for name, term in more.items() if terms.get(name, term) != term), None)
    if changed is not None:
        raise InvalidError(f"The types of the credential disagree on what “{changed}” means.", ASK)
    return {**terms, **more}


@cache
def _shipped(address: str) -> Mapping[str, Term]:
    text = (files("hansa.lib.exchange.contexts") / SHIPPED[address]).read_text(encoding="utf-8")
    return _terms(json.loads(text)["@context"])


def _terms(context: Mapping[str, Any]) -> Mapping[str, Term]:
    return {name: _read(context, name) for name in context if not name.startswith("@")}


def _read(context: Mapping[str, Any], name: str) -> Term:
    given = context[name]
    written = given if isinstance(given, dict) else {"@id": given}
    iri = written["@id"]
    return Term(
        iri=iri if iri.startswith("@") or ":" in iri else _read(context, iri).iri,
        coercion=written.get("@type", ""),
        container=written.get("@container", ""),
        brings_context="@context" in written,
        context=written.get("@context"),
    )
