"""Commands about the network: join it, look what it is like, and read its catalogue now."""

from typing import Annotated

import typer
from django.utils import timezone

from hansa.areas.exchange.jobs import catalogue as job
from hansa.areas.exchange.models import Catalogue, Member
from hansa.areas.exchange.network import catalogue, joining
from hansa.areas.exchange.network.membership import demand_membership
from hansa.areas.exchange.queries import waiting
from hansa.lib.errors import RefusedError

network = typer.Typer(help="Erasmus Without Paper: the network of universities.", no_args_is_help=True)
GROUPS = {"network": network}


@network.command()
def join() -> None:
    """Make this node's key and certificate for the network, and say what the registry is told."""
    made = joining.join(now=timezone.now())
    typer.echo(f"This node speaks for {made.hei}.")
    typer.echo(f"Tell the registry the address of its manifest: {made.manifest}")
    typer.echo(f"Fingerprint of its key: {made.key_id}")
    typer.echo(f"Its client certificate ends on {made.certificate_ends:%Y-%m-%d}.")
    typer.echo("Restart the node, so that the network can read the manifest.")


@network.command()
def refresh() -> None:
    """Read the catalogue of the network now."""
    trouble = job.refresh()
    if trouble:
        raise RefusedError(trouble, "Mend it, and try again; the last good catalogue stands meanwhile.")
    typer.echo(f"The catalogue names {len(catalogue.current().institutions)} institutions.")


@network.command()
def status(
    *,
    faults: Annotated[bool, typer.Option(help="Tell as well what is wrong in the catalogue.")] = False,
) -> None:
    """Say how old the catalogue is, how the lines to members are, and what waits."""
    member, known = demand_membership(), catalogue.current()
    row = Catalogue.objects.filter(registry=member.catalogue_url).first()
    age = f"{(timezone.now() - row.at).total_seconds() / 60:.0f} minutes old" if row is not None else "not there yet"
    typer.echo(f"{member.hei}: the catalogue is {age} and names {len(known.institutions)} institutions.")
    if row is not None and row.trouble:
        typer.echo(f"Trouble: {row.trouble}")
    for each in Member.objects.all():
        swept = f"{each.swept:%Y-%m-%d %H:%M}" if each.swept else "never"
        typer.echo(f"{each.name} ({each.hei}): looked at {swept}. {each.trouble or 'No trouble.'}")
    open_lines = waiting.lines()
    typer.echo(f"{sum(line.state == waiting.WAITING for line in open_lines)} wait, of the last {len(open_lines)}.")
    for fault in known.faults if faults else ():
        typer.echo(f"In the catalogue: {fault}")
