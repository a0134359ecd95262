"""Django's settings, read from the node directory that HANSA_NODE names."""

import os

from django.utils.translation import gettext_lazy as _

from hansa.node.configuration import PACKAGE, area_packages, load, node_directory

# Every file that this process makes is for its own user only.
os.umask(0o077)

NODE = load(node_directory())
HANSA_NODE = NODE.directory
NODE_LISTEN = NODE.listen

# Every package under areas that describes itself, and those that others wrote and announce by an entry point.
AREAS = tuple(area_packages().values())

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "hansa.kernel",
    *(f"hansa.areas.{path.parent.name}" for path in sorted((PACKAGE / "areas").glob("*/apps.py"))),
    "hansa.web",
    "hansa.api",
]
MIDDLEWARE = [
    "hansa.web.security.SecurityMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "hansa.web.security.StrangersMiddleware",
    "hansa.web.security.LanguageMiddleware",
]
ROOT_URLCONF = "hansa.node.urls"
WSGI_APPLICATION = "hansa.node.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
            ],
        },
    }
]

DATABASES = NODE.databases()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = NODE.secret_key()
DEBUG = False
ALLOWED_HOSTS = NODE.allowed_hosts
CSRF_TRUSTED_ORIGINS = NODE.trusted_origins

AUTH_USER_MODEL = "kernel.Person"
AUTHENTICATION_BACKENDS = ["hansa.kernel.sessions.Accounts"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"

# A browser sends cookies to every port of a host, so two nodes on one machine need different names.
SESSION_COOKIE_NAME = f"{'__Host-' if NODE.is_secure else ''}hansa-session-{NODE.cookie_suffix}"
SESSION_COOKIE_SECURE = NODE.is_secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_NAME = f"{'__Host-' if NODE.is_secure else ''}hansa-form-{NODE.cookie_suffix}"
CSRF_FAILURE_VIEW = "hansa.web.views.errors.csrf"
CSRF_COOKIE_SECURE = NODE.is_secure
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = NODE.is_secure
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if NODE.is_secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if NODE.proxy else None
BODY_LIMIT = 1024 * 1024
# What an area's door for machines takes at once.
DOOR_LIMIT = 1024 * 1024
# A form with a file, and the same for programs, whose files come in base64.
UPLOAD_LIMIT = 6 * 1024 * 1024
UPLOAD_LIMIT_OF_PROGRAMS = 8 * 1024 * 1024
# An uploaded file is never written to a temporary place, where nobody would remove it after a crash.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = UPLOAD_LIMIT
LETTER_LIMIT = 16 * 1024 * 1024
LETTER_PATHS = ("/letters/",)
DATA_UPLOAD_MAX_MEMORY_SIZE = LETTER_LIMIT
# Requests a second from one address, and how many it may have saved up.
API_RATE = 200.0
API_BURST = 1000.0

# Mails to people are sent by the hospital's own server, from one address, and no step of it may take for ever.
MAIL = NODE.mail_server()
EMAIL_HOST, EMAIL_PORT = MAIL["EMAIL_HOST"], MAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL["EMAIL_HOST_USER"], MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_SSL, EMAIL_USE_TLS = MAIL["EMAIL_USE_SSL"], MAIL["EMAIL_USE_TLS"]
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = NODE.mail_from

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = NODE.language
LANGUAGES = [("en", _("English")), ("de", _("German")), ("sv", _("Swedish"))]
LOCALE_PATHS = [PACKAGE / "locale"]

STATIC_URL = "/static/"
# Style sheets are read straight from the packages: nothing has to be collected before a node starts.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "hansa": {"level": "INFO"},
        # Whoever asks for another host is answered 400; a traceback each would only fill the disk.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        # What pypdf finds odd in a file that somebody hands in may hold words of that file.
        "pypdf": {"level": "CRITICAL"},
        # What was answered 4xx is the caller's fault; a partner that knocks every second would fill the disk as well.
        "django.request": {"level": "ERROR"},
    },
}
