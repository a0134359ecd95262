"""The pages about what stands in the code itself: commands, protocol, settings, disclosure rules, errors."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import timedelta
from typing import Any

import typer
from django.conf import settings
from pydantic import BaseModel

import hansa
from docs.markdown import code, codes, rest, sentence, table
from hansa.api.answers import status_of
from hansa.api.reading import AbsentError
from hansa.areas.studies import rounds
from hansa.cli import __main__ as command_line
from hansa.cli.application import app
from hansa.kernel import courier, door, jobs, outbox, throttle, witness
from hansa.lib import bundle_form, disclosure, letters, row_sets, secure_sum
from hansa.lib.disclosure import budget, noise, numbers
from hansa.lib.errors import HansaError, InvalidError
from hansa.lib.statistics import expansion, formula, programme, reading, units
from hansa.lib.statistics.kinds.registry import KINDS
from hansa.lib.statistics.schema import DAYS, Data, Disclosure, Protocol
from hansa.lib.statistics.variables import Variable
from hansa.node import initialise
from hansa.node.configuration import Configuration

ENVIRONMENT = (
    ("HANSA_NODE", "The node's directory; `--node` goes before it. Without both: `node` where the command runs."),
    ("HANSA_BY", "In whose name commands act; `--by` goes before it."),
    ("HANSA_TOKEN", "The token that `hansa.connect` shows when none is given."),
    ("HANSA_TRACEBACK", "Set to 1, an internal fault is shown with its place in the code."),
)


def pages() -> dict[str, str]:
    """Return the pages by file name."""
    return {
        "commands.md": commands(),
        "protocol.md": protocol(),
        "settings.md": node_settings(),
        "disclosure.md": disclosure_rules(),
        "errors.md": errors(),
    }


def commands() -> str:
    """Return every command with its arguments and options."""
    text = """# Commands

`--node DIRECTORY` may stand anywhere and says for which node a command works. A value that begins with `@` is read from
the file behind it. Exit codes: 0 done, 1 refused or does not hold, 2 given wrongly.
"""
    for path, command in walk(typer.main.get_command(app), ("hansa",)):
        text += f"\n## {' '.join(path)}\n\n{prose(command.help or '')}\n"
        rows = [parameter(one) for one in command.params if one.name not in ("help", "_node")]
        if rows:
            text += "\n" + table(("given", "what it is", ""), rows) + "\n"
    return text


def walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every command that does something, with the words by which it is called."""
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from walk(command.get_command(context, name), (*path, name))


def prose(text: str) -> str:
    """Return help with one line a paragraph."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def parameter(one: Any) -> tuple[str, str, str]:
    """Return an argument or option as a row."""
    is_argument = one.param_type_name == "argument"
    shown = (one.metavar or one.name.upper()) if is_argument else ", ".join([*one.opts, *one.secondary_opts])
    default = one.default
    plain = not one.required and isinstance(default, str | int) and not isinstance(default, bool) and default != ""
    asked = "needed" if one.required and not getattr(one, "prompt", None) else f"left out: {default}" if plain else ""
    return code(shown), getattr(one, "help", "") or "", asked


def protocol() -> str:
    """Return the keys of a protocol."""
    text = f"""# Protocol

A protocol is a YAML or JSON file with exactly these keys; any other is a fault. `hansa studies check FILE` names the
line of each fault and what to do. How to write one: [how-to](../how-to/write-a-protocol.md).

## The whole

{keys(Protocol)}

## data.variables

{keys(Data)}

Each variable:

{keys(Variable)}

Read as missing: {codes(sorted(value for value in reading.MISSING if value))}, and an empty cell.
A boolean without `coding` reads {codes(sorted(reading.BOOLEANS))}, in small or capital letters.
Units that are turned into each other: {"; ".join(codes(kind) for kind in units.KINDS)}.
Units of time for the grid: {codes(DAYS)}.
"""
    for kind, about in KINDS.items():
        text += f"\n## analyses: {kind}\n\n{sentence(about.analysis)}\n\n{keys(about.analysis)}\n"
    return (
        text
        + f"""
## disclosure

