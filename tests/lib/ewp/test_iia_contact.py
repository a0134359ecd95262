from hansa.lib.ewp.iia_contact import PHONE, Contact, Words, contact_element, read_contact
from hansa.lib.ewp.xml import maker
from tests.lib.ewp.interinstitutional import OFFICE


def test_contact_comes_back_as_it_was_written():
    element = contact_element(OFFICE)

    assert read_contact(element) == OFFICE
    assert [child.tag.rpartition("}")[2] for child in element[4:6]] == ["phone-number", "phone-number"]
    assert [child[0].tag.rpartition("}")[2] for child in element[4:6]] == ["e164", "other-format"]


def test_read_contact_passes_over_what_it_does_not_know():
    element = contact_element(Contact(names=(Words("Office"),)))
    element.append(maker(PHONE)("phone-number", maker(PHONE)("ext", "12")))
    element.append(maker("urn:x")("fax"))

    assert read_contact(element) == Contact(names=(Words("Office"),))


def test_read_contact_takes_an_empty_element_as_empty():
    assert read_contact(maker("urn:x")("contact")) == Contact(names=())
    assert read_contact(contact_element(Contact(names=(Words(""),)))).names == (Words(""),)
