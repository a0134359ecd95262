"""Read and write the contacts that an agreement names (types-contact 1.1.0).

Contacts are no part of the hash of an agreement and each side changes its own as it likes.
Kept are the fields that an office writes to; the rest stays in the raw XML of the partner.
"""

from dataclasses import dataclass

from lxml import etree

from hansa.lib.ewp.xml import LANG, Element, every, maker

NAMESPACE = "https://github.com/erasmus-without-paper/ewp-specs-types-contact/tree/stable-v1"
PHONE = "https://github.com/erasmus-without-paper/ewp-specs-types-phonenumber/tree/stable-v1"
GIVEN, FAMILY = "person-given-names", "person-family-name"


@dataclass(frozen=True)
class Words:
    """Hold a text with the language it is in, which may be left open."""

    text: str
    lang: str = ""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Hold whom to write to: a person or an office."""

    names: tuple[Words, ...]
    given_names: tuple[Words, ...] = ()
    family_names: tuple[Words, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    roles: tuple[Words, ...] = ()


def read_contact(element: Element) -> Contact:
    """Return the contact that an element of any name holds; what is missing stays empty."""
    return Contact(
        names=_words(element, "contact-name"),
        given_names=_words(element, GIVEN),
        family_names=_words(element, FAMILY),
        phones=_phones(element),
        emails=tuple(words.text for words in _words(element, "email")),
        roles=_words(element, "role-description"),
    )


def fill_contact(element: Element, contact: Contact) -> Element:
    """Put a contact into an element, in the order of the schema, and return the element."""
    make, phone = maker(NAMESPACE), maker(PHONE)

    def all_of(local: str, listed: tuple[Words, ...]) -> list[Element]:
        return [make(local, words.text, lang=words.lang) for words in listed]

    element.extend(all_of("contact-name", contact.names))
    element.extend(all_of(GIVEN, contact.given_names))
    element.extend(all_of(FAMILY, contact.family_names))
    element.extend(phone("phone-number", phone(_sort(number), number)) for number in contact.phones)
    element.extend(make("email", email) for email in contact.emails)
    element.extend(all_of("role-description", contact.roles))
    return element


def contact_element(contact: Contact) -> Element:
    """Return a contact as an element of its own name."""
    return fill_contact(maker(NAMESPACE)("contact"), contact)


def _sort(number: str) -> str:
    return "e164" if number.startswith("+") and number[1:].isdigit() else "other-format"


def _words(element: Element, local: str) -> tuple[Words, ...]:
    found = every(element, local, namespace=NAMESPACE)
    return tuple(Words((one.text or "").strip(), one.get(LANG, "")) for one in found)


def _phones(element: Element) -> tuple[str, ...]:
    numbers = (
        (part.text or "").strip()
        for one in every(element, "phone-number", namespace=PHONE)
        for part in one
        if etree.QName(part).localname in {"e164", "other-format"}
    )
    return tuple(numbers)