{keys(Disclosure)}

## Formulas

Variables and `+ - : * ^ ( )`, `1` and `0`, `C(variable)`, `log(variable)`; on the left of a Cox model
`Surv(time, event)`. Nothing else: a formula cannot call anything. At most {expansion.LONGEST_FORMULA} characters,
{expansion.MOST_TERMS} terms, {formula.MOST_COLUMNS} columns, powers up to {expansion.HIGHEST_POWER}.
A rehearsal ends after {programme.MOST_ROUNDS} rounds.
"""
    )


def keys(schema: type[BaseModel]) -> str:
    """Return the keys of one part of a protocol."""
    described = schema.model_json_schema()
    rows = []
    for name, field in schema.model_fields.items():
        about = described["properties"][name]
        asked = "needed" if field.is_required() else f"left out: {said_default(field.default)}"
        rows.append((code(name), shape(about), asked))
    return table(("key", "value", ""), rows)


def said_default(value: Any) -> str:
    """Return what holds where nothing is said."""
    return str(value) if value not in (None, "", (), {}) else "nothing"


def shape(about: dict[str, Any]) -> str:
    """Return in words what a value may be."""
    if "const" in about or "enum" in about:
        return " or ".join(code(value) for value in about.get("enum", [about.get("const")]))
    if "anyOf" in about:
        return " or ".join(shape(one) for one in about["anyOf"] if one.get("type") != "null")
    if "prefixItems" in about:
        return f"[{', '.join(shape(one) for one in about['prefixItems'])}]"
    if about.get("type") == "array":
        return f"list of {shape(about['items'])}"
    return "keys with values" if about.get("type") == "object" else simple(about)


def simple(about: dict[str, Any]) -> str:
    """Return in words what a plain value may be."""
    if "oneOf" in about or "$ref" in about:
        return "the keys below"
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    text = words.get(str(about.get("type")), "value")
    if "pattern" in about:
        text += f" like {code(about['pattern'])}"
    if "minimum" in about:
        text += f" of at least {about['minimum']}"
    if "exclusiveMinimum" in about:
        text += f" above {about['exclusiveMinimum']:g}"
    return text


def node_settings() -> str:
    """Return what node.toml, the environment and the code itself set."""
    told = dict(line.removeprefix("# ").split(None, 1) for line in initialise.HEADER.splitlines()[1:])
    rows = [
        (code(field.name), told.get(field.name, ""), _default(field))
        for field in fields(Configuration)
        if field.name != "directory"
    ]
    return f"""# Settings

## node.toml

The only file of a node that a person edits. Restart the node afterwards. An unknown line is a fault.

{table(("name", "what it is", ""), rows)}

## Environment

{table(("variable", "what it says"), ((code(name), what) for name, what in ENVIRONMENT))}

## Fixed by the code

{table(("what", "value"), fixed())}
"""


def _default(field: Any) -> str:
    return "needed" if field.default is MISSING else f"left out: {said_default(field.default)}"


def fixed() -> Iterator[tuple[str, str]]:
    """Yield the limits that nobody sets."""
    mebi = 1024 * 1024
    passwords: list[Any] = settings.AUTH_PASSWORD_VALIDATORS
    yield (
        "largest request body, and largest letter",
        f"{settings.BODY_LIMIT // mebi} MiB, and {settings.LETTER_LIMIT // mebi} MiB",
    )
    yield (
        "requests of programs and nodes from one address",
        f"{settings.API_RATE:g} a second, {settings.API_BURST:g} at once",
    )
    yield "how far clocks of two nodes may differ", said(letters.SKEW)
    yield "a node that only dials out asks again after", f"{courier.POLL_SECONDS} seconds without a letter"
    yield "longest wait of such a request", f"{door.LONGEST_WAIT:g} seconds"
    yield "envelopes held for one institution", str(door.MOST_HELD)
    yield (
        "pause before a letter is brought again",
        f"{said(outbox.FIRST_PAUSE)}, doubled up to {said(outbox.LONGEST_PAUSE)}",
    )
    yield "letters without a proof that fits, before an alarm", str(witness.PATIENCE)
    yield "how long a round waits for every party", said(rounds.PATIENCE)
    yield "attempts of a job that meets an internal fault", str(jobs.MOST_ATTEMPTS)
    yield "parties of a secure sum", f"{secure_sum.LEAST_PARTIES} to {secure_sum.MOST_PARTIES}"
    yield "free wrong passwords of an account, of an address", f"{throttle.FREE['account']}, {throttle.FREE['address']}"
    yield "longest wait after wrong passwords", said(throttle.LONGEST)
    yield "a session ends after", f"{settings.SESSION_COOKIE_AGE // 3600} hours"
    yield "shortest password", f"{passwords[0]['OPTIONS']['min_length']} characters"
    yield "largest bundle", f"{bundle_form.MAXIMUM_BYTES // mebi} MiB"


def said(span: timedelta) -> str:
    """Return a span of time in words."""
    seconds = span.total_seconds()
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"  # noqa: PLR2004 -- a minute


def disclosure_rules() -> str:
    """Return every rule of disclosure with its reason, its source and what moves it, and the figures."""
    rows = [(f"**{rule.name}**", rule.reason, rule.source, codes(rule.limits)) for rule in disclosure.RULES]
    figures = [(code(field.name), str(field.default)) for field in fields(disclosure.Limits)]
    return f"""# Disclosure rules

