"""The identifiers of students, researchers, institutions, fields, countries and languages.

Each ``check_…`` takes a text and the place where it stands, and raises InvalidError naming the
place and the remedy. It never repeats the text, which may be a person's.
"""

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from hansa.lib.errors import InvalidError

Check: TypeAlias = Callable[[str, str], None]

#: ISO 3166-1, the assigned codes, and XK, which the European institutions use for Kosovo.
_COUNTRIES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
COUNTRIES: Final = frozenset(_COUNTRIES.split(" "))
#: ISCED-F 2013: broad fields 00 to 10, and 99 for what is not known.
BROAD_FIELDS: Final = frozenset([*(f"{number:02}" for number in range(11)), "99"])

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HEI = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")
# A URN's own characters, RFC 8141 section 2.
_ESI = re.compile(
    rf"urn:schac:personalUniqueCode:int:esi:(?P<scope>[A-Za-z]{{2}}|(?:{_LABEL}\.)+[a-z]{{2,63}}):"
    r"(?P<code>(?:[A-Za-z0-9()+,.:=@;$_!*'/~&-]|%[0-9A-Fa-f]{2})+)",
    re.IGNORECASE,
)
LONGEST_ESI: Final = 255
# Three columns of country, up to seven letters of city, the number.
_ERASMUS = re.compile(r"(?:[A-Z]  |[A-Z]{2} |[A-Z]{3})[A-Z][A-Z'. -]{0,5}[A-Z][0-9]{2,3}")
_ISCED = re.compile(r"[0-9]{4}")
_ORCID = re.compile(r"(?:https://orcid\.org/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])")
_ROR = re.compile(r"(?:https://ror\.org/)?(0[0-9a-hjkmnp-tv-z]{6})([0-9]{2})")
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
# RFC 5646 section 2.1: language, script, region, variants, extensions.
_LANGUAGE = re.compile(
    r"[a-z]{2,3}(?:-[a-z]{3}){0,3}(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?",
    re.IGNORECASE,
)


def check_hei(text: str, place: str) -> None:
    """Refuse what is not an institution's SCHAC id, which is its domain name (schacHomeOrganization)."""
    _must(_HEI.fullmatch(text), place, what="an institution's SCHAC id", remedy="Write its domain, such as “uu.se”.")


def check_esi(text: str, place: str) -> None:
    """Refuse what is not a European Student Identifier (GÉANT, European Student Identifier)."""
    found = _ESI.fullmatch(text) if len(text) <= LONGEST_ESI else None
    is_right = found and ("." in found["scope"] or found["scope"].upper() in COUNTRIES)
    _must(
        is_right,
        place,
        what="a European Student Identifier",
        remedy="Write “urn:schac:personalUniqueCode:int:esi:”, the country or the institution's domain, “:”, the code.",
    )


def check_erasmus(text: str, place: str) -> None:
    """Refuse what is not an Erasmus code of an institution, as the Commission's list writes it."""
    _must(
        _ERASMUS.fullmatch(text),
        place,
        what="an Erasmus code",
        remedy="Write it as in “D  BERLIN13”: three columns of country with its spaces, the city, the number.",
    )


def check_isced(text: str, place: str) -> None:
    """Refuse what is not a detailed field of education (ISCED-F 2013, four digits)."""
    _must(
        _ISCED.fullmatch(text) and text[:2] in BROAD_FIELDS,
        place,
        what="a field of education of four digits",
        remedy="Take the code from ISCED-F 2013, such as 0912 for medicine.",
    )


def check_country(text: str, place: str) -> None:
    """Refuse what is not a country of ISO 3166-1."""
    _must(text in COUNTRIES, place, what="a country's code", remedy="Write two capital letters, such as “SE”.")


def check_language(text: str, place: str) -> None:
    """Refuse what is not a language tag (BCP 47, RFC 5646 section 2.1)."""
    _must(_LANGUAGE.fullmatch(text), place, what="a language's code", remedy="Write it as in “en” or “pt-BR”.")


def check_orcid(text: str, place: str) -> None:
    """Refuse what is not an ORCID iD with its check digit (ISO 7064 MOD 11-2)."""
    found = _ORCID.fullmatch(text)
    _must(
        found and _is_orcid(found[1].replace("-", "")),
        place,
        what="an ORCID iD",
        remedy="Copy it again, as in “0000-0002-1825-0097”.",
    )


def check_ror(text: str, place: str) -> None:
    """Refuse what is not a ROR id with its two check digits (ISO 7064 MOD 97-10)."""
    found = _ROR.fullmatch(text)
    _must(
        found and _ror_digits(found[1]) == int(found[2]),
        place,
        what="a ROR id",
        remedy="Copy it again, as in “https://ror.org/001w7jn25”.",
    )


def _must(is_right: object, place: str, *, what: str, remedy: str) -> None:
    if not is_right:
        raise InvalidError(f"{place}: this is not {what}.", remedy)


def _is_orcid(signs: str) -> bool:
    total = 0
    for sign in signs[:-1]:
        total = (total + int(sign)) * 2
    return "0123456789X"[(12 - total % 11) % 11] == signs[-1]


def _ror_digits(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 32 + _CROCKFORD.index(letter)
    return 98 - number * 100 % 97
