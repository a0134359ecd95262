import os
import subprocess
import sys

import pytest
from django.conf import settings

from hansa.node.initialise import prepare

SHOW = "from hansa.node import settings as s; print(eval(__import__('sys').argv[1]))"


@pytest.fixture
def shown(tmp_path):
    """Read a setting as a node of its own sees it."""

    def read(expression, **given):
        made = prepare(tmp_path / "node", institution="https://ror.org/056d84691", name="Karolinska", **given)
        done = subprocess.run(
            [sys.executable, "-c", SHOW, expression],
            env={**os.environ, "HANSA_NODE": str(made.directory)},
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout.strip()

    return read


def test_password_is_hashed_with_argon2_first(shown):
    assert shown("s.PASSWORD_HASHERS[0]") == "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_password_has_twelve_characters_at_least(shown):
    assert shown("s.AUTH_PASSWORD_VALIDATORS[0]['OPTIONS']") == "{'min_length': 12}"


def test_cookies_are_for_https_alone_where_people_use_it(shown):
    found = shown(
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE,"
        " s.SESSION_COOKIE_NAME[:7], s.CSRF_COOKIE_NAME[:7], s.SECURE_HSTS_SECONDS",
        address="https://hansa.ki.example",
    )

    assert found == "(True, True, True, '__Host-', '__Host-', 31536000)"


def test_cookies_reach_a_node_on_this_machine(shown):
    assert shown("s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE") == "(False, False)"


def test_proxy_is_believed_only_where_there_is_one(shown):
    assert shown("s.SECURE_PROXY_SSL_HEADER", proxy="10.0.0.1") == "('HTTP_X_FORWARDED_PROTO', 'https')"
    assert settings.SECURE_PROXY_SSL_HEADER is None


def test_cookies_are_out_of_reach_of_scripts_and_other_sites():
    assert (settings.SESSION_COOKIE_HTTPONLY, settings.CSRF_COOKIE_HTTPONLY) == (True, True)
    assert (settings.SESSION_COOKIE_SAMESITE, settings.CSRF_COOKIE_SAMESITE) == ("Lax", "Lax")


def test_mistakes_are_not_shown_to_strangers():
    assert settings.DEBUG is False


@pytest.mark.parametrize(("status", "is_logged"), [(403, False), (404, False), (500, True)])
def test_log_names_faults_of_the_node_and_not_those_of_callers(shown, status, is_logged):
    told = (
        "__import__('logging.config').config.dictConfig(s.LOGGING),"
        f" __import__('logging').getLogger('django.request').isEnabledFor({40 if status >= 500 else 30})"
    )

    assert shown(told) == f"(None, {is_logged})"
