import tomllib
from importlib.metadata import EntryPoint

import pytest

from hansa.lib.errors import InvalidError
from hansa.node import configuration
from hansa.node.configuration import Configuration, check, load, node_directory, postgresql

HOSPITAL = {"institution": "https://ror.org/001w7jn25", "name": "Charité"}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"institution": "Charité"}, "institution"),
        ({"name": " "}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": 7}, "name"),
        ({"name": "Malmo\u0308"}, "name"),
        ({"name": "Charité" * 30}, "name"),
        ({"address": "ftp://hansa.example"}, "address"),
        ({"address": "http://hansa.example"}, "address"),
        ({"language": "la"}, "language"),
        ({"listen": "8000"}, "listen"),
        ({"listen": "localhost:http"}, "listen"),
        ({"hosts": "hansa.example"}, "hosts"),
        ({"hosts": [7]}, "hosts"),
        ({"proxy": "proxy.example"}, "proxy"),
        ({"colour": "blue"}, "colour"),
        ({"mail": "smtp://mail.example"}, "mail_from"),
        ({"mail_from": "a@b.example"}, "mail"),
        ({"mail": "http://mail.example", "mail_from": "a@b.example"}, "mail"),
        ({"mail": "smtp://", "mail_from": "a@b.example"}, "mail"),
        ({"mail": "smtp://mail.example:smtp", "mail_from": "a@b.example"}, "mail"),
        ({"mail": "smtp://mail.example:0", "mail_from": "a@b.example"}, "mail"),
        ({"mail": "smtp://mail.example/inbox", "mail_from": "a@b.example"}, "mail"),
        ({"mail": "smtp://mail.example?tls=no", "mail_from": "a@b.example"}, "mail"),
        ({"mail": "smtp://mail.example", "mail_from": "Office <a@b.example>"}, "mail_from"),
    ],
)
def test_check_names_the_line_that_is_wrong(tmp_path, given, place):
    with pytest.raises(InvalidError, match=f"'{place}' in node.toml") as refused:
        check({**HOSPITAL, **given}, directory=tmp_path)

    assert refused.value.remedy.endswith(".")


def test_check_asks_who_the_node_is(tmp_path):
    with pytest.raises(InvalidError, match="institution"):
        check({}, directory=tmp_path)


@pytest.mark.parametrize("address", ["http://localhost:8001", "http://127.0.0.1:8001", "http://[::1]:8001"])
def test_check_allows_plain_http_on_this_machine(tmp_path, address):
    made = check({**HOSPITAL, "address": address}, directory=tmp_path)

    assert (made.is_secure, made.trusted_origins) == (False, [address])


def test_node_behind_https_is_secure(tmp_path):
    made = check({**HOSPITAL, "address": "https://hansa.charite.example/hansa"}, directory=tmp_path)

    assert made.is_secure
    assert made.trusted_origins == ["https://hansa.charite.example"]
    assert "hansa.charite.example" in made.allowed_hosts


def test_node_behind_a_proxy_is_secure(tmp_path):
    made = check({**HOSPITAL, "proxy": "10.0.0.1", "hosts": ["hansa.intern"]}, directory=tmp_path)

    assert made.is_secure
    assert made.trusted_origins == []
    assert made.allowed_hosts == ["127.0.0.1", "[::1]", "hansa.intern", "localhost"]


def test_nodes_on_one_machine_have_cookies_of_their_own(tmp_path):
    one = Configuration(directory=tmp_path, institution="https://ror.org/001w7jn25", name="a")
    two = Configuration(directory=tmp_path, institution="https://ror.org/056d84691", name="b")

    assert one.cookie_suffix != two.cookie_suffix


def test_secret_key_stays_with_the_secret(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "secret").write_bytes(b"x" * 43)
    made = Configuration(directory=tmp_path, institution="", name="")

    assert made.secret_key() == made.secret_key()
    assert len(made.secret_key()) == 64


def test_secret_key_is_fleeting_without_a_node(tmp_path):
    nobody = load(tmp_path)

    assert not nobody.is_made
    assert nobody.secret_key() != nobody.secret_key()


def test_load_reads_what_a_person_wrote(tmp_path):
    (tmp_path / "node.toml").write_text(
        'institution = "https://ror.org/001w7jn25"\nname = "Charité"\nlisten = "0.0.0.0:80"\n', encoding="utf-8"
    )

    made = load(tmp_path)

    assert (made.name, made.listen, made.is_made) == ("Charité", "0.0.0.0:80", True)


