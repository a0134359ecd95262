"""Files of agreements: only the partner of the agreement gets them."""

import hashlib

import pytest

from hansa.kernel.models.files import File
from tests.areas.exchange.league import KI, UU
from tests.conftest import given

PDF = b"%PDF-1.7\n..."


def kept(record, content=PDF):
    with given():
        made = File(
            record=record,
            name="agreement.pdf",
            media_type="application/pdf",
            digest=hashlib.sha256(content).hexdigest(),
            size=len(content),
            content=content,
        )
        made.save()
    return made.digest


def test_partner_gets_the_file_of_the_agreement(league):
    key = kept(league.iia(KI).urn)

    answer = league.ask("file", 1, {"file_id": key}, method="GET")

    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["ETag"] == f'"{key}"'


def test_nobody_else_gets_it_or_learns_that_it_is_there(league):
    key = kept(league.iia(KI).urn)

    foreign = league.ask("file", 1, {"file_id": key}, method="GET", by=UU)
    unknown = league.ask("file", 1, {"file_id": "0" * 64}, method="GET", by=UU)

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


@pytest.mark.parametrize("noun", ["checks", "applications"])
def test_files_of_other_records_are_not_given(league, noun):
    key = kept(f"urn:hansa:{noun}:01234567-89ab-4def-8123-456789abcdef")

    assert league.ask("file", 1, {"file_id": key}, method="GET").status_code == 404


def test_file_is_got_and_not_posted(league):
    assert league.ask("file", 1, {"file_id": "x"}).status_code == 405
    assert league.ask("file", 1, method="GET").status_code == 400
