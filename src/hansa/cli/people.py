"""Commands that begin things: the first person, the first partner, the first data."""

from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from hansa.cli.session import ByOption, JsonOption, actor, enter
from hansa.lib.errors import RefusedError

ROLE_HELP = "administrator, signatory, steward, investigator, coordinator or auditor; give it once for each."


def add(
    *,
    username: Annotated[str, typer.Option(prompt="User name", help="Small letters, digits, full stops, hyphens.")],
    name: Annotated[str, typer.Option(prompt="Name", help="As people write it.")],
    roles: Annotated[list[str] | None, typer.Option("--roles", "--role", help=ROLE_HELP)] = None,
    language: Annotated[str, typer.Option(help="en, de or sv")] = "en",
    password_file: Annotated[
        str, typer.Option(metavar="FILE", help="Read the password from it; else it is asked for.")
    ] = "",
    by: Annotated[
        str, typer.Option(envvar="HANSA_BY", metavar="USERNAME", help="Who adds them; nobody for the first.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Add a person; the first one at a new node becomes its administrator."""
    enter()
    from hansa.api import reading
    from hansa.cli import output
    from hansa.cli.nouns import in_words, secret
    from hansa.kernel import accounts
    from hansa.kernel.models import Person

    first = not Person.objects.exists()
    if not first and not by:
        raise RefusedError("This node has people already.", "Say which administrator adds them: --by USERNAME")
    password = secret("password", file=password_file)
    if first:
        person = accounts.begin(username=username, name=name, password=password, language=language)
    else:
        given: dict[str, Any] = {"username": username, "name": name, "password": password, "language": language}
        person = accounts.add(Person(), by=actor(by), roles=roles or [], **given)
    facts = reading.whole(person, by=None)
    output.record(facts if as_json else in_words(facts), as_json=as_json, short=True)


def invite(*, by: ByOption, as_json: JsonOption = False) -> None:
    """Print the invitation to send to another institution, and the fingerprint to read out loud."""
    enter()
    from hansa.cli import output
    from hansa.kernel import partners
    from hansa.kernel.identity import own
    from hansa.kernel.people import has

    if not has(actor(by), "partners.invite"):
        raise RefusedError("This person has no role that may invite partners.", "Ask an administrator of this node.")
    found = {"invitation": partners.invitation(), "fingerprint": own().identity.fingerprint}
    if as_json:
        output.dump(found)
        return
    typer.echo(found["invitation"])
    typer.echo(f"\nOur fingerprint, to be read out by telephone: {found['fingerprint']}", err=True)


def accept(
    file: Annotated[str, typer.Argument(help="The file with their invitation; - reads what is piped in.")] = "-",
    *,
    by: ByOption,
    as_json: JsonOption = False,
) -> None:
    """Accept an invitation; the partner is known only after its fingerprint was confirmed."""
    enter()
    from hansa.api import reading
    from hansa.cli import output
    from hansa.cli.nouns import content
    from hansa.kernel import partners
    from hansa.kernel.models import Partner

    made = partners.accept(Partner(), by=actor(by), invitation=content(file))
    told = {**reading.whole(made, by=None), "fingerprint": made.fingerprint}
    output.record(told, as_json=as_json, short=True)
    if not as_json:
        typer.echo(f"Next, by telephone: hansa partners confirm {made.institution} --fingerprint … --by {by}")


def add_data(
    name: Annotated[str, typer.Argument(help="What people here call the data.")],
    *,
    source: Annotated[
        str, typer.Option("--from", metavar="FILE|URL", help="CSV, Parquet, DuckDB, or postgresql://…#TABLE")
    ],
    omop: Annotated[
        bool, typer.Option("--omop", help="An OMOP database: FILE#SCHEMA, a folder, or URL#SCHEMA.")
    ] = False,
    genotypes: Annotated[
        bool,
        typer.Option("--genotypes", help="Genotypes and their people: FILE.bed#TABLE.csv or FILE.vcf.gz#TABLE.csv."),
    ] = False,
    build: Annotated[
        str, typer.Option(help="Build of the genome, GRCh37 or GRCh38, where the file does not say.")
    ] = "",
    by: ByOption,
    as_json: JsonOption = False,
) -> None:
    """Connect data to this node; they are copied into its own file and never leave it."""
    enter()
    from hansa.api import reading
    from hansa.cli import output
    from hansa.kernel.actions import ACTIONS

    action = ACTIONS["datasets.add"]
    whole = source if urlsplit(source).scheme.startswith("postgres") else str(Path(source).expanduser().absolute())
    kind = "omop" if omop else "genotypes" if genotypes else "table"
    given = {"build": build} if build else {}
    made = action(action.record(), by=actor(by), name=name, source=whole, kind=kind, **given)
    output.record(reading.whole(made, by=None), as_json=as_json, short=True)
    if not as_json:
        output.rows(list(made.profile), title="tables" if omop else "columns")
