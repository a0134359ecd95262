import errno

import pytest
from django.db import OperationalError

from hansa.api import answers
from hansa.kernel.actions import GivenError, RoleError, StateError
from hansa.kernel.policy import ClauseError
from hansa.kernel.sessions import EntryError
from hansa.kernel.throttle import ThrottledError
from hansa.lib.decision import Decision
from hansa.lib.errors import (
    DisclosureError,
    HansaError,
    InvalidError,
    ProofError,
    RefusedError,
    SignatureError,
    UnreachableError,
)


@pytest.mark.parametrize(
    ("fault", "status", "word"),
    [
        (EntryError("a"), 401, "entry"),
        (StateError("a"), 409, "state"),
        (RoleError("a"), 403, "role"),
        (GivenError({"name": "Missing."}), 400, "given"),
        (InvalidError("a"), 400, "invalid"),
        (SignatureError("a"), 403, "signature"),
        (ProofError("a"), 409, "proof"),
        (DisclosureError("a"), 409, "disclosure"),
        (RefusedError("a"), 403, "refused"),
        (UnreachableError("a"), 503, "unreachable"),
        (HansaError("a"), 403, "hansa"),
    ],
)
def test_told_names_the_error_in_a_word(fault, status, word):
    assert answers.status_of(fault) == status
    assert answers.told(fault)["error"] == word


def test_status_of_is_429_for_whoever_guesses():
    assert issubclass(ThrottledError, RefusedError)
    assert dict(answers.STATUS)[ThrottledError] == 429


def test_told_names_each_faulty_input():
    told = answers.told(GivenError({"name": "Missing."}))

    assert told["faults"] == {"name": "Missing."}


def test_told_cites_the_clause_that_says_no():
    decision = Decision("deny", agreement="sha256:1", clause="4.1", reason="Too few.", remedy="Ask for more.")

    told = answers.told(ClauseError(decision))

    assert told == {
        "error": "clause",
        "message": "Too few.",
        "remedy": "Ask for more.",
        "clause": "4.1",
        "agreement": "sha256:1",
    }


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (OSError(errno.ENOSPC, "x"), True),
        (OSError(errno.EACCES, "disk is full"), False),
        (OperationalError("could not extend file: No space left on device"), True),
        (OperationalError("database is locked"), False),
        (ValueError("disk is full"), False),
    ],
)
def test_is_full_is_told_from_other_faults(fault, expected):
    assert answers.is_full(fault) is expected
