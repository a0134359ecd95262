"""The pages of calls and applications, for the office and for whoever applies."""

from hansa.areas.exchange import actions
from hansa.areas.exchange.views import applying
from tests.areas.exchange.applying import applied, assessed, now, opened, over, ranked
from tests.areas.exchange.scene import Scene


def test_call_shows_who_applied_to_the_office_alone(scene: Scene) -> None:
    call = opened(scene)
    assessed(scene, applied(scene, call), "90")
    ranked(scene, call)

    office, applicant = (applying.call(now(call), scene[role]) for role in ("officer", "participant"))

    (row,) = office["applications"]
    assert (row["name"], row["rank"], row["outcome"]) == ("Anna Muster", 1, "Karolinska Institutet")
    assert (office["comment"], office["places"]) == ("All are in.", [{"name": "Karolinska Institutet", "places": 4}])
    assert (applicant["applications"], applicant["apply"]) == ([], "")


def test_call_leads_applicants_to_the_form(scene: Scene) -> None:
    call = opened(scene)

    assert applying.call(call, scene["participant"])["apply"].endswith(f"?call={call.pk}")
    assert applying.call(call, scene["officer"])["apply"] == ""
    assert applying.call(over(call), scene["officer"])["applications"] == []


def test_application_shows_points_and_the_way_to_the_nomination(scene: Scene) -> None:
    call = opened(scene)
    row = assessed(scene, applied(scene, call), "90")
    before = applying.application(row, scene["officer"])
    ranked(scene, call)
    actions.applications.accept_place(now(row), by=scene["participant"])

    after = applying.application(now(row), scene["officer"])

    assert (before["nominate"], before["outcome_name"]) == ("", "")
    assert before["points"][0] == {"name": "marks", "weight": 3, "points": 90}
    assert after["nominate"].endswith(f"?application={row.pk}")
    assert after["outcome_name"] == "Karolinska Institutet"
