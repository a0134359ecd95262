"""Plans as partners send, sign and return them; whatever is not signed over exactly this version is refused."""

from uuid import uuid4

import pytest

from hansa.areas.exchange.models import Plan
from hansa.kernel import door, outbox
from hansa.kernel.models import Partner
from hansa.lib.canonical import digest
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.scene import Outgoing, Scene
from tests.conftest import given


@pytest.fixture
def guest(scene: Scene) -> Incoming:
    return Incoming(scene)


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    made = Outgoing(scene)
    made.hear("accepted", note="")
    made.planned()
    return made


def test_planned_is_kept_with_both_signatures(guest: Incoming) -> None:
    body = guest.planned()

    guest.hear("planned", **body)

    assert (str(guest.plan.pk), guest.plan.state, guest.plan.number) == (body["plan"], "offered", 1)
    assert guest.plan.digest == digest(body["document"])
    assert guest.plan.signatures == body["signatures"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": 2}, "one of another stay"),
        ({"plan": "nonsense"}, "does not name a plan"),
        ({"signatures": {}}, ""),
        ({"extra": 1}, "another form at: extra"),
    ],
)
def test_planned_with_a_fault_is_refused(guest: Incoming, changes, said) -> None:
    receipt = guest.say("planned", **{**guest.planned(), **changes})

    assert receipt.outcome == "refused"
    assert said in receipt.reason
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"components": []}, "plan.components"),
        ({"mobility": f"urn:hansa:mobilities:{uuid4()}"}, "one of another stay"),
        ({"version": 2, "previous": "sha256:" + "0" * 64}, "one of another stay"),
    ],
)
def test_planned_with_another_document_is_refused(guest: Incoming, changes, said) -> None:
    receipt = guest.say("planned", **guest.planned(**changes))

    assert receipt.outcome == "refused"
    assert said in receipt.reason


def test_planned_that_skips_a_version_is_refused(guest: Incoming) -> None:
    body = guest.planned(version=2, previous="sha256:" + "0" * 64)

    receipt = guest.say("planned", **{**body, "number": 2})

    assert "does not follow the version that is known here" in receipt.reason


def test_planned_signed_under_another_version_is_refused(guest: Incoming) -> None:
    body = guest.planned()
    body["document"] = {**body["document"], "home": [{"code": "CH-1", "title": "Chirurgie", "credits": "8"}]}

    receipt = guest.say("planned", **body)

    assert "under another version" in receipt.reason


def test_plan_agreed_by_the_host_holds(stay: Outgoing) -> None:
    plan = stay.plan

    stay.hear("plan_agreed", plan=str(plan.pk), digest=plan.digest, signature=stay.signature(plan))

    assert (stay.plan.state, sorted(stay.plan.signatures)) == ("agreed", ["participant", "receiving", "sending"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"digest": "sha256:" + "0" * 64}, "not offered any more"),
        ({"plan": str(uuid4())}, "not offered any more"),
    ],
)
def test_plan_agreed_about_another_version_is_refused(stay: Outgoing, scene: Scene, changes, said) -> None:
    plan = stay.plan
    body = {"plan": str(plan.pk), "digest": plan.digest, "signature": stay.signature(plan), **changes}

    receipt = scene.say("mobilities.plan_agreed", stay.mobility, body)

    assert said in receipt.reason
    assert stay.plan.state == "offered"


@pytest.mark.parametrize("changes", [{"role": "sending"}, {"party": "https://ror.org/00m8d6786"}])
def test_plan_agreed_with_a_signature_that_says_something_else_is_refused(
    stay: Outgoing, scene: Scene, changes
) -> None:
    plan = stay.plan
    body = {"plan": str(plan.pk), "digest": plan.digest, "signature": stay.signature(plan, **changes)}

    receipt = scene.say("mobilities.plan_agreed", stay.mobility, body)

    assert "under another version" in receipt.reason


def test_plan_returned_shows_the_comment_and_the_next_can_be_written(stay: Outgoing) -> None:
    first = stay.plan

    stay.hear("plan_returned", plan=str(first.pk), digest=first.digest, reason="Surgery is full.")
    second = stay.planned()

    assert Plan.objects.get(pk=first.pk).comment == "Surgery is full."
    assert (second.number, second.document["previous"]) == (2, first.digest)


def refuse(scene: Scene) -> None:
    """Let the partner's node refuse what waits for it."""
    partner = Partner.objects.get(institution=scene.side.id)
    for row in outbox.due(partner, most=99):
        envelope = outbox.envelope(row, Partner.objects.get(pk=partner.pk))
        answer = scene.side.answer(envelope, outcome="refused", reason="The plan is odd.", remedy="Write another.")
        door.hand_in(answer)


def test_plan_that_the_partners_node_refuses_is_returned(stay: Outgoing, scene: Scene) -> None:
    refuse(scene)

    assert stay.plan.state == "returned"
    assert stay.plan.comment == "Karolinska Institutet: The plan is odd. Write another."


def test_plan_that_was_settled_meanwhile_stays_so(stay: Outgoing, scene: Scene) -> None:
    with given():
        plan = stay.plan
        plan.state = "agreed"
        plan.save()

    refuse(scene)

    assert stay.plan.state == "agreed"
