"""Check how good an OMOP database is, connected or not."""

from typing import Annotated, Any

import typer

from hansa.cli.session import JsonOption, enter


def check_data(
    source: Annotated[
        str, typer.Argument(metavar="NAME|SOURCE", help="A connected database, or FILE#SCHEMA, a folder, URL#SCHEMA.")
    ],
    *,
    as_json: JsonOption = False,
) -> None:
    """Check an OMOP database: conformance, completeness, plausibility; nothing of it is kept or sent."""
    enter()
    from hansa.areas.studies import omop
    from hansa.areas.studies.models import Dataset
    from hansa.areas.studies.states import DatasetKind, DatasetState
    from hansa.cli import output

    connected = Dataset.objects.filter(name=source, kind=DatasetKind.OMOP, state=DatasetState.CONNECTED).first()
    document = omop.examined(connected) if connected else omop.tried(source)
    if as_json:
        output.dump(document)
    else:
        show(document)


def show(document: dict[str, Any]) -> None:
    """Print what did not pass, and how many checks did."""
    from hansa.areas.studies.quality_words import told
    from hansa.cli import output

    found = told(document) or {}
    rows = [
        {
            "field": f"{one['table']}.{one['field']}".rstrip("."),
            "check": one["words"],
            "violated": one["violated"],
            "of": one["rows"],
            "allowed": one["allowed"],
        }
        for one in found["failed"]
    ]
    if rows:
        output.rows(rows, title="what did not pass")
    versions = document["versions"]
    typer.echo(
        f"{found['words']}; {document['without_rows']} had no rows to look at. "
        f"CDM {versions['cdm'] or '?'}, vocabulary {versions['vocabulary'] or '?'}."
    )
