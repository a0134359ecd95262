"""What people and machines get wrong: each gets a clear sentence, at the right person, and nothing is lost."""

import contextlib
import resource
from datetime import UTC, datetime, timedelta

import pytest

from hansa.kernel import door
from hansa.kernel.models import Letter
from hansa.lib.errors import InvalidError
from tests.areas.studies.scene import Scene
from tests.functional.nodes import AnswerError
from tests.functional.protocols import GLM, VARIABLES, protocol
from tests.patience import until


def add(node, path, name="extra"):
    return node.act("steward", "datasets.add", name=name, source=str(path))


def test_broken_csv_names_its_line_to_the_steward_and_no_content(house, tmp_path):
    path = tmp_path / "broken.csv"
    path.write_text("age,cens\n41,1\n42,1,Ada Lovelace\n")

    with pytest.raises(AnswerError, match="Line 3") as no:
        add(house.lead, path)

    assert "Ada" not in str(no.value)
    assert house.lead.rows("select name from studies_dataset where name = 'extra'") == []


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        (VARIABLES.replace("unit: a, range: [18, 100]", "unit: kg, range: [0.018, 0.1]"), "outside"),
        (VARIABLES.replace('levels: ["I", "II", "III"]', 'levels: ["1", "2", "3"]'), "does not name"),
        (VARIABLES.replace("pnodes:", "nodes:"), "no column 'nodes'"),
    ],
    ids=["wrong unit", "unknown level", "absent column"],
)
def test_data_that_do_not_fit_are_told_to_the_steward_before_anything_leaves(house, variables, why):
    study = house.propose(protocol(GLM, variables=variables))

    with pytest.raises(AnswerError, match=why):
        house.nodes[1].act("steward", "studies.approve", study, dataset="data")

    assert house.nodes[1].study(study)["state"] == "proposed"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"limits": {"minimum_cell": 2}}, "minimum_cell"),
        ({"purpose": "DUO:0000011"}, "purpose"),
        ({"clause": "9.9"}, "no clause|has a clause 9.9"),
        ({"clause": "4.5"}, "4.5"),
    ],
    ids=["limit", "purpose", "no such clause", "clause without it"],
)
def test_protocol_beyond_its_clause_is_refused_to_the_investigator(house, changes, why):
    before = house.lead.rows("select count(*) from studies_study")

    with pytest.raises(AnswerError, match=why):
        house.lead.act("investigator", "studies.propose", protocol=protocol(GLM, **changes))

    assert house.lead.rows("select count(*) from studies_study") == before


def test_partner_that_cannot_be_reached_gets_its_letters_later(house):
    lead, second, _third = house.nodes
    second.kill()

    study = lead.act("investigator", "studies.propose", protocol=protocol(GLM))["id"]
    trouble = "select trouble from kernel_partner where institution = ?"
    until(lambda: "does not answer" in lead.rows(trouble, second.institution)[0][0], what="the trouble to be told")
    second.start()
    until(lambda: second.study(study)["state"] == "proposed", what="the proposal to arrive")
    until(lambda: lead.rows(trouble, second.institution) == [("",)], what="the trouble to be over")


@contextlib.contextmanager
def full_disk(node):
    """Let a node write no file beyond its first bytes, as if its disk were full."""
    before = resource.prlimit(node.number, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        resource.prlimit(node.number, resource.RLIMIT_FSIZE, before)


def test_full_disk_loses_no_letter_and_no_data(house, parts):
    lead, second, _third = house.nodes

    with full_disk(second):
        study = lead.act("investigator", "studies.propose", protocol=protocol(GLM, title="Full disk"))["id"]
        waiting = "select trouble from kernel_letter where partner = ? and state = 'waiting' and attempts > 0"
        until(lambda: lead.rows(waiting, second.institution), what="the letter to wait")
        with pytest.raises(AnswerError, match="disk"):
            add(second, parts["data"][1], "unwritten")
    until(lambda: second.study(study)["state"] == "proposed", what="the proposal to arrive")

    assert second.rows("select name from studies_dataset where name = 'unwritten'") == []
    assert add(second, parts["data"][1], "written")["state"] == "connected"
    assert second.run("from hansa.kernel import ledger; told = ledger.verify()") == []


def test_clock_off_by_an_hour_is_told_and_the_letter_applied_later(db, tmp_path):
    scene = Scene(tmp_path)
    paper = scene.side.paper
    letter = paper.write("agreements.ended", body={})
    inside = {"letter": letter.sign(paper.signing), "witness": paper.witness(since=0), "seen": 0}

    with pytest.raises(InvalidError, match="clock of Karolinska Institutet is 60 minutes ahead") as no:
        door.hand_in(paper.envelope(inside, at=datetime.now(UTC) + timedelta(hours=1)))
    kept = Letter.objects.count()
    door.hand_in(paper.envelope(inside))

    assert "NTP" in no.value.remedy
    assert (kept, Letter.objects.count()) == (0, 1)
