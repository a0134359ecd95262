"""The pages about what the registries hold: actions, roles, records, letters, terms, endpoints."""

import re
from typing import Any

from docs.markdown import code, codes, sentence, table
from hansa.api.door import API
from hansa.api.records import actions_of
from hansa.api.urls import urlpatterns
from hansa.cli.nouns import hyphenated
from hansa.kernel import reading
from hansa.kernel.actions import ACTIONS, Action, said
from hansa.kernel.areas import all_areas
from hansa.kernel.choices import choices_of
from hansa.kernel.letters import KINDS
from hansa.kernel.models import JointRecord
from hansa.kernel.people import GRANTS, ROLES
from hansa.lib import duo
from hansa.lib.terms import Limit
from hansa.web import words

#: How each part of a row is written in JSON.
PARTS = {
    "text": "text",
    "day": "text like 2026-11-05",
    "whole": "whole number",
    "number": "number",
    "yes": "true or false",
    "list": "[text, …]",
    "wholes": "[whole number, …]",
    "levels": "{language: level, …}",
}


def pages() -> dict[str, str]:
    """Return the pages by file name."""
    return {
        "actions.md": actions(),
        "roles.md": roles(),
        "records.md": records(),
        "letters.md": letters(),
        "vocabulary.md": vocabulary(),
        "endpoints.md": endpoints(),
    }


def actions() -> str:
    """Return every action with its rules, inputs and doors."""
    text = """# Actions

An action is the only way in which a person changes a record; all doors call the same one. It is refused, with the
reason and the remedy, and nothing changes,

- when the person has no role with its permission,
- when the record is in another state than those it starts from,
- where a term is named: when no clause in force permits it,
- when an input is missing, unknown or malformed.
"""
    for noun in reading.kinds():
        text += f"\n## {noun}\n"
        text += "".join(_action(action) for action in actions_of(noun))
    return text


def _action(action: Action[Any]) -> str:
    source, target = (" or ".join(said(action.record, s) for s in ends) for ends in (action.source, action.target))
    key = "" if action.makes else " ID"
    path = f"/api/{action.noun}/{action.verb}" if action.makes else f"/api/{action.noun}/{{id}}/{action.verb}"
    method = f"node.{action.noun}.{action.verb}({'' if action.makes else 'id, '}…)"
    lines = [
        ("permission", f"{code(action.needs)}: {', '.join(_holders(action.needs)) or 'nobody'}"),
        ("from", source),
        ("to", target),
        ("term of a clause", code(action.permit) if action.permit else f"none. {action.because}"),
        ("command", code(f"hansa {action.noun} {hyphenated(action.verb)}{key}")),
        ("endpoint", code(f"POST {path}")),
        ("client", code(method)),
        *(("input", _input(name, about, of=action.name)) for name, about in action.inputs.model_fields.items()),
    ]
    body = table(("", ""), lines)
    return f"\n### {action.name}\n\n{action.title} {action.explanation}".rstrip() + f"\n\n{body}\n"


def _holders(permission: str) -> list[str]:
    return [role.name for role in ROLES if permission in role.permissions]


def _marks(permission: str) -> list[str]:
    return ["yes" if permission in role.permissions else "" for role in ROLES]


def _input(name: str, about: Any, *, of: str) -> str:
    if parts := words.found("ROWS", name, of=of):
        row = ", ".join(f'"{part.name}": {PARTS[part.kind]}' for part in parts)
        return f"{code(name)} (JSON: a list of {{{row}}}), {'needed' if about.is_required() else 'may be left out'}"
    kind = getattr(about.annotation, "__name__", "") if isinstance(about.annotation, type) else ""
    kind = kind or str(about.annotation)
    if choices := choices_of(about):
        kind = f"list[Literal{list(choices)}]" if kind.startswith("list") else f"Literal{list(choices)}"
    kind = re.sub(r"\bstr\b", "text", kind.replace("typing.", ""))
    asked = "needed" if about.is_required() else f"left out: {about.default!r}"
    return f"{code(name)} ({'secret text' if kind == 'SecretStr' else kind}), {asked}"


def roles() -> str:
    """Return every role and which permission it has."""
    needed: dict[str, list[str]] = {action.needs: [] for action in ACTIONS.values()}
    for action in ACTIONS.values():
        needed[action.needs].append(action.name)
    granted = sorted(set().union(*GRANTS.values()) | set(needed))
    rows = [(code(name), codes(needed.get(name, ())), *_marks(name)) for name in granted]
    about = table(("role", "what it does"), ((f"**{role.title}** ({role.name})", role.description) for role in ROLES))
    matrix = table(("permission", "actions", *(role.name for role in ROLES)), rows)
    return f"""# Roles and permissions

A person may do what their roles allow and nothing else; a person may have several roles. A permission that ends in
`.read` lets a person read those records, one that ends in `.read_own` only those that are their own.

{about}

## Who may do what

{matrix}
"""


