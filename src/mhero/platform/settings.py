"""Django's settings. What an administrator may change is in `configuration`."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django_stubs_ext

from mhero.platform.configuration import load
from mhero.platform.errors import ConfigurationError
from mhero.platform.logs import LOGGING as LOGGING
from mhero.platform.postgres import url_of_embedded
from mhero.platform.secrets import installation_key

# Django's generic classes may be written with their parameters, as the type checker wants them.
django_stubs_ext.monkeypatch()

PACKAGE = Path(__file__).resolve().parent.parent
CONFIGURATION = load()


def database(url: str) -> dict[str, Any]:
    """Django's form of a PostgreSQL address."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ConfigurationError("DATABASE_URL must begin with postgresql://.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    try:
        host, port = options.pop("host", None) or parts.hostname or "", parts.port or ""
    except ValueError as error:
        raise ConfigurationError("DATABASE_URL has a port that is not a number.") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "postgres",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **options},
    }


SECRET_KEY = installation_key(CONFIGURATION.home)
DEBUG = CONFIGURATION.debug
ALLOWED_HOSTS = (
    ["*"] if CONFIGURATION.bind != "127.0.0.1" else ["localhost", "127.0.0.1", "[::1]", "testserver"]
)
DATABASES = {
    "default": database(CONFIGURATION.database_url or url_of_embedded(CONFIGURATION.database_folder))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "mhero.platform",
    "mhero.accounts",
    "mhero.exchange",
    "mhero.registry",
    "mhero.messaging",
    "mhero.connectors",
    "mhero.outreach",
    "mhero.console",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "mhero.console.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages are read over slow lines. Django pads the answers against guessing secrets from their length.
    "django.middleware.gzip.GZipMiddleware",
    # What did not change since the last look is not sent again: the live parts of pages rest on it.
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "mhero.accounts.middleware.RequireSignIn",
    "mhero.accounts.middleware.CurrentLocale",
]
ROOT_URLCONF = "mhero.console.urls"
WSGI_APPLICATION = "mhero.platform.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mhero.console.context.frame",
            ],
            "builtins": ["django.templatetags.i18n", "mhero.console.templatetags.components"],
        },
    }
]
FORM_RENDERER = "mhero.console.forms.Renderer"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ACCOUNT_ADAPTER = "mhero.accounts.adapter.ConsoleAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
#: Five wrong passwords for one address lock it for a quarter of an hour.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/15m/key"}
ACCOUNT_LOGOUT_ON_GET = False
#: The browser forgets the session when it is closed: office machines are shared.
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "mhero.accounts.adapter.ConsoleMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
#: Addresses are given by an administrator and not verified.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "mHero"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "platform_cache",
        # Above this many entries a third is dropped, and with them the counts of wrong passwords.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CONFIGURATION.public_url.startswith("https://")
SESSION_COOKIE_AGE = 12 * 3600
CSRF_FAILURE_VIEW = "mhero.console.views.form_too_old"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
CSRF_TRUSTED_ORIGINS = [CONFIGURATION.public_url]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
#: A year: the address of a built file changes with its content.
WHITENOISE_MAX_AGE = 0 if DEBUG else 31_536_000
MEDIA_ROOT = CONFIGURATION.home / "files"
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
