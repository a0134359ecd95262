"""Kill nodes at random moments while they sign and compute: the end is the same, and nothing happens twice.

HANSA_TEST_KILLS says how many kills (50), HANSA_TEST_SEED repeats the moments of an earlier run.
"""

import contextlib
import json
import os
import random
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial

import httpx2
import pytest

from tests.functional.conftest import CLAUSES
from tests.functional.nodes import Alliance, AnswerError, LiveNode, identity, key, memorandum
from tests.functional.protocols import protocol, rehearsed
from tests.functional.test_rounds import same
from tests.patience import until

KILLS = int(os.environ.get("HANSA_TEST_KILLS", "50"))
SEED = int(os.environ.get("HANSA_TEST_SEED", "0")) or secrets.randbelow(10**6)
MOST_FAULTS = 120


class Reaper(threading.Thread):
    """Kills a node now and then and starts it again, until it has killed often enough."""

    def __init__(self, alliance: Alliance, *, seed: int, kills: int) -> None:
        super().__init__(daemon=True)
        self.nodes, self.chance, self.left = alliance.nodes, random.Random(seed), kills
        self.over = threading.Event()
        self.fault: BaseException | None = None

    def run(self) -> None:
        """Kill until enough is enough."""
        try:
            while self.left and not self.over.wait(self.chance.uniform(0.0, 0.8)):
                node = self.chance.choice(self.nodes)
                node.kill()
                self.left -= 1
                self.over.wait(self.chance.uniform(0.0, 0.3))
                node.start()
                # Now and then a node is killed while it starts.
                if self.chance.random() < 0.8:
                    until(node.answers, what=f"{node.name} to answer")
        except BaseException as fault:  # noqa: BLE001 -- the test itself raises it
            self.fault = fault


@contextlib.contextmanager
def killing(alliance: Alliance, *, seed: int, kills: int) -> Iterator[Reaper]:
    """Let nodes be killed while something goes on."""
    reaper = Reaper(alliance, seed=seed, kills=kills)
    reaper.start()
    try:
        yield reaper
    finally:
        reaper.over.set()
        reaper.join()
    assert reaper.fault is None, reaper.fault


def insist(node: LiveNode, role: str, action: str, record: str = "", *, done, **given) -> None:
    """Do something at a node that may be killed meanwhile, as a person would: look, and try again if it is not done."""

    faults: list[Exception] = []

    def tried() -> bool:
        if done():
            return True
        try:
            node.act(role, action, record, **given)
        except (httpx2.HTTPError, json.JSONDecodeError):
            pass
        except AnswerError as no:
            faults.append(no)
            if len(faults) > MOST_FAULTS:
                raise
        return done()

    until(tried, what=f"{action} at {node.name}")


def agreement_at(node: LiveNode) -> dict[str, str]:
    """Return the states of the memoranda at a node, by hash."""
    return dict(node.rows("select hash, state from kernel_agreement"))


def has_signed(node: LiveNode, hash_: str) -> bool:
    """Tell whether a node has signed a memorandum."""
    found = node.rows("select signatures from kernel_agreement where hash = ?", hash_)
    return node.institution in json.loads(found[0][0])


def has_approved(node: LiveNode, study: str) -> bool:
    """Tell whether a node has approved a study."""
    return node.study(study)["state"] != "proposed"


def sign_under_fire(alliance: Alliance) -> str:
    """Draft, offer and sign a further memorandum at every party; return its hash."""
    identities = {node.institution: identity(node.directory, node.institution) for node in alliance.nodes}
    name = "urn:hansa:agreement:11234567-89ab-4def-8123-456789abcdef"
    document = memorandum(identities, clauses=CLAUSES[:1], id=name)
    before, lead = set(agreement_at(alliance.lead)), alliance.lead

    def new() -> dict[str, str]:
        return {hash_: state for hash_, state in agreement_at(lead).items() if hash_ not in before}

    insist(lead, "coordinator", "agreements.draft", document=document, done=new)
    hash_ = next(iter(new()))
    record = lead.rows("select id from kernel_agreement where hash = ?", hash_)[0][0]
    insist(lead, "coordinator", "agreements.offer", record, done=lambda: new()[hash_] != "draft")
    until(lambda: all(hash_ in agreement_at(node) for node in alliance.nodes), what="the offer")
    for node in alliance.nodes:
        signed = partial(has_signed, node, hash_)
        insist(node, "signatory", "agreements.sign", record, office="Chief executive", done=signed)
    until(
        lambda: all(agreement_at(node)[hash_] == "in_force" for node in alliance.nodes),
        what="the memorandum to be in force",
    )
    return hash_


