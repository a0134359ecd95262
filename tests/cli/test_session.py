import pytest

from hansa.areas.studies.models import Study
from hansa.cli.session import find, is_uuid
from hansa.lib.errors import InvalidError
from tests.conftest import given


@pytest.mark.parametrize(
    ("text", "expected"), [("5b5bbca8-1c59-4042-84da-ff47f4ba6272", True), ("5b5bbca8", False), ("ada", False)]
)
def test_is_uuid_takes_only_a_whole_id(text, expected):
    assert is_uuid(text) is expected


def test_study_is_found_by_its_title_as_long_as_there_is_one(db):
    with given():
        first = Study.objects.create(title="Body mass", protocol={}, state="proposed")

    assert find("studies", "Body mass") == first

    with given():
        Study.objects.create(title="Body mass", protocol={}, state="proposed")
    with pytest.raises(InvalidError, match="no single one"):
        find("studies", "Body mass")
    assert find("studies", str(first.pk)) == first
