from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from hansa.lib.agreement import (
    Signatory,
    StandingAgreement,
    State,
    amend,
    check_follows,
    give_notice,
    is_in_force,
    party_of,
    resume,
    sign,
    signing,
    signing_of,
    stand,
    suspend,
)
from hansa.lib.canonical import canonical, decode64, digest, encode64, parse
from hansa.lib.errors import HansaError, InvalidError, RefusedError, SignatureError
from hansa.lib.signatures import assemble, sign_general
from tests.lib.example_agreement import (
    CHARITE,
    DOCUMENT,
    HOSPITAL,
    INSTITUTET,
    INSTITUTIONS,
    KEYS,
    NOW,
    STRANGER,
    VOCABULARIES,
    document,
    signature,
    signed,
    standing,
    texts,
)

BEFORE = datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)
HEAD = "Head of Charité – Universitätsmedizin Berlin"


def test_amend_makes_the_next_version_that_names_this_one():
    amended = amend(document(), {"title": texts("Second memorandum")}, vocabularies=VOCABULARIES)

    assert amended == {
        **DOCUMENT,
        "title": texts("Second memorandum"),
        "version": 2,
        "previous": digest(DOCUMENT),
    }


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({}, "nothing would change"),
        ({"title": DOCUMENT["title"]}, "nothing would change"),
        ({"id": "urn:hansa:agreement:11234567-89ab-cdef-0123-456789abcdef"}, r"changes\.id: this key is not known"),
        ({"version": 7}, r"changes\.version: this key is not known"),
        ({"clauses": []}, "clauses: this list has 0 entries"),
    ],
)
def test_amend_refuses_what_is_no_amendment(changes, what):
    with pytest.raises(InvalidError, match=what):
        amend(document(), changes, vocabularies=VOCABULARIES)


def test_check_follows_accepts_the_next_version_only():
    second = amend(document(), {"title": texts("Second")}, vocabularies=VOCABULARIES)
    third = amend(second, {"title": texts("Third")}, vocabularies=VOCABULARIES)

    check_follows(second, previous=DOCUMENT)

    with pytest.raises(InvalidError, match="version: this is not the next version"):
        check_follows(third, previous=DOCUMENT)
    with pytest.raises(InvalidError, match="previous: this is not the next version"):
        check_follows(second, previous=document(title=texts("Other")))


def test_check_follows_accepts_a_new_party_and_refuses_to_leave_one_out():
    smaller = document(parties=DOCUMENT["parties"][:2], clauses=[DOCUMENT["clauses"][0]])
    grown = amend(smaller, {"parties": DOCUMENT["parties"]}, vocabularies=VOCABULARIES)
    shrunk = amend(grown, {"parties": DOCUMENT["parties"][:2]}, vocabularies=VOCABULARIES)

    check_follows(grown, previous=smaller)

    with pytest.raises(InvalidError, match=r"^parties: Karolinska University Hospital is a party of the version"):
        check_follows(shrunk, previous=grown)


def test_party_of_finds_a_party():
    assert party_of(DOCUMENT, HOSPITAL)["name"] == "Karolinska University Hospital"
    with pytest.raises(RefusedError, match="is no party"):
        party_of(DOCUMENT, STRANGER)


def test_signing_tells_who_signed_in_which_office_and_who_has_not():
    found = signing(signed(document(), by=(CHARITE, HOSPITAL)))

    assert found.document == DOCUMENT
    assert found.hash == digest(DOCUMENT)
    assert found.missing == (INSTITUTET,)
    assert not found.is_complete
    assert found.signatories[CHARITE] == Signatory(CHARITE, HEAD, "Head", "statute", "2026-11-23T12:00:00.000Z")
    assert set(found.signatories) == {CHARITE, HOSPITAL}


def test_signing_of_takes_signatures_kept_beside_the_document():
    signatures = [signature(DOCUMENT, by=institution) for institution in INSTITUTIONS]

    assert signing_of(DOCUMENT, signatures).is_complete


def test_signing_of_an_unsigned_document_misses_everyone():
    assert signing_of(DOCUMENT, []).missing == INSTITUTIONS


def test_sign_refuses_another_key():
    with pytest.raises(SignatureError, match="another signing key"):
        sign(DOCUMENT, key=KEYS[HOSPITAL], party=CHARITE, name=HEAD, office="Head", at=NOW)


