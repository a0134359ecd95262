"""Actions: the only way a person changes a record. Every single action is held to its contract in test_every_action."""

import json
import threading
from types import SimpleNamespace
from typing import Literal

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from hansa.areas.studies.models import Study
from hansa.kernel import actions, agreements, partners
from hansa.kernel.actions import ACTIONS, NEW, GivenError, RoleError, StateError, action
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, ApiToken, LedgerEntry, Partner, PartyDecision, Person, Verdict
from hansa.kernel.people import GRANTS
from hansa.kernel.policy import ClauseError
from hansa.lib.errors import RefusedError
from tests.conftest import given
from tests.paper import SOLNA, PaperPartner


@pytest.fixture
def registers():
    before, grants = dict(ACTIONS), {role: set(given) for role, given in GRANTS.items()}
    GRANTS["administrator"].add("tests.act")
    yield
    ACTIONS.clear()
    ACTIONS.update(before)
    GRANTS.clear()
    GRANTS.update(grants)


@pytest.fixture
def rename(registers):
    @action(needs="tests.act", source=("known",), target=("known", "blocked"), because="A test.")
    def rename(partner: Partner, *, by: object, name: str, mood: Literal["good", "bad"] = "good") -> None:
        """Give the partner another name.

        Everyone here
        will see it.
        """
        partner.name = name
        if name == "block":
            partner.state = "blocked"
        if name == "lost":
            partner.state = "lost"

    return rename


def entry():
    return json.loads(LedgerEntry.objects.latest("position").body)


def test_describes_itself_for_page_command_and_address(rename):
    assert (rename.noun, rename.name, rename.verb) == ("partners", "partners.rename", "rename")
    assert rename.title == "Give the partner another name."
    assert rename.explanation == "Everyone here will see it."
    assert list(rename.inputs.model_fields) == ["name", "mood"]
    assert rename.makes is False
    assert ACTIONS["partners.rename"] is rename


def test_without_a_docstring_it_is_called_by_its_verb(registers):
    @action(needs="tests.act", source=(NEW,), target=("known",), because="A test.")
    def bare(partner: Partner, *, by: object) -> None:
        pass

    assert (bare.title, bare.explanation, bare.makes) == ("bare", "", True)


@pytest.mark.parametrize("terms", [{}, {"permit": "studies.propose", "because": "both"}])
def test_names_the_term_it_needs_or_why_it_needs_none(terms):
    with pytest.raises(AssertionError, match="names the term it needs"):
        action(needs="tests.act", source=(NEW,), target=("known",), **terms)


def test_does_it_and_tells_who_in_the_ledger_by_pseudonym(scene, rename, administrator):
    done = rename(scene.row, by=administrator, name="KI  ")

    assert (scene.row.name, done.state) == ("KI", "known")
    assert entry() == {
        "action": "partners.rename",
        "record": scene.row.urn,
        "by": administrator.pseudonym,
        "moves": {},
        "letters": [],
    }


def test_may_choose_among_its_targets(scene, rename, administrator):
    rename(scene.row, by=administrator, name="block")

    assert scene.row.state == "blocked"
    assert entry()["moves"] == {scene.row.urn: ["known", "blocked"]}


def test_leading_to_an_undeclared_state_is_an_error_of_the_programmer(scene, rename, administrator):
    with pytest.raises(AssertionError, match="led to 'lost', which it does not declare"):
        rename(scene.row, by=administrator, name="lost")

    assert scene.row.state == "known"


def test_works_on_the_record_as_it_is_now_not_as_it_was_shown(scene, rename, administrator):
    shown = scene.row
    shown.name = "tampered"
    with given():
        partner = scene.row
        partner.state = "blocked"
        partner.save()

    with pytest.raises(StateError, match="This is blocked; to do this it must be known") as refused:
        rename(shown, by=administrator, name="KI")

    assert refused.value.remedy == "Open it again to see what can be done now."


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, ["name"]),
        ({"name": "KI", "mood": "sad"}, ["mood"]),
        ({"name": "KI", "extra": 1}, ["extra"]),
        ({"name": 7, "mood": 7}, ["name", "mood"]),
    ],
)
def test_names_every_field_that_is_wrong(scene, rename, administrator, values, fields):
    with pytest.raises(GivenError) as wrong:
        rename(scene.row, by=administrator, **values)

    assert list(wrong.value.faults) == fields
    assert wrong.value.remedy == "Correct what is marked and try again; nothing was changed."


