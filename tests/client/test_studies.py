import threading

import pytest
from django.db import connection

from hansa.areas.studies.models import Study
from hansa.areas.studies.states import State
from hansa.client import connect
from hansa.kernel.models import PartyDecision
from hansa.lib import bundle_form
from hansa.lib.errors import InvalidError, RefusedError, UnreachableError
from tests.api.programs import token_of
from tests.conftest import given
from tests.web import house

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def node(live_server, person):
    with connect(live_server.url, token_of(person("investigator", username="leonie"))) as made:
        yield made


@pytest.fixture
def held():
    house.partners()
    return house.agreement()


@pytest.mark.usefixtures("held")
def test_propose_takes_the_path_of_a_protocol(node, tmp_path):
    file = tmp_path / "protocol.yaml"
    file.write_text(house.PROTOCOL, encoding="utf-8")

    made = node.studies.propose(file, note="Please.")

    assert (made.state, made.clause) == ("proposed", "4.1")
    assert Study.objects.get().source_text.strip() == house.PROTOCOL.strip()


@pytest.mark.usefixtures("held")
def test_propose_takes_the_text_of_a_protocol(node):
    assert node.studies.propose(house.PROTOCOL).state == "proposed"


def test_result_of_a_released_study_is_read(node, held):
    study = house.study(held, State.RELEASED)

    result = node.studies.result(study.urn)

    assert (result.title, set(result.analyses)) == (
        study.title,
        {"baseline", "survival", "adjusted", "crude", "recurrence"},
    )


def test_result_says_when_there_is_none(node, held):
    study = house.study(held, State.PROPOSED)

    with pytest.raises(RefusedError, match="the study is proposed"):
        node.studies.result(str(study.pk))


def test_export_writes_the_bundle(node, held, tmp_path):
    study = house.study(held, State.RELEASED)

    file = node.studies.export(str(study.pk), tmp_path / "study.bundle")

    assert bundle_form.read(file.read_bytes()).record == study.urn


def test_export_of_what_is_not_there_is_an_error(node, tmp_path):
    with pytest.raises(InvalidError, match="no such record"):
        node.studies.export("00000000-0000-4000-8000-000000000000", tmp_path / "study.bundle")

    assert not (tmp_path / "study.bundle").exists()


def test_wait_returns_the_result_and_tells_the_way(node, held, capsys):
    study = house.study(held, State.RELEASED)

    result = node.studies.wait(str(study.pk))

    assert "adjusted" in result.analyses
    assert "released" in capsys.readouterr().err


def test_wait_is_quiet_where_that_is_wanted(node, held, capsys):
    study = house.study(held, State.RELEASED)

    node.studies.wait(str(study.pk), progress=False)

    assert capsys.readouterr().err == ""


def test_wait_goes_on_until_the_study_moves(node, held):
    study = house.study(held, State.RUNNING)

    def release():
        with given():
            row = Study.objects.get(pk=study.pk)
            row.state, row.result = State.RELEASED, {"result": house.result(), "signed": None}
            row.save()
        connection.close()

    later = threading.Timer(0.3, release)
    later.start()
    result = node.studies.wait(str(study.pk), every=0.05)
    later.join()

    assert "adjusted" in result.analyses


def test_wait_gives_up_after_its_time(node, held):
    study = house.study(held, State.RUNNING)

    with pytest.raises(UnreachableError, match="still running"):
        node.studies.wait(str(study.pk), seconds=0)


def test_wait_ends_with_the_reason_of_who_declined(node, held):
    study = house.study(held, State.DECLINED)
    with given():
        PartyDecision.objects.create(
            record=study.urn, party=house.HOSPITAL, verdict="declined", reason="No vote yet.", at=house.NOW
        )

    with pytest.raises(RefusedError, match="Karolinska University Hospital: No vote yet"):
        node.studies.wait(str(study.pk))


def test_wait_ends_with_what_stopped_the_rounds(node, held):
    study = house.study(held, State.FAILED, trouble="Round 2 ended.")

    with pytest.raises(RefusedError, match="Round 2 ended"):
        node.studies.wait(str(study.pk))
