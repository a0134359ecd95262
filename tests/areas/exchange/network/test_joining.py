import stat
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hansa.areas.exchange.network import joining, membership
from hansa.kernel.identity import own
from hansa.lib.errors import RefusedError
from hansa.lib.ewp.client_certificates import read_certificate
from tests.areas.exchange.league import CHARITE

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def joined(league):
    membership.key_file().unlink()
    membership.certificate_file().unlink()
    return joining.join(now=NOW)


def test_node_gets_key_and_certificate_for_its_owner_alone(joined):
    files = (membership.key_file(), membership.certificate_file())

    assert [stat.S_IMODE(path.stat().st_mode) for path in files] == [0o600, 0o600]
    assert membership.keys().private.key_size == 3072
    assert joined.hei == CHARITE
    assert joined.manifest == "https://localhost/ewp/discovery/v6"
    assert joined.key_id == membership.keys().public.key_id
    assert read_certificate(files[1].read_bytes()).not_valid_after_utc == joined.certificate_ends


def test_second_time_changes_nothing(joined):
    assert joining.join(now=NOW) == joined


def test_certificate_that_is_lost_is_made_for_the_same_key(joined):
    membership.certificate_file().unlink()

    assert joining.join(now=NOW).key_id == joined.key_id


def test_draft_of_a_killed_process_is_no_obstacle(league):
    membership.key_file().unlink()
    membership.key_file().with_name("network.pem.new").write_bytes(b"half")

    joining.join(now=NOW)

    assert membership.keys()


def test_node_that_cannot_be_reached_cannot_join(league, monkeypatch):
    monkeypatch.setattr(membership, "own", lambda: replace(own(), address=""))

    with pytest.raises(RefusedError, match="no address"):
        joining.join(now=NOW)


def test_node_without_an_id_cannot_join(league):
    league.table.clear()

    with pytest.raises(RefusedError, match="no member"):
        joining.join(now=NOW)