@pytest.mark.parametrize(("name", "office"), [("Somebody", "Head"), (HEAD, "Porter")])
def test_sign_refuses_who_is_not_named(name, office):
    with pytest.raises(RefusedError, match="does not let this person sign") as caught:
        sign(DOCUMENT, key=KEYS[CHARITE], party=CHARITE, name=name, office=office, at=NOW)

    assert name not in str(caught.value)


def test_sign_refuses_a_time_without_zone():
    with pytest.raises(InvalidError, match="no time zone"):
        sign(DOCUMENT, key=KEYS[CHARITE], party=CHARITE, name=HEAD, office="Head", at=NOW.replace(tzinfo=None))


@pytest.mark.parametrize(
    "changes",
    [
        {"party": HOSPITAL},
        {"name": "Somebody"},
        {"office": "Porter"},
        {"delegation": "by himself"},
        {"at": "2026-11-23T12:00:00"},
        {"at": "2026-11-23T13:00:00.000+01:00"},
        {"at": "yesterday"},
    ],
)
def test_signing_refuses_a_header_the_agreement_does_not_bear_out(changes):
    header = {
        "party": CHARITE,
        "name": HEAD,
        "office": "Head",
        "delegation": "statute",
        "at": "2026-11-23T12:00:00.000Z",
    }
    one = sign_general(DOCUMENT, key=KEYS[CHARITE], kind="agreement", header={**header, **changes})

    with pytest.raises(SignatureError):
        signing_of(DOCUMENT, [one])


@pytest.mark.parametrize("missing", ["party", "name", "office", "delegation", "at"])
def test_signing_refuses_a_header_that_leaves_something_out(missing):
    header = {
        "party": CHARITE,
        "name": HEAD,
        "office": "Head",
        "delegation": "statute",
        "at": "2026-11-23T12:00:00.000Z",
    }
    one = sign_general(
        DOCUMENT, key=KEYS[CHARITE], kind="agreement", header={k: v for k, v in header.items() if k != missing}
    )

    with pytest.raises(SignatureError):
        signing_of(DOCUMENT, [one])


@pytest.mark.parametrize("value", [None, [], {}, {"payload": 1, "signatures": []}])
def test_signing_refuses_what_is_not_signed(value):
    with pytest.raises(InvalidError, match="no signed agreement"):
        signing(value)


def test_signing_refuses_what_is_no_agreement():
    with pytest.raises(InvalidError, match="no agreement"):
        signing(assemble([1], []))
    with pytest.raises(InvalidError, match="parties"):
        signing(assemble({"hansa": "agreement/1"}, []))


def test_stand_is_in_force_when_all_have_signed():
    assert stand(signed(document()), vocabularies=VOCABULARIES).state == State.IN_FORCE
    assert stand(signed(document(), by=(CHARITE,)), vocabularies=VOCABULARIES).state == State.OFFERED


def test_stand_refuses_terms_that_are_not_known():
    with pytest.raises(InvalidError, match=r"clauses\[1\]\.permits"):
        stand(signed(document()), vocabularies={})


def test_one_mutated_byte_puts_a_signed_document_out_of_force():
    whole = signed(document())
    payload = decode64(whole["payload"])

    for position in range(0, len(payload), 7):
        mutated = bytearray(payload)
        mutated[position] ^= 1
        with pytest.raises(HansaError):
            signing({**whole, "payload": encode64(bytes(mutated))})


def test_one_mutated_value_puts_a_standing_agreement_out_of_force():
    held = document()
    agreement = standing(held)
    held["clauses"][1]["limits"]["minimum_cell"] = 9

    with pytest.raises(InvalidError, match="not the one that its hash names"):
        is_in_force(agreement, NOW)


def test_index_keeps_its_own_copy():
    held = document()
    index = standing(held).index
    held["title"]["en"] = "Changed afterwards"
    held["clauses"][1]["permits"].append("studies.release")

    assert index.title == "Memorandum"
    assert "studies.release" not in index.clauses(VOCABULARIES)["4.1"].permits


def test_index_is_made_once_for_equal_documents():
    assert standing(document()).index is standing(parse(canonical(DOCUMENT))).index
    assert standing(document(title=texts("Other"))).index is not standing().index


