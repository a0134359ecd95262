import pytest

from hansa.kernel import ledger, partners
from hansa.kernel.actions import ACTIONS
from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.lib import checkpoints
from tests.api.programs import Program
from tests.web import house

pytestmark = pytest.mark.django_db


def test_me_tells_person_and_node(administrator):
    told = Program(administrator).get("/me").json()

    assert (told["name"], told["roles"], told["institution"]) == ("Astrid", ["administrator"], own().id)
    assert "people.add" in told["permissions"]


def test_actions_describe_every_action_and_whether_one_has_it(person):
    told = Program(person("steward")).get("/actions").json()["actions"]

    assert {one["name"] for one in told} == set(ACTIONS)
    allowed = {one["name"] for one in told if one["allowed"]}
    assert "studies.approve" in allowed
    assert "people.add" not in allowed


def test_invitation_is_for_who_may_invite(administrator, person):
    told = Program(administrator).get("/invitation").json()

    assert partners.read(told["invitation"])[1].fingerprint == told["fingerprint"]
    assert told["identity"] == own().identity.to_json()
    assert Program(person("steward")).get("/invitation").status_code == 403


def test_letters_are_listed_without_their_content(person):
    house.letter("urn:hansa:studies:1")
    house.letter("urn:hansa:studies:2")
    program = Program(person("auditor"))

    told = program.get("/letters", record="urn:hansa:studies:2", direction="out").json()

    assert (told["count"], told["letters"][0]["bytes"]) == (1, 2048)
    assert set(told["letters"][0]) & {"token", "receipt"} == set()
    assert program.get("/letters").json()["count"] == 2


def test_checkpoint_is_signed_by_this_node(person):
    with change({"test": "one"}):
        pass
    house.cosignature(house.INSTITUTET, 1)

    told = Program(person("auditor")).get("/ledger/checkpoint").json()

    note = checkpoints.verify(told["checkpoint"], key=own().signing.public, name=checkpoints.ledger_name(own().id))
    assert (told["size"], told["root"]) == (1, note.root.hex())
    assert [one["partner"] for one in told["cosignatures"]] == [house.INSTITUTET]


def test_entries_are_listed_in_order(person):
    for number in range(3):
        with change({"test": number}):
            pass

    told = Program(person("auditor")).get("/ledger/entries", offset=1, limit=1).json()

    assert (told["count"], [one["position"] for one in told["entries"]]) == (ledger.size(), [1])
    assert told["entries"][0]["body"]["test"] == 1


@pytest.mark.parametrize("path", ["/letters", "/ledger/checkpoint", "/ledger/entries"])
def test_who_has_no_role_reads_nothing(stranger, path):
    answer = Program(stranger, scopes=["x"]).get(path)

    assert (answer.status_code, answer.json()["error"]) == (403, "refused")
