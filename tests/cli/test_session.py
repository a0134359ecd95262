import pytest

from hansa.cli.session import is_uuid


@pytest.mark.parametrize(
    ("text", "expected"), [("5b5bbca8-1c59-4042-84da-ff47f4ba6272", True), ("5b5bbca8", False), ("ada", False)]
)
def test_is_uuid_takes_only_a_whole_id(text, expected):
    assert is_uuid(text) is expected
