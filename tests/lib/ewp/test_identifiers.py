import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import identifiers as ids

ESI = "urn:schac:personalUniqueCode:int:esi:"
RIGHT = [
    (ids.check_hei, "uw.edu.pl"),
    (ids.check_hei, "xn--ki-mia.se"),
    (ids.check_esi, f"{ESI}de:4711"),
    (ids.check_esi, f"{ESI}uio.no:1234567890"),
    (ids.check_esi, f"{ESI}HR:(a)+%2F"),
    (ids.check_esi, f"urn:SCHAC:personaluniquecode:int:esi:{'a.se'}:1"),
    (ids.check_erasmus, "D  BERLIN13"),
    (ids.check_erasmus, "UK LONDON097"),
    (ids.check_erasmus, "IRLDUBLIN01"),
    (ids.check_erasmus, "LUXLUX-VIL01"),
    (ids.check_isced, "0912"),
    (ids.check_isced, "9999"),
    (ids.check_country, "SE"),
    (ids.check_country, "XK"),
    (ids.check_language, "en"),
    (ids.check_language, "pt-BR"),
    (ids.check_language, "ru-Cyrl"),
    (ids.check_language, "de-CH-1901"),
    (ids.check_orcid, "0000-0002-1825-0097"),
    (ids.check_orcid, "https://orcid.org/0000-0002-1694-233X"),
    (ids.check_ror, "00pjdza24"),
    (ids.check_ror, "https://ror.org/03yrm5c26"),
]
WRONG = [
    (ids.check_hei, ""),
    (ids.check_hei, "UW.edu.pl"),
    (ids.check_hei, "localhost"),
    (ids.check_hei, "-a.se"),
    (ids.check_hei, "a." * 127 + "se"),
    (ids.check_hei, "a.se\n"),
    (ids.check_esi, "4711"),
    (ids.check_esi, f"{ESI}zz:4711"),
    (ids.check_esi, f"{ESI}de:"),
    (ids.check_esi, f"{ESI}de:47 11"),
    (ids.check_esi, f"{ESI}de:{'1' * 250}"),
    (ids.check_erasmus, "D BERLIN13"),
    (ids.check_erasmus, "D  Berlin13"),
    (ids.check_erasmus, "N  OSLO"),
    (ids.check_isced, "091"),
    (ids.check_isced, "1234"),
    (ids.check_isced, "09120"),
    (ids.check_country, "UK"),
    (ids.check_country, "se"),
    (ids.check_language, "english"),
    (ids.check_language, "en_GB"),
    (ids.check_orcid, "0000-0002-1825-0098"),
    (ids.check_orcid, "0000-0002-1825-097"),
    (ids.check_ror, "00pjdza25"),
    (ids.check_ror, "00pjdzi24"),
    (ids.check_ror, "https://ror.org/"),
]


@pytest.mark.parametrize(("check", "text"), RIGHT)
def test_check_takes_what_is_right(check, text):
    check(text, "here")


@pytest.mark.parametrize(("check", "text"), WRONG)
def test_check_refuses_what_is_wrong_without_repeating_it(check, text):
    with pytest.raises(InvalidError, match=r"^here: this is not an? ") as raised:
        check(text, "here")

    assert raised.value.remedy
    assert not text or text not in raised.value.message


def test_single_changed_digit_is_always_noticed():
    for position in range(1, 9):
        for sign in "0123456789":
            changed = "00pjdza24"[:position] + sign + "00pjdza24"[position + 1 :]
            if changed != "00pjdza24":
                with pytest.raises(InvalidError):
                    ids.check_ror(changed, "here")


def test_example_in_a_remedy_is_right():
    ids.check_ror("https://ror.org/001w7jn25", "here")
    ids.check_orcid("0000-0002-1825-0097", "here")


def test_countries_are_those_of_iso_3166():
    assert len(ids.COUNTRIES) == 250
