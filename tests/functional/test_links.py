"""A study over a line that is slow and loses packets, and over one that is cut in the middle."""

import contextlib
import shutil
import sqlite3
import time

import pytest

from tests.functional.links import links
from tests.functional.nodes import BERLIN, STOCKHOLM, Alliance, key
from tests.functional.protocols import protocol, rehearsed
from tests.functional.test_rounds import same
from tests.patience import until

# 64 kbit/s, 800 ms there and back, and one packet of twenty lost.
SLOW = {"delay": 0.4, "rate": 8_000.0, "loss": 0.05}
LONG = 400


@contextlib.contextmanager
def behind(made, root, *, forge, **quality):
    """Start three nodes, the second of which others reach, and which reaches others, by lines of some quality."""
    directories, ports = made
    for place in range(len(ports)):
        shutil.copytree(directories / str(place), root / str(place))
    with links(ports[STOCKHOLM], ports[BERLIN], **quality) as (there, back):
        for place, institution, line in ((0, STOCKHOLM, there), (2, STOCKHOLM, there), (1, BERLIN, back)):
            with contextlib.closing(sqlite3.connect(root / str(place) / "hansa.sqlite3")) as database:
                address = f"http://127.0.0.1:{line.port}"
                database.execute("update kernel_partner set address = ? where institution = ?", (address, institution))
                database.commit()
        alliance = Alliance(root, ports=ports, forge=forge)
        try:
            alliance.start()
            yield alliance, [there, back]
        finally:
            alliance.end()


@pytest.mark.slow
def test_study_completes_over_a_slow_line_that_loses_packets(made, forge, tmp_path, parts):
    with behind(made, tmp_path, forge=forge, **SLOW) as (alliance, lines):
        study = alliance.run(text := protocol())

        ended = alliance.wait(study, "released", seconds=LONG)

        assert same(ended[0]["result"]["result"], rehearsed(text, parts["data"]))
        assert {one["attempt"] for one in ended} == {1}
        assert all(line.passed > 10_000 for line in lines)


def test_study_goes_on_where_it_was_when_a_cut_line_is_mended(made, forge, tmp_path, parts):
    with behind(made, tmp_path, forge=forge, delay=0.05) as (alliance, lines):
        study = alliance.run(text := protocol())
        rounds = "select count(*) from studies_round where study_id = ? and closed is not null"
        until(lambda: alliance.lead.rows(rounds, key(study))[0][0] >= 1, what="a round to be over")
        for line in lines:
            line.cut()
        before = alliance.lead.rows(rounds, key(study))[0][0]
        time.sleep(3)
        during = alliance.lead.rows(rounds, key(study))[0][0]
        assert alliance.lead.study(study)["state"] == "running"
        for line in lines:
            line.mend()

        ended = alliance.wait(study, "released", seconds=LONG)

        # What was under way may have arrived; then everything waited for the line.
        assert during - before <= 1
        assert same(ended[0]["result"]["result"], rehearsed(text, parts["data"]))
        assert {one["attempt"] for one in ended} == {1}
