"""What leaves this hospital for a study: how many numbers, for which analysis, and who sees them."""

from typing import Annotated, Any

import typer

from hansa.cli.session import JsonOption, enter, find

NumbersOption = Annotated[bool, typer.Option("--numbers", help="List every number by its name.")]


def leaves(
    key: Annotated[str, typer.Argument(metavar="ID", help="id, URN or the beginning of it")],
    *,
    numbers: NumbersOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say what leaves this hospital for a study, analysis by analysis, and who sees it."""
    enter()
    from hansa.cli import output

    told = facts(find("studies", key))
    if as_json:
        output.dump(told)
    else:
        tell(told, numbers=numbers)


def facts(study: Any) -> dict[str, Any]:
    """Return what leaves this hospital for a study, as its page tells it."""
    from hansa.areas.studies import leaving, views
    from hansa.areas.studies.models import Contribution
    from hansa.web.kinds import registry

    given = list(Contribution.objects.filter(study=study, attempt=study.attempt).order_by("number"))
    told = leaving.leaves(study, given, known_as=views.known())
    if not told["has_run"]:
        begun = [group["analysis"] for group in told["groups"]]
        told["groups"] += [
            {"analysis": analysis, "rounds": "later rounds", "count": None, "labels": []}
            for analysis in study.protocol["analyses"]
            if analysis not in begun
        ]
    for group in told["groups"]:
        one = group.pop("analysis")
        group["title"] = f"{registry.of(one).name}, {one['name']}" if one else "Counts"
    return told


def tell(told: dict[str, Any], *, numbers: bool = False) -> None:
    """Print what leaves in words: each analysis with its rounds and how many numbers, then who sees what."""
    from hansa.cli import output

    groups = [
        {"for": group["title"], "in": group["rounds"], "numbers": group["count"]}
        | ({"which": "\n".join(group["labels"])} if numbers else {})
        for group in told["groups"]
    ]
    moment = "has left" if told["has_run"] else "would leave"
    output.rows(groups, title=f"what {moment} this hospital")
    out = output.console()
    out.print(f"At most {told['count']} numbers a round, each a sum over all persons here; no row and no name.")
    if not told["has_run"]:
        out.print("Only the first round is known yet; later rounds are more sums for these analyses, told once sent.")
    output.rows([{"who": who, "sees": what} for who, what in told["seen_by"]], title="who sees what")