def test_index_reads_clauses_once_and_again_for_other_vocabularies():
    agreement = standing()

    first = agreement.index.clauses(VOCABULARIES)

    assert list(first) == ["4.1", "4.2", "5"]
    assert agreement.index.clauses(dict(VOCABULARIES)) is first
    with pytest.raises(InvalidError, match=r"clauses\[3\]"):
        agreement.index.clauses({"studies": VOCABULARIES["studies"]})


@pytest.mark.parametrize(
    ("until", "ends_on", "now", "expected"),
    [
        ("2030-12-31", None, datetime(2026, 1, 1, tzinfo=UTC), True),
        ("2030-12-31", None, BEFORE, False),
        ("2030-12-31", None, datetime(2030, 12, 31, 23, 59, tzinfo=UTC), True),
        ("2030-12-31", None, datetime(2031, 1, 1, tzinfo=UTC), False),
        ("2030-12-31", None, datetime(2031, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), True),
        ("2030-12-31", date(2026, 11, 23), NOW, True),
        ("2030-12-31", date(2026, 11, 22), NOW, False),
        (None, None, datetime(2999, 1, 1, tzinfo=UTC), True),
        (None, date(2026, 11, 22), NOW, False),
    ],
)
def test_is_in_force_counts_both_ends_in_utc(until, ends_on, now, expected):
    agreement = standing(document(valid={**DOCUMENT["valid"], "until": until}), ends_on=ends_on)

    assert is_in_force(agreement, now) is expected


@pytest.mark.parametrize("state", [state for state in State if state != State.IN_FORCE])
def test_is_in_force_needs_the_state(state):
    assert is_in_force(standing(state=state), NOW) is False
    assert is_in_force(standing(suspended_by=CHARITE), NOW) is False


def test_is_in_force_refuses_a_time_without_zone():
    with pytest.raises(InvalidError, match="no time zone"):
        is_in_force(standing(), NOW.replace(tzinfo=None))


def test_suspend_needs_one_party_and_resume_needs_the_same():
    suspended = suspend(standing(), by=INSTITUTET)

    assert (suspended.state, suspended.suspended_by) == (State.SUSPENDED, INSTITUTET)
    assert not is_in_force(suspended, NOW)
    with pytest.raises(RefusedError, match="Only the party that suspended"):
        resume(suspended, by=CHARITE)
    assert resume(suspended, by=INSTITUTET) == standing()


def test_suspend_and_resume_refuse_other_states_and_strangers():
    with pytest.raises(RefusedError, match="is no party"):
        suspend(standing(), by=STRANGER)
    with pytest.raises(RefusedError, match="in force can be suspended"):
        suspend(standing(state=State.OFFERED), by=CHARITE)
    with pytest.raises(RefusedError, match="Only the party that suspended"):
        resume(standing(), by=CHARITE)


def test_give_notice_ends_the_agreement_after_its_days():
    ending = give_notice(standing(), by=CHARITE, on=date(2026, 11, 23))
    later = give_notice(ending, by=HOSPITAL, on=date(2026, 12, 24))
    earlier = give_notice(later, by=HOSPITAL, on=date(2026, 11, 1))

    assert ending.ends_on == date(2027, 5, 22)
    assert later.ends_on == date(2027, 5, 22)
    assert earlier.ends_on == date(2027, 4, 30)
    assert is_in_force(ending, datetime(2027, 5, 22, tzinfo=UTC))
    assert not is_in_force(ending, datetime(2027, 5, 23, tzinfo=UTC))


def test_give_notice_refuses_strangers_and_other_states():
    with pytest.raises(RefusedError, match="is no party"):
        give_notice(standing(), by=STRANGER, on=date(2026, 11, 23))
    with pytest.raises(RefusedError, match="ended by notice"):
        give_notice(standing(state=State.DRAFT), by=CHARITE, on=date(2026, 11, 23))


def test_standing_agreement_takes_the_plain_words_of_a_database():
    agreement = StandingAgreement(document=parse(canonical(DOCUMENT)), hash=digest(DOCUMENT), state="in_force")

    assert is_in_force(agreement, NOW)
    assert replace(agreement, state="ended") != agreement
