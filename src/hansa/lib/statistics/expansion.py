"""The grammar of formulas: text in, a list of terms out, and no way to anything else.

Wilkinson and Rogers (1973) as R reads them: `^` binds before `:`, `:` before `*`, `*` before
`+` and `-`. A term is the set of its factors, so `a:b` and `b:a` are one term and `a:a` is
`a`. The text is read token by token and every operator is carried out here on plain tuples of
names, so a formula cannot call a function, reach an attribute or grow without bound.
"""

import re
from typing import TypeAlias

from hansa.lib.errors import InvalidError

LONGEST_FORMULA = 2000
DEEPEST_BRACKETS = 20
HIGHEST_POWER = 3
MOST_TERMS = 200
REMEDY = "Use declared variables, + - : * ^ and brackets, C(variable) and log(variable)."
CALLS = ("C", "log")

Term: TypeAlias = tuple[str, ...]
Terms: TypeAlias = dict[frozenset[str], Term]

_TOKEN = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*|\d+(?![\w.])|\*\*|[~+\-:*^(),])")


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a formula; InvalidError names the first thing that is none."""
    if len(text) > LONGEST_FORMULA:
        raise InvalidError(f"The formula has {len(text)} characters.", f"Keep it under {LONGEST_FORMULA}.")
    tokens: list[str] = []
    position, text = 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise InvalidError(f"The formula has '{text[position:].strip()[0]}', which is not allowed.", REMEDY)
        tokens.append(match.group(1))
        position = match.end()
    return tokens


def expand(tokens: list[str]) -> tuple[list[Term], bool]:
    """Return the terms of a right side, lower orders first, and whether it has an intercept."""
    reading = _Reading(tokens)
    terms = reading.sum({frozenset(): ()})
    if reading.peek():
        raise InvalidError(f"The right side of the formula goes wrong at '{reading.peek()}'.", REMEDY)
    return sorted((term for term in terms.values() if term), key=len), frozenset() in terms


class _Reading:
    """Read tokens from left to right, one method for each strength of binding."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def sum(self, terms: Terms) -> Terms:
        sign = self.take() if self.peek() in ("+", "-") else "+"
        while sign:
            if self.peek() == "0":
                self.take()
                found: Terms = {frozenset(): ()}
                sign = "-" if sign == "+" else "+"
            else:
                found = self.crossing()
            terms = _bounded(terms | found) if sign == "+" else {k: t for k, t in terms.items() if k not in found}
            sign = self.take() if self.peek() in ("+", "-") else ""
        return terms

    def crossing(self) -> Terms:
        terms = self.interaction()
        while self.peek() == "*":
            self.take()
            other = self.interaction()
            terms = _bounded(terms | other | _times(terms, other))
        return terms

    def interaction(self) -> Terms:
        terms = self.power()
        while self.peek() == ":":
            self.take()
            terms = _times(terms, self.power())
        return terms

    def power(self) -> Terms:
        terms = self.atom()
        while self.peek() in ("^", "**"):
            self.take()
            power = self.take()
            if power not in [str(each) for each in range(1, HIGHEST_POWER + 1)]:
                raise InvalidError(f"The formula has the power '{power}'.", f"Use a power from 1 to {HIGHEST_POWER}.")
            once = terms
            for _ in range(int(power) - 1):
                terms = _bounded(terms | _times(terms, once))
        return terms

    def atom(self) -> Terms:
        token = self.take()
        if token == "(":  # noqa: S105 - a bracket, not a password
            return self.bracket()
        if token == "1":  # noqa: S105 - the intercept, not a password
            return {frozenset(): ()}
        if token.isdigit():
            raise InvalidError(f"The formula has the number {token}.", "Write 1 or 0 for the intercept, nothing else.")
        if not token:
            raise InvalidError("The formula ends where a variable should be.", REMEDY)
        if not token[:1].isalpha():
            raise InvalidError(f"The formula has '{token}' where a variable should be.", REMEDY)
        factor = self.call(token) if self.peek() == "(" else token
        return {frozenset({factor}): (factor,)}

    def bracket(self) -> Terms:
        self.depth += 1
        if self.depth > DEEPEST_BRACKETS:
            raise InvalidError(f"The formula has over {DEEPEST_BRACKETS} brackets in brackets.", "Write it simpler.")
        terms = self.sum({})
        self.close()
        self.depth -= 1
        return terms

    def call(self, name: str) -> str:
        if name not in CALLS:
            raise InvalidError(f"The formula calls '{name}', which is not allowed.", REMEDY)
        self.take()
        variable = self.take()
        if not variable[:1].isalpha():
            raise InvalidError(f"The formula has '{variable}' in {name}(), which takes one variable.", REMEDY)
        self.close()
        return f"{name}({variable})"

    def close(self) -> None:
        if self.take() != ")":
            raise InvalidError("The formula has a bracket that is not closed where it should be.", REMEDY)


def _times(first: Terms, second: Terms) -> Terms:
    products: Terms = {}
    for one in first.values():
        for other in second.values():
            term = tuple(dict.fromkeys(one + other))
            products.setdefault(frozenset(term), term)
    return _bounded(products)


def _bounded(terms: Terms) -> Terms:
    if len(terms) > MOST_TERMS:
        raise InvalidError(f"The formula has over {MOST_TERMS} terms.", "Leave out variables or interactions.")
    return terms
