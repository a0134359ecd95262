"""Commands derived from actions: ``hansa studies approve ID --dataset NAME --by ada``.

Each noun of the registry is a group of commands. Its verbs, their inputs and their help
come from the actions, which are loaded only when somebody asks for that noun. An input
that begins with @ is read from the file behind it; a secret is asked for, or read from a
file, so that it never stands in the list of processes.
"""

import getpass
import inspect
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer
from typer.core import TyperGroup

from hansa.cli import documents, groups
from hansa.cli.session import ByOption, JsonOption, ReaderOption, actor, enter, find
from hansa.lib.errors import InvalidError

#: The nouns and their help stand here so that ``hansa --help`` needs no Django; a test holds them against the registry.
NOUNS = {
    "agreements": "Memoranda: draft, offer, sign, amend, suspend, end.",
    "applications": "Applications for stays: apply, assess, decide.",
    "calls": "Calls for applications: open, close, rank.",
    "checks": "What must be verified before a stay at the bedside.",
    "datasets": "Data that a steward connected to this node.",
    "iias": "Agreements of Erasmus Without Paper: draft, compare, approve.",
    "inquiries": "How many people each hospital would have, before a study: ask, count.",
    "mailings": "Mails to groups.",
    "messages": "Messages to Erasmus Without Paper: send again, ask.",
    "mobilities": "Stays: nominate, accept, confirm, transcribe, recognise.",
    "offers": "Courses and places that are offered to partners.",
    "partners": "Other institutions: invite, accept, compare fingerprints.",
    "people": "Who works at this node, and in which roles.",
    "plans": "Learning agreements and rotation plans.",
    "profiles": "What Erasmus Without Paper reads about this institution.",
    "studies": "Joint studies: check, rehearse, propose, decide, release.",
    "tokens": "What programs show to speak for a person.",
}
Run = Callable[..., None]


class NounGroup(TyperGroup):
    """The commands of one noun, read from the registry of actions when they are needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands of the noun."""
        return sorted({*self.commands, *self._derived()})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, derived from its action where it was not written by hand."""
        return self.commands.get(cmd_name) or self._derived().get(cmd_name)

    def _derived(self) -> dict[str, Any]:
        if not hasattr(self, "_found"):
            self._found = {**derive(str(self.name)), **groups.written(str(self.name))}
        return self._found


def derive(noun: str) -> dict[str, Any]:
    """Return a command for each action of a noun, and ``list`` and ``show``."""
    enter(made=False)
    from hansa.kernel.actions import ACTIONS

    group = typer.Typer(rich_markup_mode=None)
    group.callback()(nothing)
    group.command("list")(lister(noun))
    group.command("show")(shower(noun))
    for action in ACTIONS.values():
        if action.noun == noun:
            group.command(hyphenated(action.verb), help=f"{action.title}\n\n{action.explanation}")(doer(action))
    return dict(typer.main.get_command(group).commands)  # type: ignore[attr-defined]  # reason: a Typer with a callback makes a group


def nothing() -> None:
    """Hold the commands of a noun together."""


def hyphenated(name: str) -> str:
    """Return a name as the command line writes it."""
    return name.replace("_", "-")


def lister(noun: str) -> Run:
    """Return the command that lists the records of a noun."""

    def records(
        *,
        state: Annotated[str, typer.Option(help="Only those in this state.")] = "",
        by: ReaderOption = "",
        as_json: JsonOption = False,
    ) -> None:
        enter()
        from hansa.cli import output
        from hansa.kernel.reading import kinds

        found, person = kinds()[noun].objects.all(), actor(by) if by else None
        rows = [line(row, by=person) for row in (found.filter(state=state) if state else found)]
        output.records(rows if as_json else [in_words(row) for row in rows], title=noun, as_json=as_json)

    records.__doc__ = f"List the {noun} of this node."
    return records


def line(record: Any, *, by: Any) -> dict[str, Any]:
    """Return a record as a list shows it: with roles where it has some, and what somebody can do with it now."""
    from hansa.api import reading

    roles = {"roles": record.roles} if hasattr(record, "roles") else {}
    can = {} if by is None else {"can": reading.whole(record, by=by)["can"]}
    return {**reading.line(record), **roles, **can}


def in_words(row: dict[str, Any]) -> dict[str, Any]:
    """Return a record with roles as people call them."""
    from hansa.kernel.people import ROLES

    if "roles" not in row:
        return row
    return {**row, "roles": ", ".join(str(role.title) for role in ROLES if role.name in row["roles"])}


def shower(noun: str) -> Run:
    """Return the command that shows one record."""

    def record(
        key: Annotated[str, typer.Argument(metavar="ID")], *, by: ReaderOption = "", as_json: JsonOption = False
    ) -> None:
        enter()
        from hansa.api import reading
        from hansa.cli import leaving, output

        found = find(noun, key)
        facts = reading.whole(found, by=actor(by) if by else None)
        if not by and not as_json:
            # What nobody can do says nothing.
            del facts["can"]
        output.record(facts if as_json else in_words(facts), as_json=as_json)
        if noun == "studies" and not as_json:
            leaving.tell(leaving.facts(found))

    record.__doc__ = f"Show one of the {noun}, by id, URN or name."
    return record


def doer(action: Any) -> Run:
    """Return the command of an action: its inputs are the options, its docstring the help."""

    def do(**given: Any) -> None:
        enter()
        from hansa.api import reading
        from hansa.cli import output

        key, by, as_json = given.pop("key", None), given.pop("by"), given.pop("as_json")
        record = action.record() if key is None else find(action.noun, key)
        person = actor(by)
        made = action(record, by=person, **inputs(action, given))
        once = {"text": made.text} if action.name == "tokens.create" else {}
        facts = {**reading.whole(made, by=person), **once}
        output.record(facts if as_json else in_words(facts), as_json=as_json, short=True)

    return signed(do, parameters(action))


def signed(run: Run, given: list[inspect.Parameter]) -> Run:
    """Give a function the parameters that typer shall read."""
    vars(run)["__signature__"] = inspect.Signature(given)
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in given}
    return run


def parameters(action: Any) -> list[inspect.Parameter]:
    """Return an action's inputs as parameters of a command."""
    made = (
        [] if action.makes else [parameter("key", Annotated[str, typer.Argument(metavar="ID", help="id, URN or name")])]
    )
    for name, about in action.inputs.model_fields.items():
        made.append(option(name, about))
    made.append(parameter("by", ByOption))
    made.append(parameter("as_json", JsonOption, default=False))
    return made


