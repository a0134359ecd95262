import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.monitoring import NAMESPACE, Kind, Report, check_response, is_reported, kind_of_status
from tests.lib.ewp.schemas import validate

URL = "https://ewp.ki.example/omobilities/v3/get"


def test_report_gives_the_parameters_of_the_specification():
    report = Report("ki.example", "omobilities", Kind.SERVER, f"{URL}?omobility_id=1", 500, "x" * 3000)

    assert report.pairs == [
        ("server_hei_id", "ki.example"),
        ("api_name", "omobilities"),
        ("error_type", "SERVER_ERROR"),
        ("api_url", URL),
        ("http_code", "500"),
        ("message", "x" * 2000),
    ]


def test_report_leaves_out_what_is_not_known():
    lookup = Report("ki.example", "iias", Kind.LOOKUP, message="The institution serves no iias 7.")
    silent = Report("ki.example", "iias", Kind.SERVER, URL, 502)

    assert [name for name, _value in lookup.pairs] == ["server_hei_id", "api_name", "error_type", "message"]
    assert "message" not in dict(silent.pairs)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((Kind.TIMEOUT, "", None, "slow"), "needs the address"),
        ((Kind.SERVER, URL, None, "no"), "needs the HTTP status"),
        ((Kind.RESPONSE, URL, None, "no"), "needs the HTTP status"),
        ((Kind.RESPONSE, URL, 200, ""), "needs a message"),
        ((Kind.NETWORK, URL, None, ""), "needs a message"),
    ],
)
def test_report_refuses_what_the_specification_asks_for(given, said):
    with pytest.raises(InvalidError, match=said):
        Report("ki.example", "iias", *given)


def test_test_calls_and_the_registry_are_not_reported():
    assert is_reported("iias", hei_id="ki.example")
    assert not is_reported("echo", hei_id="ki.example")
    assert not is_reported("discovery", hei_id="ki.example")
    assert not is_reported("iias", hei_id="stats.erasmuswithoutpaper.eu")


def test_kind_of_a_status_is_who_is_at_fault():
    assert [kind_of_status(code) for code in (200, 404, 503)] == [Kind.RESPONSE, Kind.SERVER, Kind.SERVER]


def test_response_is_checked():
    answer = f'<monitoring-response xmlns="{NAMESPACE}"/>'.encode()

    check_response(answer)

    with pytest.raises(InvalidError, match="not a “monitoring-response”"):
        check_response(b"<html/>")


def test_response_example_follows_the_schema():
    validate(f'<monitoring-response xmlns="{NAMESPACE}"/>'.encode())
