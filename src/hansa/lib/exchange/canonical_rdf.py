"""Write a set of statements (an RDF dataset) as the only text that may be hashed.

Statements name some things by an address and some not at all. The nameless ones (blank nodes) get
names from what is said about them, so that two parties who number them differently arrive at the
same text. Source: W3C RDF Dataset Canonicalization 1.0 (RDFC-1.0), chapter 4, with SHA-256.

Nodes that look alike from all sides are tried in every order, which takes for ever on a document
made for that purpose: beyond a number of attempts that no credential needs, it is refused.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import permutations
from typing import TypeAlias

from hansa.lib.errors import InvalidError

#: Subject, predicate, object and graph as N-Quads writes them; the graph "" is the default one.
Quad: TypeAlias = tuple[str, str, str, str]
BLANK = "_:"
MOST_ATTEMPTS = 2000
PLACES = (("s", 0), ("o", 2), ("g", 3))


def canonical_text(quads: Iterable[Quad]) -> str:
    """Return the canonical N-Quads of statements, or raise InvalidError where they are too entangled."""
    kept = set(quads)
    try:
        names = _Naming(kept).names
    except RecursionError:
        raise InvalidError(
            "The document has too many nameless parts that look alike.", "Give the parts of the document an id."
        ) from None
    return "".join(sorted(_line(_named(quad, names)) for quad in kept))


def _line(quad: Iterable[str]) -> str:
    return " ".join(term for term in quad if term) + " .\n"


def _named(quad: Quad, names: dict[str, str]) -> Quad:
    subject, predicate, thing, graph = quad
    return names.get(subject, subject), predicate, names.get(thing, thing), names.get(graph, graph)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class _Issuer:
    """Give out names in the order in which they are asked for (section 4.5)."""

    prefix: str
    names: dict[str, str] = field(default_factory=dict)

    def name(self, node: str) -> str:
        return self.names.setdefault(node, f"{BLANK}{self.prefix}{len(self.names)}")

    def copy(self) -> "_Issuer":
        return _Issuer(self.prefix, dict(self.names))


@dataclass
class _Path:
    """One order of going through nodes that look alike: its text so far and the names given on the way."""

    text: str
    issuer: _Issuer
    later: list[str]


class _Naming:
    """Name all nameless nodes of a dataset (section 4.4.3)."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        self._about: dict[str, list[Quad]] = defaultdict(list)
        for quad in quads:
            for node in {quad[place] for _letter, place in PLACES if quad[place].startswith(BLANK)}:
                self._about[node].append(quad)
        self._hashes = {node: self._first_degree(node) for node in self._about}
        self._canonical = _Issuer("c14n")
        self._attempts = 0
        self._name_all()

    @property
    def names(self) -> dict[str, str]:
        return self._canonical.names

    def _name_all(self) -> None:
        alike: dict[str, list[str]] = defaultdict(list)
        for node, digest in self._hashes.items():
            alike[digest].append(node)
        for digest in sorted(alike):
            if len(alike[digest]) == 1:
                self._canonical.name(alike[digest][0])
        for digest in sorted(alike):
            if len(alike[digest]) > 1:
                self._name_alike(alike[digest])

    def _name_alike(self, nodes: list[str]) -> None:
        found = []
        for node in nodes:
            if node not in self.names:
                issuer = _Issuer("b")
                issuer.name(node)
                found.append(self._n_degree(node, issuer))
        for _digest, issuer in sorted(found, key=lambda pair: pair[0]):
            for node in issuer.names:
                self._canonical.name(node)

    def _first_degree(self, node: str) -> str:
        """Hash what is said about a node alone (section 4.6)."""
        marked = (
            tuple(f"{BLANK}a" if term == node else f"{BLANK}z" if term.startswith(BLANK) else term for term in quad)
            for quad in self._about[node]
        )
        return _sha("".join(sorted(map(_line, marked))))

    def _related(self, node: str, *, quad: Quad, letter: str, issuer: _Issuer) -> str:
        """Hash how another node is related (section 4.7)."""
        name = self.names.get(node) or issuer.names.get(node) or self._hashes[node]
        return _sha(letter + ("" if letter == "g" else quad[1]) + name)

    def _n_degree(self, node: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Hash a node by all that it is related to (section 4.8)."""
        groups: dict[str, list[str]] = defaultdict(list)
        for quad in self._about[node]:
            for letter, place in PLACES:
                other = quad[place]
                if other.startswith(BLANK) and other != node:
                    groups[self._related(other, quad=quad, letter=letter, issuer=issuer)].append(other)
        text = ""
        for digest in sorted(groups):
            best = self._best(groups[digest], issuer)
            text += digest + best.text
            issuer = best.issuer
        return _sha(text), issuer

    def _best(self, nodes: list[str], issuer: _Issuer) -> _Path:
        """Return the order of nodes with the least text (section 4.8.3, step 5)."""
        return min((self._path(order, issuer) for order in permutations(nodes)), key=lambda path: path.text)

    def _path(self, order: Iterable[str], issuer: _Issuer) -> _Path:
        self._count()
        path = self._first_steps(order, issuer)
        for node in path.later:
            digest, after = self._n_degree(node, path.issuer)
            path.text += f"{path.issuer.name(node)}<{digest}>"
            path.issuer = after
        return path

    def _first_steps(self, order: Iterable[str], issuer: _Issuer) -> _Path:
        path = _Path("", issuer.copy(), [])
        for node in order:
            if node not in self.names and node not in path.issuer.names:
                path.later.append(node)
            path.text += self.names.get(node) or path.issuer.name(node)
        return path

    def _count(self) -> None:
        self._attempts += 1
        if self._attempts > MOST_ATTEMPTS:
            raise RecursionError