def records() -> str:
    """Return every kind of record with its states and how it moves between them."""
    text = "# Records and their states\n\nA joint record is kept at every party under the same name.\n"
    for noun, kind in reading.kinds().items():
        sort = "Joint record" if issubclass(kind, JointRecord) else "Record"
        states: Any = vars(kind)["State"]
        moves = [
            (said(kind, source), code(action.name), " or ".join(said(kind, target) for target in action.target))
            for action in actions_of(noun)
            for source in action.source
        ]
        text += f"\n## {noun}\n\n{sort}. {sentence(kind)}\n\n"
        text += table(("state", "as people read it"), ((code(state.value), state.label) for state in states))
        text += "\n\n" + table(("from", "action", "to"), moves) + "\n"
    return f"{text}\nLetters and jobs move records too; see [letters](letters.md).\n"


def letters() -> str:
    """Return every kind of letter."""
    rows = [
        (
            code(kind.name),
            sentence(kind.apply),
            code(kind.permit) if kind.permit else f"none. {kind.because}",
            sentence(kind.refused) if kind.refused else "",
        )
        for kind in sorted(KINDS.values(), key=lambda kind: kind.name)
    ]
    heads = ("kind", "what the recipient does", "term its clause must permit", "what the sender does on a refusal")
    lead = "The recipient asks its own copy of the memorandum before it applies a letter."
    return f"# Kinds of letters\n\n{lead}\n\n{table(heads, rows)}\n"


def vocabulary() -> str:
    """Return the terms that clauses of each area may use, and the codes of purposes."""
    text = """# Terms of clauses

The vocabulary of each area is closed: a term that is not here makes an agreement invalid. `at least` means that a
request may be stricter by being larger, `at most` by being smaller. A limit that must be stated stands in every clause
and every request.
"""
    heads = ("limit", "kind", "direction", "values", "must be stated")
    for area in all_areas():
        terms = area.vocabulary
        text += f"\n## {area.name}\n\n{area.title}: {area.purpose}\n\n"
        text += f"Actions that a clause may permit: {codes(sorted(terms.actions))}. Those that only stop what runs are"
        text += f" permitted whatever purpose and limits say: {codes(sorted(terms.stopping))}.\n\n"
        text += table(heads, (_limit(*one) for one in terms.limits.items())) + "\n"
    rows = [
        (code(one.id), one.shorthand, one.name, one.sort, codes(sorted(one.covered_by - {one.id})))
        for one in duo.CODES.values()
    ]
    text += (
        "\n## Purposes and conditions (Data Use Ontology)\n\nA heading only groups others and stands in no clause.\n"
    )
    return f"{text}\n{table(('code', 'short', 'name', 'sort', 'also covered by'), rows)}\n"


def _limit(name: str, limit: Limit) -> tuple[str, ...]:
    bounds = {"boolean": "", "institution": "a party's ROR id", "text": code(limit.pattern)}
    values = ", ".join(limit.choices) or bounds.get(limit.kind, f"{limit.low} to {limit.high}")
    stated = "yes" if limit.stated else "where the clause sets it" if limit.where_set else "no"
    return code(name), limit.kind, limit.direction.replace("_", " "), values, stated


def endpoints() -> str:
    """Return every endpoint for programs, and those for other nodes."""
    schema = API.get_openapi_schema()
    rows = [
        (code(f"{method.upper()} {path}"), about.get("summary", ""))
        for path, methods in schema["paths"].items()
        for method, about in methods.items()
    ]
    known: list[Any] = list(urlpatterns)
    doors = [one for one in known if "letters/" in str(one.pattern)]
    for_nodes = [(code(f"POST /{one.pattern}"), sentence(one.callback)) for one in doors]
    return f"""# Endpoints

A program shows a token: `Authorization: Bearer hansa_…`. A running node shows the same list with all inputs at
`/api/docs`, and as OpenAPI at `/api/openapi.json`. An error is one JSON object with `error`, `message` and `remedy`.

{table(("endpoint", "what it does"), rows)}

Other nodes use these addresses, without a token; who knocks is known by the signature on the envelope.

{table(("endpoint", "what it does"), for_nodes)}
"""