@pytest.mark.parametrize("content", [b"name = ", b"name = '\xff'"])
def test_load_says_what_it_cannot_read(tmp_path, content):
    (tmp_path / "node.toml").write_bytes(content)

    with pytest.raises(InvalidError, match="cannot be read") as refused:
        load(tmp_path)

    assert isinstance(refused.value.__cause__, tomllib.TOMLDecodeError | UnicodeDecodeError)


def test_postgresql_reads_an_address():
    made = postgresql("postgresql://hansa:s%40lt@db.example:5433/hansa%20node")

    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"], made["NAME"]) == (
        "hansa",
        "s@lt",
        "db.example",
        "5433",
        "hansa node",
    )


def test_postgresql_may_leave_out_all_but_the_database():
    made = postgresql("postgresql:///hansa")

    assert (made["USER"], made["PASSWORD"], made["HOST"], made["PORT"]) == ("", "", "", "")


@pytest.mark.parametrize("url", ["mysql://db/hansa", "postgresql://db/", "hansa"])
def test_postgresql_refuses_other_addresses_without_telling_them(url):
    with pytest.raises(InvalidError) as refused:
        postgresql(url)

    assert url not in str(refused.value)


def test_database_follows_the_configuration(tmp_path):
    large = check({**HOSPITAL, "database": "postgresql://db/hansa"}, directory=tmp_path)
    small = check(HOSPITAL, directory=tmp_path)

    assert large.databases()["default"]["ENGINE"].endswith("postgresql")
    assert small.databases()["default"]["NAME"] == tmp_path / "hansa.sqlite3"


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        ("smtp://hansa:s%40lt@mail.example", ("mail.example", 587, "hansa", "s@lt", False, True)),
        ("smtp://mail.example:25", ("mail.example", 25, "", "", False, True)),
        ("smtps://mail.example", ("mail.example", 465, "", "", True, False)),
        ("smtp://localhost:2525", ("localhost", 2525, "", "", False, False)),
        ("smtp://[::1]:2525/", ("::1", 2525, "", "", False, False)),
    ],
)
def test_mail_goes_in_the_clear_on_this_machine_only(tmp_path, mail, expected):
    made = check({**HOSPITAL, "mail": mail, "mail_from": "exchange@charite.example"}, directory=tmp_path)

    assert tuple(made.mail_server().values()) == expected


def test_node_without_mail_names_no_server(tmp_path):
    made = check(HOSPITAL, directory=tmp_path).mail_server()

    assert (made["EMAIL_HOST"], made["EMAIL_USE_TLS"], made["EMAIL_USE_SSL"]) == ("", False, False)


def test_check_of_mail_does_not_tell_the_password(tmp_path):
    with pytest.raises(InvalidError) as refused:
        check(
            {**HOSPITAL, "mail": "smtp://hansa:secret@mail.example:x", "mail_from": "a@b.example"}, directory=tmp_path
        )

    assert "secret" not in f"{refused.value} {refused.value.remedy}"


def test_node_directory_is_the_one_that_was_named(monkeypatch, tmp_path):
    monkeypatch.setenv("HANSA_NODE", str(tmp_path))
    named = node_directory()
    monkeypatch.delenv("HANSA_NODE")

    assert (named, node_directory().name) == (tmp_path, "node")


def test_table_of_an_area_is_kept_for_the_area(tmp_path):
    (tmp_path / "node.toml").write_text(
        'institution = "https://ror.org/001w7jn25"\nname = "Charité"\n[exchange]\nhei = "charite.de"\n',
        encoding="utf-8",
    )

    assert load(tmp_path).areas == {"exchange": {"hei": "charite.de"}}


@pytest.mark.parametrize("given", [{"exchange": "charite.de"}, {"ferries": {"from": "Kiel"}}])
def test_table_that_is_none_or_of_no_area_is_refused(tmp_path, given):
    with pytest.raises(InvalidError, match=f"'{next(iter(given))}' in node.toml"):
        check({**HOSPITAL, **given}, directory=tmp_path)


def test_area_of_somebody_else_is_found_by_its_entry_point(monkeypatch):
    points = [EntryPoint("ferries", "ferries.area", "hansa.areas"), EntryPoint("studies", "theirs", "hansa.areas")]
    monkeypatch.setattr(configuration, "entry_points", lambda group: points)

    found = configuration.area_packages()

    assert (found["ferries"], found["studies"]) == ("ferries.area", "hansa.areas.studies")
