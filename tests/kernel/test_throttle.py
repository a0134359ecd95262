from datetime import UTC, datetime, timedelta

import pytest

from hansa.kernel.models import Attempt
from hansa.kernel.throttle import FORGOTTEN, LONGEST, ThrottledError, delay, knock, opened, said

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "expected"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (9, 16), (14, 512), (15, 900), (10_000, 900)],
)
def test_delay_doubles_up_to_a_quarter_of_an_hour(failures, expected):
    assert delay(failures, free=5) == timedelta(seconds=expected)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.2, "Try again in 1 second."),
        (1, "Try again in 2 seconds."),
        (89, "Try again in 90 seconds."),
        (90, "Try again in 2 minutes."),
        (900, "Try again in 16 minutes."),
    ],
)
def test_wait_is_said_as_people_say_it(seconds, expected):
    assert said(timedelta(seconds=seconds)) == expected


def knock_often(times, *, account="ada", address="192.0.2.7", now=NOW):
    for _time in range(times):
        knock(account=account, address=address, now=now)


def test_knock_makes_an_account_wait_after_five_tries(db):
    knock_often(5)

    with pytest.raises(ThrottledError) as waiting:
        knock(account="Ada", address="198.51.100.1", now=NOW)

    assert waiting.value.wait == timedelta(seconds=1)


def test_knock_makes_an_address_wait_after_twenty_accounts(db):
    for number in range(20):
        knock(account=f"ada{number}", address="192.0.2.7", now=NOW)

    with pytest.raises(ThrottledError):
        knock(account="grace", address="192.0.2.7", now=NOW)

    knock(account="grace", address="198.51.100.1", now=NOW)


def test_knock_too_early_does_not_lengthen_the_wait(db):
    knock_often(5)
    for _time in range(3):
        with pytest.raises(ThrottledError):
            knock(account="ada", address="192.0.2.7", now=NOW)

    knock(account="ada", address="192.0.2.7", now=NOW + timedelta(seconds=1))


def test_knock_forgets_after_a_quiet_day(db):
    knock_often(5)
    later = NOW + FORGOTTEN + timedelta(seconds=1)

    knock_often(4, now=later)

    assert set(Attempt.objects.values_list("failures", flat=True)) == {4}


def test_opened_forgets_the_account_and_takes_back_one_try_of_the_address(db):
    knock_often(4)

    opened(account="ada", address="192.0.2.7")

    assert list(Attempt.objects.values_list("failures", flat=True)) == [3]


def test_opened_without_a_knock_changes_nothing(db):
    opened(account="ada", address="192.0.2.7")

    assert Attempt.objects.count() == 0


def test_attempts_show_neither_account_nor_address(db):
    # Letters and signs that no hash in hexadecimal digits can hold by chance.
    knock_often(1, account="hypatia", address="192.0.2.7")

    kept = list(Attempt.objects.values_list("key", flat=True))
    assert [len(key) for key in kept] == [64, 64]
    assert not any("hypatia" in key or "192.0.2.7" in key for key in kept)


def test_attempts_of_a_node_with_another_secret_have_other_keys(db, settings):
    knock_often(1)
    settings.SECRET_KEY = "another secret"
    knock_often(1)

    assert Attempt.objects.count() == 4


def test_longest_wait_is_a_quarter_of_an_hour():
    assert timedelta(minutes=15) == LONGEST
