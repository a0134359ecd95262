"""The secure sum: exact for all parties together, noise for any fewer."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.lib.errors import DisclosureError, InvalidError, UnreachableError
from hansa.lib.keys import SealingKey
from hansa.lib.secure_sum import (
    LONG,
    STATISTICS,
    Encoding,
    Words,
    add,
    context,
    from_text,
    mask,
    pair_key,
    pair_keys,
    plain,
    to_text,
    total,
)

PARTIES = ("https://ror.org/001w7jn25", "https://ror.org/00m8d6786", "https://ror.org/056d84691", "d", "e")
KEYS = {party: SealingKey.generate() for party in PARTIES}
CONTEXT = context("urn:hansa:study:1", attempt=1, round_number=0)


def keys_of(own: str, parties: tuple[str, ...], *, within: str = CONTEXT) -> dict[str, bytes]:
    others = {party: KEYS[party].public for party in parties if party != own}
    return pair_keys(KEYS[own], others, own_id=own, context=within)


def masked_by_all(
    vectors: list[list[float]], *, encoding: Encoding = STATISTICS, contexts: tuple[str, ...] = ()
) -> dict[str, Words]:
    parties = PARTIES[: len(vectors)]
    within = contexts or (CONTEXT,) * len(vectors)
    return {
        party: mask(np.array(vector), own=party, keys=keys_of(party, parties, within=name), encoding=encoding)
        for party, vector, name in zip(parties, vectors, within, strict=True)
    }


def vectors_of(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[list[list[float]]]:
    return st.tuples(st.integers(3, 5), st.integers(0, 6)).flatmap(
        lambda shape: st.lists(
            st.lists(numbers, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        )
    )


FROZEN = ["471608883d3ffb16", "f956aa4b55f8aafc", "2c697382b2ec4e9e"]
FITTING = st.floats(-(2.0**43), 2.0**43)


@given(vectors_of(FITTING))
def test_total_of_statistics_is_the_exact_sum_rounded_once(vectors: list[list[float]]) -> None:
    parties = PARTIES[: len(vectors)]

    found = total(masked_by_all(vectors), parties=parties)

    exact = [sum(round(Fraction(value) * 2**72) for value in column) for column in zip(*vectors, strict=True)]
    assert found.tolist() == [numerator / 2**72 for numerator in exact]


@given(vectors_of(st.floats(2.0**-20, 2.0**43)))
def test_total_of_statistics_loses_nothing_of_common_numbers(vectors: list[list[float]]) -> None:
    parties = PARTIES[: len(vectors)]

    found = total(masked_by_all(vectors), parties=parties)

    assert found.tolist() == [float(sum(map(Fraction, column))) for column in zip(*vectors, strict=True)]


@given(vectors_of(st.floats(-64, 64)))
def test_total_of_long_vectors_errs_by_half_a_unit_a_party(vectors: list[list[float]]) -> None:
    parties = PARTIES[: len(vectors)]

    found = total(masked_by_all(vectors, encoding=LONG), parties=parties, encoding=LONG)

    exact = [sum(map(Fraction, column)) for column in zip(*vectors, strict=True)]
    assert all(
        abs(Fraction(one) - other) <= (len(parties) + 1) * Fraction(1, 2**41)
        for one, other in zip(found.tolist(), exact, strict=True)
    )


@given(st.integers(-(2**62), 2**62 - 1), st.integers(-(2**62), 2**62 - 1))
def test_decode_rounds_every_pair_of_words_once(high: int, low: int) -> None:
    words = np.array([high, low], dtype=np.int64).view(np.uint64)

    assert STATISTICS.decode(words).tolist() == [(high * 2**56 + low) / 2**72]


@pytest.mark.parametrize("high", [0, 1, -1, 2**53 - 1, 2**54 + 1, 2**61 + 129, -(2**61) - 129])
@pytest.mark.parametrize("low", [0, 1, -1, 2**55, 2**55 + 1, -(2**55), 2**56 - 1, 2**62])
def test_decode_rounds_ties_to_even(high: int, low: int) -> None:
    words = np.array([high, low], dtype=np.int64).view(np.uint64)

    assert STATISTICS.decode(words).tolist() == [(high * 2**56 + low) / 2**72]


@given(vectors_of(FITTING).filter(lambda vectors: len(vectors[0]) > 0), st.data())
def test_add_of_fewer_than_all_is_refused(vectors: list[list[float]], data: st.DataObject) -> None:
    masked = masked_by_all(vectors)
    some = data.draw(st.lists(st.sampled_from(sorted(masked)), min_size=1, max_size=len(masked) - 1, unique=True))

    with pytest.raises(InvalidError, match="masks do not cancel"):
        add({party: masked[party] for party in some}, parties=some)


@pytest.mark.parametrize("kept", [(0,), (1,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_mask_leaves_noise_in_the_sum_of_fewer_than_all(kept: tuple[int, ...]) -> None:
    size = 1 << 14
    vectors = {party: np.full(size, 3.0) for party in PARTIES[:4]}
    masked = [mask(vectors[party], own=party, keys=keys_of(party, PARTIES[:4]), encoding=LONG) for party in PARTIES[:4]]

    some = sum(masked[place] for place in kept)

    # Each of the 64 bits is set half of the time: seven standard deviations leave room for chance.
    bits = np.unpackbits(np.asarray(some)[:-1].view(np.uint8)).reshape(size, 64)
    assert float(np.abs(bits.mean(axis=0) - 0.5).max()) < 7 * 0.5 / size**0.5
    assert len(np.unique(np.asarray(some))) == size + 1


@given(st.lists(st.sampled_from(["a", "b"]), min_size=3, max_size=3).filter(lambda names: len(set(names)) > 1))
def test_add_notices_a_party_in_another_context(names: list[str]) -> None:
    masked = masked_by_all([[1.0], [2.0], [3.0]], contexts=tuple(names))

    with pytest.raises(InvalidError, match="masks do not cancel"):
        add(masked, parties=PARTIES[:3])


@pytest.mark.parametrize(
    "other",
    [
        context("urn:hansa:study:2", attempt=1, round_number=0),
        context("urn:hansa:study:1", attempt=2, round_number=0),
        context("urn:hansa:study:1", attempt=1, round_number=1),
    ],
)
def test_mask_of_another_context_has_nothing_in_common(other: str) -> None:
    zeros = np.zeros(64)

    first = mask(zeros, own=PARTIES[0], keys=keys_of(PARTIES[0], PARTIES[:3]))
    second = mask(zeros, own=PARTIES[0], keys=keys_of(PARTIES[0], PARTIES[:3], within=other))

    assert not np.any(first == second)


def test_mask_is_the_same_bytes_when_repeated() -> None:
    numbers = np.arange(5.0)

    first = mask(numbers, own="d", keys=keys_of("d", PARTIES))
    second = mask(numbers, own="d", keys=keys_of("d", PARTIES))

    assert first.tolist() == second.tolist()


def test_mask_spans_several_blocks() -> None:
    size = 3 * (1 << 14) + 7
    numbers = np.linspace(-1, 1, size)
    masked = {party: mask(numbers, own=party, keys=keys_of(party, PARTIES[:3]), encoding=LONG) for party in PARTIES[:3]}

    found = total(masked, parties=PARTIES[:3], encoding=LONG)

    assert float(np.abs(found - 3 * numbers).max()) < 1e-9


def test_mask_never_changes_between_versions() -> None:
    zeros = np.zeros(1)

    words = mask(zeros, own="b", keys={"a": bytes(32), "c": bytes(range(32))})

    # AES-256-CTR of zeros under both keys, subtracted for a and added for c.
    assert [f"{int(word):016x}" for word in words] == FROZEN


def test_pair_key_is_the_same_on_both_sides() -> None:
    first, second = PARTIES[:2]

    there = pair_key(KEYS[first], KEYS[second].public, own_id=first, other_id=second, context=CONTEXT)
    back = pair_key(KEYS[second], KEYS[first].public, own_id=second, other_id=first, context=CONTEXT)

    assert there == back
    assert len(there) == 32


def test_pair_key_is_bound_to_institutions_and_context() -> None:
    own, other = SealingKey.generate(), SealingKey.generate().public
    named = {
        pair_key(own, other, own_id=own_id, other_id=other_id, context=within)
        for own_id, other_id, within in [
            ("a", "b", "c"),
            ("b", "a", "c"),
            ("a", "bb", "c"),
            ("a", "b", "bc"),
            ("ab", "b", "c"),
        ]
    }

    assert len(named) == 5


def test_pair_key_refuses_the_party_itself() -> None:
    key = SealingKey.generate()

    with pytest.raises(InvalidError, match="a cannot share a mask with itself"):
        pair_key(key, key.public, own_id="a", other_id="a", context=CONTEXT)


@pytest.mark.parametrize("parties", [1, 2, 129])
def test_mask_refuses_too_few_and_too_many_parties(parties: int) -> None:
    keys = {str(number): bytes(32) for number in range(parties - 1)}

    with pytest.raises(DisclosureError, match=f"3 to 128 parties; this has {parties}"):
        mask(np.zeros(1), own="own", keys=keys)


@pytest.mark.parametrize(
    ("number", "encoding"),
    [(2.0**46 / 3, STATISTICS), (-(2.0**46) / 3, STATISTICS), (2.0**22 / 3, LONG), (-(2.0**22), LONG)],
)
def test_mask_refuses_a_number_that_does_not_fit(number: float, encoding: Encoding) -> None:
    keys = keys_of("d", ("d", "e", PARTIES[0]))

    with pytest.raises(InvalidError) as caught:
        mask(np.array([1.0, number]), own="d", keys=keys, encoding=encoding, labels=("rows", "sum of age"))

    assert caught.value.message.startswith("'sum of age' is too large for the secure sum")
    assert "larger unit" in caught.value.remedy


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("encoding", [LONG, STATISTICS])
def test_mask_refuses_a_number_that_is_not_finite(number: float, encoding: Encoding) -> None:
    keys = keys_of("d", ("d", "e", PARTIES[0]))

    with pytest.raises(InvalidError) as caught:
        mask(np.array([1.0, 2.0, number]), own="d", keys=keys, encoding=encoding)

    assert caught.value.message == "number 3 of 3 is not a finite number, so nothing of this vector was sent."


def test_mask_refuses_a_matrix() -> None:
    with pytest.raises(InvalidError, match="2 dimensions"):
        mask(np.zeros((2, 2)), own="d", keys=keys_of("d", PARTIES))


@pytest.mark.parametrize("parties", [3, 128])
@pytest.mark.parametrize("encoding", [LONG, STATISTICS])
@pytest.mark.parametrize("sign", [1, -1])
def test_encode_keeps_the_largest_totals(parties: int, encoding: Encoding, sign: int) -> None:
    largest = sign * float(np.nextafter(encoding.limit(parties), 0))

    words = encoding.encode(np.array([largest]), parties=parties)
    added = words * np.uint64(parties)

    scale = 2**encoding.fraction_bits
    assert encoding.decode(added).tolist() == [round(Fraction(largest) * scale) * parties / scale]


def test_plain_vectors_of_two_parties_add_up() -> None:
    given = {"d": plain(np.array([1.5, -2.0])), "e": plain(np.array([0.25, 7.0]))}

    assert total(given, parties=("d", "e")).tolist() == [1.75, 5.0]


def test_plain_names_the_number_that_does_not_fit() -> None:
    with pytest.raises(InvalidError, match="'sum of age' is not a finite number"):
        plain(np.array([np.nan]), labels=("sum of age",))


def test_add_names_whom_it_waits_for() -> None:
    masked = masked_by_all([[1.0], [2.0], [3.0]])
    del masked[PARTIES[1]]

    with pytest.raises(UnreachableError) as caught:
        add(masked, parties=PARTIES[:3])

    assert caught.value.message == f"The sum waits for {PARTIES[1]}."
    assert caught.value.remedy == "Wait for them, or start the next attempt without them."


def test_add_refuses_a_stranger() -> None:
    masked = masked_by_all([[1.0], [2.0], [3.0], [4.0]])

    with pytest.raises(InvalidError, match="d sent numbers but takes no part"):
        add(masked, parties=PARTIES[:3])


def test_add_refuses_vectors_of_different_length() -> None:
    masked = masked_by_all([[1.0], [2.0, 5.0], [3.0]])

    with pytest.raises(InvalidError, match=r"differ in length \(.*001w7jn25: 3, .*00m8d6786: 5, .*056d84691: 3\)"):
        add(masked, parties=PARTIES[:3])


def test_add_refuses_nothing_at_all() -> None:
    with pytest.raises(InvalidError, match="there are none"):
        add({}, parties=())


def test_add_leaves_the_masked_vectors_as_they_are() -> None:
    masked = masked_by_all([[1.0], [2.0], [3.0]])
    before = {party: words.tolist() for party, words in masked.items()}

    add(masked, parties=PARTIES[:3])

    assert {party: words.tolist() for party, words in masked.items()} == before


@settings(max_examples=30)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=9))
def test_text_comes_back_as_the_same_words(numbers: list[int]) -> None:
    words = np.array(numbers, dtype=np.uint64)

    back = from_text(to_text(words), size=len(numbers) - 1, encoding=LONG)

    assert back.tolist() == numbers


def test_from_text_refuses_another_length() -> None:
    text = to_text(np.zeros(3, dtype=np.uint64))

    with pytest.raises(InvalidError, match="24 bytes where 40 are due"):
        from_text(text, size=2)


def test_from_text_refuses_what_is_not_base64() -> None:
    with pytest.raises(InvalidError, match="base64url"):
        from_text("§", size=1)


@pytest.mark.parametrize("bound", [1.0, 900.0, 4_000.0, 2.0**25])
def test_short_words_add_up_to_what_the_bound_lets_them_say(bound):
    encoding = Encoding.short(bound, parties=3)
    random = np.random.default_rng(1)
    values = {party: random.uniform(-bound, bound, 1_000) for party in ("a", "b", "c")}
    values["a"][0] = values["b"][0] = values["c"][0] = bound
    values["a"][1] = -bound
    keys = {party: SealingKey.generate() for party in values}
    words = {}
    for party, own in values.items():
        others = {other: key.public for other, key in keys.items() if other != party}
        shared = pair_keys(keys[party], others, own_id=party, context="study|1|1|")
        masked = mask(own, own=party, keys=shared, encoding=encoding)
        assert masked.nbytes == 4 * 1_001
        words[party] = from_text(to_text(masked), size=1_000, encoding=encoding)

    found = total(words, parties=list(values), encoding=encoding)

    assert np.abs(found - sum(values.values())).max() <= 3 * 2.0 ** -(encoding.fraction_bits + 1)
    with pytest.raises(InvalidError, match="bytes where"):
        from_text(to_text(words["a"]), size=999, encoding=encoding)


def test_counts_in_short_words_are_exact():
    encoding = Encoding.short(10_000.0, parties=3)
    counts = np.arange(10_000.0)
    assert encoding.decode(encoding.encode(counts, parties=3)).tolist() == counts.tolist()


def test_number_beyond_the_bound_is_refused_and_not_cut():
    encoding = Encoding.short(100.0, parties=3)
    with pytest.raises(InvalidError, match="too large"):
        encoding.encode(np.array([300.0]), parties=3)


def test_numbers_without_a_small_bound_have_no_short_words():
    assert Encoding.short(2.0**30, parties=3) is None