{prose(inspect.getdoc(disclosure) or "")}

{table(("rule", "why it is there", "source", "limits of a clause that move it"), sorted(rows))}

Beside the limits, a single value is at most {numbers.LARGEST_SHARE:.0%} of a sum. Where a clause leaves a figure open,
these hold; what they mean is in the [terms of clauses](vocabulary.md).

{table(("limit", "without a clause"), figures)}

What applies where is in [How it keeps data at home](../explanation/how-it-keeps-data-home.md); who tries to get around
it in [Attacks](attacks.md).

## How each rule finds it

{table(("what it finds", "how"), [(sentence(thing), rest(thing)) for thing in FINDERS])}

## Rows that releases stood on

{prose(inspect.getdoc(row_sets) or "")}

## Budgets

{prose(inspect.getdoc(budget) or "")}

## Noise

{prose(inspect.getdoc(noise) or "")}
"""


FINDERS = (
    disclosure.small_cells,
    disclosure.small_groups,
    disclosure.too_few_sites,
    disclosure.dominance,
    disclosure.concentration,
    disclosure.too_many_parameters,
    disclosure.thin_columns,
    disclosure.influence,
    disclosure.leverage,
    disclosure.differencing,
    disclosure.moved_groups,
    disclosure.over_budget,
    disclosure.suppress,
)


def errors() -> str:
    """Return every error that is raised on purpose, as one list."""
    for module in pkgutil.walk_packages(hansa.__path__, "hansa."):
        if not module.name.endswith(("__main__", "wsgi")):
            importlib.import_module(module.name)
    rows = [
        (code(kind.__name__), code(kind.__mro__[1].__name__), sentence(kind), status(kind), exit_code(kind))
        for kind in sorted(tree(HansaError), key=lambda kind: kind.__name__)
    ]
    heads = ("error", "a kind of", "when", "HTTP", "exit code")
    return f"""# Errors

Every error says what is wrong, where, and what to do next. None carries personal data. `InvalidError` is a mistake in
what was given; most others are a refusal. A fault that nobody foresaw is told by its kind alone, with HTTP 500 or exit
code {command_line.REFUSED}.

{table(heads, rows)}
"""


def tree(kind: type[HansaError]) -> Iterator[type[HansaError]]:
    """Yield an error and all its kinds."""
    yield kind
    for below in kind.__subclasses__():
        if below.__module__.startswith("hansa."):
            yield from tree(below)


def status(kind: type[HansaError]) -> str:
    """Return the HTTP status with which the API answers an error of this kind."""
    return str(404 if kind is AbsentError else status_of(kind.__new__(kind)))


def exit_code(kind: type[HansaError]) -> str:
    """Return with which code a command ends on an error of this kind."""
    return str(command_line.WRONG if issubclass(kind, InvalidError) else command_line.REFUSED)
