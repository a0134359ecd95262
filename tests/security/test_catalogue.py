"""The suite of attacks names every family that the project promises to try, and the page shows them all."""

from docs.attacks import SUITE, attacks, family

from hansa.lib.disclosure import RULES

FAMILIES = {
    "Single value by masks and products",
    "Binary search by filters",
    "Differencing two cohorts that differ by one",
    "Saturated design",
    "Event times from risk sets",
    "Unique levels",
    "Extreme leverage",
    "Replay with another noise",
    "A colluding pair of nodes",
    "A coordinator that lies about the model state",
    "Differencing counts before a study",
    "Twin variants",
}
FILES = sorted(SUITE.glob("test_attack_*.py"))


def test_suite_tries_every_family():
    assert {family(path)["family"] for path in FILES} == FAMILIES


def test_every_rule_about_a_site_is_tried():
    stopped = ", ".join(family(path)["stopped by"] for path in FILES)

    # What is left out of tables is tried with the statistics, and the number of sites with the rounds.
    assert [rule.name for rule in RULES if rule.name not in stopped] == ["minimum sites", "dominance", "suppression"]


def test_page_shows_every_family_and_every_test():
    page = attacks()

    for path in FILES:
        one = family(path)
        assert f"**{one['family']}**" in page
        assert all(f"- {sentence}\n" in page for sentence in one["tests"])
