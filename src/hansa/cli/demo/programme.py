"""What the demo shows at the end: the figures, what left each hospital, and where to look further."""

from rich.table import Table

from hansa.cli.demo.house import House
from hansa.cli.demo.outcome import Outcome
from hansa.cli.output import console


def tables(outcome: Outcome) -> None:
    """Print joint and pooled estimates side by side, and what left each hospital."""
    out = console()
    for table in (estimates(outcome), traffic(outcome)):
        out.print(table)
    out.print(
        f"{outcome.result['rows']} patients, {outcome.result['sites']} hospitals, {outcome.result['rounds']} rounds: "
        f"{outcome.seconds:.1f} s from nothing to the signed result. No row left any of them."
    )
    if outcome.cohorts:
        ratios = ", ".join(f"{term} {ratio:.2f}" for term, ratio in outcome.cohort_ratios().items())
        out.print(f"On OMOP databases: {outcome.cohorts['rows']} people who begin a drug; hazard ratios: {ratios}.")


def estimates(outcome: Outcome) -> Table:
    """Return a line for each estimate: joint, pooled, difference."""
    table = Table("analysis", "term", "joint", "standard error", "pooled", "difference", title="Joint and pooled")
    joint, errors, difference = outcome.of("estimate"), outcome.of("standard_error"), outcome.difference
    for name, terms in outcome.pooled.estimates.items():
        for place, (term, value) in enumerate(terms.items()):
            error = errors.get(name, {}).get(term)
            table.add_row(
                name if place == 0 else "",
                term,
                f"{joint[name][term]:.8f}",
                "" if error is None else f"{error:.8f}",
                f"{value:.8f}",
                f"{difference[name][term]:.1e}",
            )
        table.add_section()
    table.caption = "Pooled by " + "; ".join(f"{name}: {program}" for name, program in outcome.pooled.programs.items())
    return table


def traffic(outcome: Outcome) -> Table:
    """Return a line for each hospital: what left it, and where its pages are."""
    table = Table("hospital", "letters sent", "bytes sent", "pages", title="What left each hospital in this study")
    for name, sent in outcome.sent.items():
        table.add_row(name, str(sent["letters"]), f"{sent['bytes']:,}", outcome.addresses[name])
    return table


def invite(houses: list[House], *, quiet: bool) -> None:
    """Say how to look around, until Ctrl-C."""
    if quiet:
        return
    table = Table("hospital", "person", "user name", title="Look around; sign in as any of them")
    for house in houses:
        for place, (role, person) in enumerate(house.role.people.items()):
            table.add_row(house.url if place == 0 else "", person, role)
        table.add_section()
    out = console()
    out.print(table)
    out.print(f"All of them have the same password: {houses[0].password}")
    out.print("The three nodes go on until Ctrl-C.")
