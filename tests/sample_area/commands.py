"""The commands of the area made for tests."""

import typer

ferries = typer.Typer(help="Ferries: sail.")
data = typer.Typer()


@ferries.command()
def sail(port: str) -> None:
    """Sail to a port."""
    typer.echo(f"to {port}")


@data.command("count")
def count_data() -> None:
    """Count the data sets."""
    typer.echo("none")


GROUPS = {"ferries": ferries, "datasets": data}