def parameter(name: str, annotation: Any, *, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    """Return one parameter of a command."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def option(name: str, about: Any) -> inspect.Parameter:
    """Return one input of an action as an option."""
    flag = f"--{hyphenated(name)}"
    if is_secret(about.annotation):
        text = f"Read {name.replace('_', ' ')} from this file; else it is asked for."
        return parameter(name, Annotated[str, typer.Option(f"{flag}-file", metavar="FILE", help=text)], default="")
    required = about.is_required()
    kind: Any = list[str] if is_list(about.annotation) else bool if about.annotation is bool else str | None
    metavar = "FILE" if documents.is_document(about.annotation) else None
    about_it = typer.Option(flag, metavar=metavar, help=help_of(about, required=required))
    if required:
        return parameter(name, Annotated[list[str] if is_list(about.annotation) else str, about_it])
    return parameter(name, Annotated[kind, about_it], default=about.default if kind is bool else None)


def help_of(about: Any, *, required: bool) -> str:
    """Return what may be given for an input."""
    from hansa.kernel.choices import choices_of

    inside = get_args(about.annotation)[0] if is_list(about.annotation) else about.annotation
    names = get_args(inside) if str(get_origin(inside)) == "typing.Literal" else choices_of(about)
    choices = ", ".join(map(str, names))
    words = [about.description or "", f"One of: {choices}." if choices else ""]
    if documents.is_document(about.annotation):
        words.append(documents.HELP)
    if is_list(about.annotation):
        words.append("Give it once for each.")
    if is_json(about.annotation):
        words.append("JSON; @FILE reads a file.")
    if not required and about.default not in (None, "", []):
        words.append(f"Left out: {about.default}.")
    return " ".join(filter(None, words))


def is_secret(annotation: Any) -> bool:
    """Tell whether an input must not be seen."""
    return getattr(annotation, "__name__", "") == "SecretStr"


def is_list(annotation: Any) -> bool:
    """Tell whether an input is given several times."""
    return get_origin(annotation) in (list, tuple, set, frozenset)


def is_json(annotation: Any) -> bool:
    """Tell whether an input is an object, written as JSON."""
    return any(get_origin(one) is dict or one is dict for one in (annotation, *get_args(annotation)))


def inputs(action: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return the inputs as the action takes them; what was left out takes the action's own default."""
    found: dict[str, Any] = {}
    for name, about in action.inputs.model_fields.items():
        value = given.get(name)
        if is_secret(about.annotation):
            found[name] = secret(name, file=str(value or ""))
        elif value not in (None, []) and documents.is_document(about.annotation):
            found[name] = documents.handed_in(value)
        elif value not in (None, []):
            found[name] = read(name, value, as_json=is_json(about.annotation))
    return found


def read(name: str, value: Any, *, as_json: bool) -> Any:
    """Return a value, from its file where it begins with @, and as an object where it is JSON."""
    if isinstance(value, str) and value.startswith("@"):
        value = content(value[1:])
    if not as_json:
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as wrong:
        raise InvalidError(f"--{hyphenated(name)} is not JSON: {wrong}.", "Give an object, or @FILE.") from wrong


def content(path: str) -> str:
    """Return what is in a file, or what comes in for ``-``."""
    try:
        return sys.stdin.read() if path == "-" else Path(path).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise InvalidError(
            f"{path} cannot be read ({type(wrong).__name__}).", "Check its name and whose it is."
        ) from wrong


def secret(name: str, *, file: str) -> str:
    """Return a secret from a file, from the terminal without showing it, or from what is piped in."""
    if file:
        return content(file).partition("\n")[0].rstrip("\r")
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass(f"{name.replace('_', ' ').capitalize()}: ")
