"""Files in the database: written inside a change only, and without their content in lists."""

import pytest
from django.db import IntegrityError, transaction

from hansa.kernel.models import File
from hansa.lib.errors import RefusedError
from tests.conftest import given

FACTS = {"record": "urn:hansa:studies:1", "name": "a.png", "media_type": "image/png", "size": 3, "digest": "0" * 64}


def test_file_refuses_to_be_written_outside_a_change(db):
    with pytest.raises(RefusedError, match="only be changed through an action"):
        File(**FACTS, content=b"abc").save()


def test_file_reads_its_content_only_when_it_is_asked_for(db, django_assert_num_queries):
    with given():
        File(**FACTS, content=b"abc").save()

    with django_assert_num_queries(1):
        found = list(File.objects.filter(record=FACTS["record"]))
    with django_assert_num_queries(1):
        assert bytes(found[0].content) == b"abc"


def test_file_is_kept_once_for_each_record(db):
    with given():
        File(**FACTS, content=b"abc").save()
        with pytest.raises(IntegrityError), transaction.atomic():
            File(**FACTS, content=b"abc").save()
        File(**{**FACTS, "record": "urn:hansa:studies:2"}, content=b"abc").save()

    assert File.objects.count() == 2
