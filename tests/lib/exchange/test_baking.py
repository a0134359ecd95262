import json

import pytest
from lxml import etree

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.baking import MOST_BYTES, NAMESPACE, bake, bake_jwt, unbake
from tests.conformance import conformance

CREDENTIAL = {"name": "]]> & <b>", "achievement": {"id": "urn:1"}, "creditsEarned": 7.5}


def element(picture: bytes):
    root = etree.fromstring(picture)
    # Right below the root, where every reader looks first (Open Badges 3.0, section 5.3.2).
    assert root[0].tag == f"{{{NAMESPACE}}}credential"
    return root[0]


def test_bake_holds_the_credential_whatever_stands_in_it():
    picture = bake(CREDENTIAL, title="Surgery", issuer="KI")

    assert json.loads(element(picture).text) == CREDENTIAL


def test_bake_jwt_holds_the_token_as_an_attribute():
    picture = bake_jwt("a.b.c", title="Surgery", issuer="KI")

    assert element(picture).get("verify") == "a.b.c"
    assert element(picture).text is None


def test_bake_shows_title_and_issuer_and_nothing_that_acts():
    title = 'Studies & "more" ' + "at a host with a name that is longer than one line of the card " * 4

    root = etree.fromstring(bake(CREDENTIAL, title=title, issuer="<KI>"))

    texts = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0].startswith('Studies & "more"')
    assert texts[-1] == "<KI>"
    assert len(texts) == 5
    assert {etree.QName(one).localname for one in root} == {"credential", "rect", "text"}


@pytest.mark.parametrize(("name", "is_token"), [("simple-json.svg", False), ("simple-jwt.svg", True)])
def test_bake_writes_where_the_published_pictures_do(name, is_token):
    root = etree.fromstring((conformance("openbadges") / name).read_bytes())
    ours = bake_jwt("a.b.c", title="x", issuer="y") if is_token else bake(CREDENTIAL, title="x", issuer="y")

    theirs = root.find(f"{{{NAMESPACE}}}credential")
    assert theirs.getparent() is root
    assert bool(theirs.get("verify")) == bool(element(ours).get("verify")) == is_token


def drawn(inside, *, before="", namespace=NAMESPACE):
    return f'{before}<svg xmlns="http://www.w3.org/2000/svg" xmlns:o="{namespace}">{inside}</svg>'.encode()


def test_unbake_gives_back_what_was_baked():
    assert unbake(bake(CREDENTIAL, title="Surgery", issuer="KI")) == CREDENTIAL
    assert unbake(bake_jwt("a.b.c", title="Surgery", issuer="KI")) == "a.b.c"


def test_unbake_takes_the_document_type_of_drawing_programs():
    doctype = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'

    assert unbake(drawn("<o:credential><!-- x -->{}</o:credential>", before=doctype)) == {}


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (b"PNG", "no SVG"),
        (b"", "no SVG"),
        (bytes(MOST_BYTES + 1), "more than 8 MB"),
        (drawn("<path/>"), "no credential, or several"),
        (drawn('<o:credential verify="a"/><o:credential verify="b"/>'), "no credential, or several"),
        (drawn('<o:credential verify="a"/>', namespace="urn:other"), "no credential, or several"),
        (drawn('<g><o:credential verify="a"/></g>'), "no credential, or several"),
        (b"<html/>", "no credential, or several"),
        (drawn("<o:credential>[]</o:credential>"), "is no credential"),
        (drawn("<o:credential/>"), "cannot be read"),
        (
            drawn(
                "<o:credential>&x;</o:credential>", before='<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            ),
            "entities of its own",
        ),
    ],
)
def test_unbake_refuses_what_is_no_badge(picture, said):
    with pytest.raises(InvalidError, match=said):
        unbake(picture)
