from hansa.lib.bundle import Report, verify
from hansa.lib.bundle_form import Bundle
from tests.lib.example_agreement import CHARITE, INSTITUTIONS, KEYS
from tests.lib.example_bundle import KINDS, LETTERS, VOCABULARIES, bundle, exchange, identity, write_letter

NAMES = [
    "agreements",
    "identities",
    "letters",
    "receipts",
    "sequence",
    "clauses",
    "checkpoint",
    "entries",
    "approvals",
    "cosignatures",
    "result",
]


def _verify(content: Bundle) -> Report:
    return verify(content, kinds=KINDS, vocabularies=VOCABULARIES)


def test_verify_finds_that_everything_holds() -> None:
    report = _verify(bundle())

    assert report.holds
    assert report.first_fault is None
    assert [check.name for check in report.checks] == NAMES
    assert [check.detail for check in report.checks if check.name != "identities"] == [
        "1 agreements",
        "10 letters",
        "9 applied, 1 refused",
        "4 directions",
        "clauses 4.1",
        "12 entries",
        "10 entries",
        "3 parties approved",
        "2 cosignatures",
        "3 signatures",
    ]
    assert identity(CHARITE).fingerprint in report.checks[1].detail


def test_verify_takes_trusted_fingerprints() -> None:
    trusted = {identity(institution).fingerprint for institution in INSTITUTIONS}

    assert verify(bundle(), kinds=KINDS, vocabularies=VOCABULARIES, trusted=trusted).holds


def test_verify_names_the_first_fault_and_checks_nothing_after_it() -> None:
    letters = [exchange(letter) for letter in LETTERS]
    letters[4] = exchange(LETTERS[4], key=KEYS[INSTITUTIONS[1]])

    report = _verify(bundle(letters=letters, result={"broken": True}))

    assert report.first_fault is not None
    assert report.first_fault.name == "letters"
    assert report.first_fault.detail.startswith("letters[4].letter: ")
    assert report.first_fault.remedy
    assert [check.outcome for check in report.checks] == ["holds"] * 2 + ["fails"] + ["not checked"] * 8
    assert not report.holds


def test_verify_survives_what_no_check_foresees() -> None:
    terms = {"parties": 5, "purposes": [], "limits": {}}
    letters = [write_letter(1, sender=CHARITE, recipient=INSTITUTIONS[1], kind="studies.proposed", terms=terms)]

    report = _verify(bundle(letters))

    assert report.first_fault is not None
    assert (report.first_fault.name, report.first_fault.detail) == (
        "clauses",
        "This part cannot be read (TypeError).",
    )