def study_under_fire(alliance: Alliance, text: str, *, agreement: str, title: str) -> str:
    """Propose a study, approve it everywhere and wait for its result; return its URN."""
    lead = alliance.lead

    def there() -> list[tuple[str]]:
        return lead.rows("select id from studies_study where title = ?", title)

    insist(lead, "investigator", "studies.propose", protocol=text, agreement=agreement, done=there)
    study = f"urn:hansa:studies:{there()[0][0]}"
    until(lambda: all(n.study(study)["state"] for n in alliance.nodes), what="the proposal")
    for node in alliance.nodes:
        approved = partial(has_approved, node, study)
        insist(node, "steward", "studies.approve", key(study), dataset="data", done=approved)
    alliance.wait(study, "released")
    return study


def settled(node: LiveNode) -> bool:
    """Tell whether nothing waits at a node any more; a standing job, whose key is its kind, always does."""
    waiting = ("kernel_letter where", "kernel_job where key <> kind and")
    return all(node.rows(f"select count(*) from {table} state = 'waiting'") == [(0,)] for table in waiting)


def check_letters(alliance: Alliance) -> None:
    """Hold that every letter arrived once, under its own number, and was applied once."""
    names = "select sequence, digest, state from kernel_letter where direction = ? and partner = ? order by sequence"
    for sender in alliance.nodes:
        for recipient in alliance.nodes:
            sent = sender.rows(names, "out", recipient.institution)
            assert sent == recipient.rows(names, "in", sender.institution)
            assert [row[0] for row in sent] == list(range(1, len(sent) + 1))
            assert {row[2] for row in sent} <= {"applied"}


def check_ledger(node: LiveNode) -> None:
    """Hold that a ledger verifies, tells of every letter once, and raised no alarm at a partner."""
    told = Counter(
        body.get("letter") for body in (json.loads(row[0]) for row in node.rows("select body from kernel_ledgerentry"))
    )
    received = [row[0] for row in node.rows("select id from kernel_letter where direction = 'in'")]
    assert {told[letter] for letter in received} <= {1}
    assert node.run("from hansa.kernel import ledger; told = ledger.verify()") == []
    assert {row[0] for row in node.rows("select alarm from kernel_partner")} == {""}


def check_study(alliance: Alliance, study: str, *, expected: dict) -> None:
    """Hold that every party has the same signed result, in one attempt, from one contribution a round and party."""
    found = [node.study(study) for node in alliance.nodes]
    assert [one["attempt"] for one in found] == [1, 1, 1]
    assert same(found[0]["result"]["result"], expected)
    assert [one["result"] for one in found[1:]] == [found[0]["result"]] * 2
    given = "select number, party, words from studies_contribution where study_id = ? order by number, party"
    at_lead = alliance.lead.rows(given, key(study))
    rounds = found[0]["result"]["result"]["rounds"]
    assert [row[:2] for row in at_lead] == [
        (number, party) for number in range(1, rounds + 1) for party in sorted(n.institution for n in alliance.nodes)
    ]
    for node in alliance.nodes:
        assert set(node.rows(given, key(study))) <= set(at_lead)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_nodes_end_with_the_same_result_and_do_nothing_twice(alliance, parts):
    print(f"HANSA_TEST_SEED={SEED} HANSA_TEST_KILLS={KILLS}")  # noqa: T201 -- to repeat a run that failed
    studies: dict[str, dict] = {}
    expected = rehearsed(protocol(), parts["data"])

    with killing(alliance, seed=SEED, kills=KILLS) as reaper:
        hash_ = sign_under_fire(alliance)
        while reaper.left and not reaper.fault:
            title = f"Study {len(studies) + 1}"
            study = study_under_fire(alliance, protocol(title=title), agreement=hash_, title=title)
            studies[study] = {
                **expected,
                "protocol": json.loads(
                    alliance.lead.rows("select result from studies_study where id = ?", key(study))[0][0]
                )["result"]["protocol"],
            }
    until(lambda: all(node.answers() for node in alliance.nodes), what="the nodes to answer")
    until(lambda: all(settled(node) for node in alliance.nodes), what="everything to be settled")

    assert reaper.left == 0
    check_letters(alliance)
    for study, result in studies.items():
        check_study(alliance, study, expected=result)
    for node in alliance.nodes:
        check_ledger(node)
    owed = "select kind, state, trouble from kernel_job where state != 'done' and key <> kind"
    jobs = [node.rows(owed) for node in alliance.nodes]
    assert jobs == [[], [], []]
    print(f"{len(studies)} studies")  # noqa: T201 -- as above