def test_names_a_field_that_the_record_cannot_hold(scene, rename, administrator):
    with pytest.raises(GivenError) as wrong:
        rename(scene.row, by=administrator, name="x" * 201)

    assert list(wrong.value.faults) == ["name"]
    assert scene.row.name == "Karolinska Institutet"


def test_refuses_who_has_no_role_saying_which_permission_it_takes(scene, rename, stranger):
    for nobody in (stranger, None):
        with pytest.raises(RoleError, match="You have no role that may do this") as refused:
            rename(scene.row, by=nobody, name="KI")

        assert "tests.act" in refused.value.remedy


def test_speaks_the_language_of_the_reader(scene, rename, stranger):
    with override("sv"), pytest.raises(RoleError) as refused:
        rename(scene.row, by=stranger, name="KI")

    assert refused.value.message


def test_possible_asks_role_state_and_clause(scene, bound, person):
    investigator, steward = person("investigator"), person("steward")
    agreement, _request = bound()
    study = Study(state="proposed", parties=agreement.parties, agreement=agreement.hash, clause="4.1")
    study.purpose, study.stated_limits = "DUO:0000042", {"minimum_cell": 5, "minimum_sites": 2, "time_grid_days": 1}
    approve = ACTIONS["studies.approve"]

    assert approve.possible(study, steward)
    assert not approve.possible(study, investigator)
    study.clause = "9.9"
    assert not approve.possible(study, steward)
    study.state = "declined"
    assert not approve.possible(study, steward)


def test_possible_offers_nothing_that_is_done_already(scene, bound, person):
    from tests.areas.studies import samples as studies
    from tests.kernel.samples import World, agreement_in

    ada = person("administrator", "signatory", "steward", "investigator")
    agreement, _request = bound()
    world = World(None, agreement, scene.paper, {})
    row = scene.row
    with given():
        offered = agreement_in(world, "offered")
        suspended = agreement_in(world, "suspended", suspended_by=own().id)
        study, failed = studies.study(world, "review"), studies.study(world, "failed")
    todo = {
        "partners.accept_ledger": row,
        "agreements.sign": offered,
        "agreements.decline": offered,
        "agreements.resume": suspended,
        "agreements.end": suspended,
        "studies.release": study,
        "studies.withdraw": study,
        "studies.retry": failed,
    }
    row.alarm = "Its ledger got smaller."
    before = {name: ACTIONS[name].possible(record, ada) for name, record in todo.items()}
    suspended.ends_on = timezone.now().date()
    row.alarm, offered.signatures, suspended.suspended_by, failed.lead = "", {own().id: {}}, scene.paper.id, "other"
    with given():
        PartyDecision(record=study.urn, party=own().id, verdict=Verdict.RELEASED, facts={}, at=timezone.now()).save()

    after = {name: ACTIONS[name].possible(record, ada) for name, record in todo.items()}

    assert before == dict.fromkeys(todo, True)
    assert after == dict.fromkeys(todo, False)


def test_possible_tells_own_accounts_from_those_of_others(administrator, person):
    moritz = person("steward")
    verbs = ("disable", "reset_password", "change_password", "change_language")

    at_others = [verb for verb in verbs if ACTIONS[f"people.{verb}"].possible(moritz, administrator)]
    at_own = [verb for verb in verbs if ACTIONS[f"people.{verb}"].possible(administrator, administrator)]

    assert at_others == ["disable", "reset_password"]
    assert at_own == ["change_password", "change_language"]
    assert not ACTIONS["people.disable"].possible(moritz, None)


def test_record_that_belongs_to_no_memorandum_cannot_be_under_a_clause(scene, registers, administrator):
    @action(needs="tests.act", source=("known",), target=("known",), permit="studies.propose")
    def propose(partner: Partner, *, by: object) -> None:
        """Propose the partner."""

    with pytest.raises(RefusedError, match="belongs to no memorandum") as refused:
        propose(scene.row, by=administrator)

    assert refused.value.remedy == "Propose it under a clause first."


def test_ledger_cites_memorandum_and_clause(scene, bound, person):
    from tests.areas.studies.samples import PROTOCOL

    agreement, _request = bound()

    ACTIONS["studies.propose"](Study(), by=person("investigator"), protocol=PROTOCOL)

    assert (entry()["agreement"], entry()["clause"]) == (agreement.hash, "4.1")
    assert len(entry()["letters"]) == 1


def test_clause_that_stops_after_the_run_undoes_it(scene, bound, person):
    from tests.areas.studies.samples import PROTOCOL

    bound()
    protocol = PROTOCOL.replace("minimum_cell: 5", "minimum_cell: 3")

    with pytest.raises(ClauseError):
        ACTIONS["studies.propose"](Study(), by=person("investigator"), protocol=protocol)

    assert Study.objects.count() == 0


def test_action_calls_no_action(scene, registers, administrator):
    @action(needs="tests.act", source=("known",), target=("known",), because="A test.")
    def both(partner: Partner, *, by: object) -> None:
        """Do two things."""
        partners.block(partner, by=by)

    with pytest.raises(RefusedError, match="already under way"):
        both(scene.row, by=administrator)

    assert (scene.row.state, LedgerEntry.objects.count()) == ("known", 0)


def test_said_puts_states_in_words():
    assert actions.said(Partner(), "changed") == "key changed, waits for confirmation"
    assert actions.said(Agreement(), NEW) == "new"
    assert actions.said(PartnerWithoutStates, "whatever") == "whatever"


class PartnerWithoutStates:
    pass


def test_new_record_is_not_read_anew(scene, administrator):
    fresh = PaperPartner(id=SOLNA)
    partner = Partner()

    from tests.kernel.test_envelopes import invitation_of

    partners.accept(partner, by=administrator, invitation=invitation_of(fresh))

    assert partner.state == "introduced"
    assert entry()["record"] == partner.urn


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_the_second_is_told(scene, person):
    signatory = person("administrator")
    outcomes = []
    start = threading.Barrier(2)

    def block():
        try:
            start.wait(5)
            partners.block(scene.row, by=signatory)
            outcomes.append("done")
        except StateError:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=block) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["done", "told"]
    assert agreements.State.DRAFT


@pytest.mark.parametrize("value", ["a\0b", ["a", "\0"], ("\0",), {"a": {"\0": 1}}, {"a": [{"b": "\0"}]}])
def test_text_with_nul_is_refused_before_a_database_sees_it(value):
    assert actions.has_nul(value)
    assert not actions.has_nul(["a", 1, None, {"b": "c\\u0000"}])


@pytest.mark.django_db
def test_nul_is_told_at_its_field(scene, person):
    with pytest.raises(GivenError) as refused:
        partners.accept_ledger(scene.row, by=person("administrator"), explanation="a\0b")

    assert list(refused.value.faults) == ["explanation"]


@pytest.fixture
def registered(registers):
    """Return actions on tokens that only their owner may do."""

    @action(needs="tests.act", source=("valid",), target=("valid",), because="A test.", own=True)
    def rename(token: ApiToken, *, by: object, name: str) -> None:
        """Give your token another name."""
        token.name = name

    @action(needs="tests.act", source=(NEW,), target=("valid",), because="A test.", own=True)
    def lend(token: ApiToken, *, by: Person, to: str) -> None:
        """Make a token for somebody."""
        token.person = Person.objects.get(username=to)
        token.name, token.digest, token.expires, token.scopes = "lent", "0" * 64, timezone.now(), ["tests.act"]

    return SimpleNamespace(rename=rename, lend=lend)


def test_own_records_are_changed_by_the_person_to_whom_they_belong(registered, administrator):
    token = registered.lend(ApiToken(), by=administrator, to="administrator")

    assert registered.rename.possible(token, administrator)
    assert registered.rename(token, by=administrator, name="mine").name == "mine"


def test_own_records_of_somebody_else_are_refused(registered, administrator, person):
    token = registered.lend(ApiToken(), by=administrator, to="administrator")
    other = person("administrator", username="other")
    entries = LedgerEntry.objects.count()

    with pytest.raises(RoleError, match="somebody else's, and only they may do this: Give your token") as refused:
        registered.rename(token, by=other, name="theirs")

    assert refused.value.remedy == "Look under your own records."
    assert not registered.rename.possible(token, other)
    assert LedgerEntry.objects.count() == entries


def test_action_on_own_records_makes_none_for_somebody_else(registered, administrator, person):
    person("administrator", username="other")

    with pytest.raises(AssertionError, match="made a record that is not the person's own"):
        registered.lend(ApiToken(), by=administrator, to="other")

    assert ApiToken.objects.count() == 0
